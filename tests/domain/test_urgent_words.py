"""Words that must not wait are found however they are spelt, and nothing else is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.urgent_words import must_not_wait

PHRASES = ("hjälp", "jag orkar inte leva", "ساعدني", "i caawi", "🆘", "straße")


@pytest.mark.parametrize(
    "text",
    [
        "hjälp",
        "HJÄLP!!!",
        "hjälp😭😭😭",
        "snälla...hjälp,nu",
        unicodedata.normalize("NFD", "Hjälp"),
        "hj\u00e4l\u00adp",
        "\u200bhjälp\u200d",
        "jag  orkar\ninte LEVA längre",
        "jag orkar, inte: leva",
        "ساعدني من فضلك",
        "\u202bساعدني\u202c",
        "Fadlan I Caawi!",
        "snälla 🆘🆘",
        "STRASSE",
        "_hjälp_",
    ],
)
def test_found(text: str) -> None:
    assert must_not_wait(text, PHRASES)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hjälpmedel",
        "ohjälp",
        "hjalp",
        "jag orkar inte mer leva",
        "orkar inte leva",
        "😭",
        "tack för hjälpen",
        "sos",
    ],
)
def test_not_found(text: str) -> None:
    """Not found is not harmless: it waits for a person like every other text."""
    assert not must_not_wait(text, PHRASES)


def test_an_empty_list_and_an_empty_phrase_find_nothing() -> None:
    assert not must_not_wait("hjälp", ())
    assert not must_not_wait("hjälp", ("", " ", "\u200b"))


@given(st.text(), st.text())
def test_a_phrase_among_other_words_is_always_found(before: str, after: str) -> None:
    assert must_not_wait(f"{before} hjälp {after}", PHRASES)
