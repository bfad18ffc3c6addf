import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.phone import can_be_answered, can_receive_sms, is_dialable, normalise, pretty

# The series that PTS keeps for books and films.
fictional = st.integers(min_value=5, max_value=99).map(lambda last: f"+467017406{last:02d}")


@pytest.mark.parametrize(
    "written",
    [
        "+46701740605",
        "0046701740605",
        "0701740605",
        "070-174 06 05",
        "070 - 174 06 05",
        "+46 70 174 06 05",
        "+46 (0)70 174 06 05",
        " 070 174 06 05 ",
    ],
)
def test_however_it_is_written_it_is_one_contact(written: str) -> None:
    assert normalise(written) == "+46701740605"
    assert is_dialable(written)


@pytest.mark.parametrize("sender", ["", "+", "BANKEN", "070BANKEN", "71234", "112", "anonymous", "+46123", "hej"])
def test_what_is_no_number_is_none(sender: str) -> None:
    assert normalise(sender) is None
    assert not is_dialable(sender)
    assert not can_be_answered(sender)
    assert pretty(sender) == sender


def test_a_landline_can_be_phoned_and_not_texted() -> None:
    assert is_dialable("08-123 456 78")
    assert not can_receive_sms("08-123 456 78")
    assert not can_be_answered("+46812345678")


def test_only_a_full_number_can_be_answered() -> None:
    assert can_be_answered("+46701740605")
    assert not can_be_answered("0701740605")


def test_people_read_it_as_they_say_it() -> None:
    assert pretty("+46701740605") == "070-174 06 05"
    assert pretty("+12025550123") == "+1 202-555-0123"


@given(number=fictional, gaps=st.lists(st.sampled_from(["", " ", "-", "  "]), min_size=9, max_size=9))
def test_spaces_and_dashes_never_make_another_contact(number: str, gaps: list[str]) -> None:
    home = "0" + number.removeprefix("+46")
    written = home[0] + "".join(gap + digit for gap, digit in zip(gaps, home[1:], strict=True))

    assert normalise(written) == number
    assert normalise(pretty(number)) == number


@given(st.text(max_size=30))
def test_anything_at_all_has_an_answer_and_e164_is_stable(raw: str) -> None:
    number = normalise(raw)

    assert number is None or (number.startswith("+") and normalise(number) == number)
    pretty(raw)
