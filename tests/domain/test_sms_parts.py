import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.sms_parts import MAX_SMS_CHARACTERS, Encoding, parts, tidy_outgoing

GSM, UCS = Encoding.GSM_7, Encoding.UCS_2
ALEF, EMOJI = "ا", "😀"


@pytest.mark.parametrize(
    ("text", "encoding", "units", "count"),
    [
        ("", GSM, 0, 0),
        ("å" * 160, GSM, 160, 1),
        ("å" * 161, GSM, 161, 2),
        ("å" * 306, GSM, 306, 2),
        ("å" * 307, GSM, 307, 3),
        ("a" * 158 + "€", GSM, 160, 1),
        ("a" * 159 + "€", GSM, 161, 2),
        ("a" * 152 + "€" + "a" * 152, GSM, 306, 3),
        (EMOJI * 35, UCS, 70, 1),
        (EMOJI * 36, UCS, 72, 2),
        (EMOJI * 67, UCS, 134, 3),
        ("a" * 100 + EMOJI, UCS, 102, 2),
        (ALEF * 70, UCS, 70, 1),
        (ALEF * 71, UCS, 71, 2),
        (ALEF * 134, UCS, 134, 2),
        (ALEF * 135, UCS, 135, 3),
        ("å" * 1600, GSM, 1600, 11),
        (ALEF * 1600, UCS, 1600, 24),
    ],
)
def test_a_text_takes_as_many_parts_as_measured(text: str, encoding: Encoding, units: int, count: int) -> None:
    found = parts(text)

    assert (found.encoding, found.units, found.count) == (encoding, units, count)


@pytest.mark.parametrize("letter", "åäöÅÄÖéÉèüÜñàìòùÇøæß")
def test_letters_in_the_small_alphabet(letter: str) -> None:
    assert parts(letter).encoding is GSM


@pytest.mark.parametrize("mark", [*"âáóêçšı“”’–…\t`\u00a0", "a\u030a", "\x1b"])
def test_one_odd_mark_moves_the_whole_text_to_ucs_2(mark: str) -> None:
    assert parts("hej " + mark).encoding is UCS


@pytest.mark.parametrize("mark", "^{}\\[~]|€")
def test_escaped_marks_cost_two(mark: str) -> None:
    assert parts(mark).units == 2


@given(st.text(max_size=700), st.text(max_size=40))
def test_more_text_never_takes_fewer_parts(text: str, more: str) -> None:
    assert parts(text + more).count >= parts(text).count


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=500))
def test_ucs_2_units_are_what_utf_16_takes(text: str) -> None:
    found = parts(text)

    if found.encoding is UCS:
        assert found.units == len(text.encode("utf-16-be")) // 2


def test_curly_quotes_and_dashes_are_straightened() -> None:
    tidy = tidy_outgoing("“Vi ses” – det är Anna’s tur…")

    assert tidy == '"Vi ses" - det är Anna\'s tur...'
    assert parts(tidy).encoding is GSM


def test_a_combining_ring_becomes_a_letter() -> None:
    assert tidy_outgoing("Ga\u030a hem") == "Gå hem"


@given(st.text(max_size=200))
def test_tidying_touches_no_letter_and_is_done_once(text: str) -> None:
    def letters(some: str) -> list[str]:
        return [character for character in unicodedata.normalize("NFC", some) if character.isalpha()]

    tidy = tidy_outgoing(text)

    assert letters(tidy) == letters(text)
    assert tidy_outgoing(tidy) == tidy


def test_the_limit_is_twilios() -> None:
    assert MAX_SMS_CHARACTERS == 1600
