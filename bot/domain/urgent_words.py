"""Words that must not wait: somebody is called at once.

A list that people keep, looked for as whole words and phrases in every language whoever writes. Nothing is scored, and
a text without any of them is not thereby harmless: it waits for a person like every other.
"""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache


def must_not_wait(text: str, phrases: Iterable[str]) -> bool:
    """Tell whether a text holds one of the phrases, however its letters are written.

    >>> must_not_wait("HJÄLP!!! kom", ["hjälp"]), must_not_wait("hjälpmedel", ["hjälp"])
    (True, False)
    """
    words, signs = _spoken(text), _folded(text)
    wanted = (_wanted(phrase) for phrase in phrases)
    return any(spoken in words if spoken else bool(sign) and sign in signs for spoken, sign in wanted)


@lru_cache(maxsize=4096)
def _wanted(phrase: str) -> tuple[str, str]:
    """Return a phrase as words, or as a sign where it has none: an emoji is no word. The lists seldom change."""
    return _spoken(phrase), _folded(phrase).strip()


def _spoken(text: str) -> str:
    """Return the words of a text with a blank around each; "" when there are none."""
    words = words_of(text)
    return f" {' '.join(words)} " if words else ""


def _folded(text: str) -> str:
    """Return the text as it is compared: composed, without case, and without marks that nobody can see."""
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return "".join(char for char in composed if unicodedata.category(char) != "Cf")


def words_of(text: str) -> list[str]:
    """Return the words of a text as they are compared, in their order."""
    return "".join(char if _is_of_a_word(char) else " " for char in _folded(text)).split()


def _is_of_a_word(char: str) -> bool:
    """Marks belong to the letter that they stand on, as in Arabic; the one that makes an emoji one does not."""
    return char.isalnum() or (unicodedata.category(char).startswith("M") and char != "\ufe0f")
