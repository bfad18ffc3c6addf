"""Somebody writes that they want no more sms from us, or that we may write again.

A text counts as such when it holds nothing but the words on the list, or one of the phrases of several words. The word
*stop* in the middle of a cry for help is no wish. Whatever it is, it is shown, and a person decides what was meant.
"""

from collections.abc import Iterable

from bot.domain.urgent_words import words_of


def is_wish(text: str, phrases: Iterable[str]) -> bool:
    """Tell whether a text asks for what `phrases` ask for.

    >>> phrases = ["stopp", "sluta", "sluta skriva"]
    >>> [is_wish(text, phrases) for text in ("STOPP!", "stopp stopp", "Kan ni sluta skriva till mig", "stopp han slår")]
    [True, True, True, False]
    """
    said = words_of(text)
    wanted = [tuple(words_of(phrase)) for phrase in phrases]
    alone = {phrase[0] for phrase in wanted if len(phrase) == 1}
    if said and alone.issuperset(said):
        return True
    return any(_holds(said, phrase) for phrase in wanted if len(phrase) > 1)


def _holds(said: list[str], phrase: tuple[str, ...]) -> bool:
    most = len(said) - len(phrase)
    return any(tuple(said[start : start + len(phrase)]) == phrase for start in range(most + 1))
