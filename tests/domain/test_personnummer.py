"""What looks like a personnummer is refused; phone numbers and case references are not."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import luhn

from bot.domain.personnummer import holds_personnummer

DASHES = (
    "-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}"
)
SPACES = " \t\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\N{IDEOGRAPHIC SPACE}"
FULLWIDTH = str.maketrans("0123456789", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19")


@pytest.mark.parametrize(
    "text",
    [
        "Gäller 121212-1212.",  # the number that every Swedish form uses as its example
        "20121212-1212",
        "201212121212",
        "1212121212",
        "121212 1212",
        "701063-2391",  # samordningsnummer: the day is 60 higher (Skatteverket's test number)
        "ref121212-1212x",
        "19811218-9876",  # Skatteverket's own example
        "1981-12-18-9876",
        "1981-12-189876",
        "1981-12-18 9876",
        "811218\N{EN DASH}9876",
        "811218\N{NON-BREAKING HYPHEN}9876",
        "811218\N{MINUS SIGN}9876",
        "811218 - 9876",
        "811218- 9876",
        "811218\N{NO-BREAK SPACE}9876",
        "811218\N{NO-BREAK SPACE}\N{EN DASH}\N{NO-BREAK SPACE}9876",
        "811218\N{SOFT HYPHEN}9876",
        "81-12-18-9876",
        "1981 12 18 9876",
        "1981.12.18-9876",
        "121212+1212",
        "811218-9876\N{SUPERSCRIPT TWO}",  # a footnote is not a fifth digit
        "mamma + 811218-9876",
        "121212-1213 121212-1212",  # the second of two
        "20 12 12 12 1212",
        "1981 12 18 9876 12 12",
    ],
)
def test_a_personnummer_is_found(text: str) -> None:
    assert holds_personnummer(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0701740605",
        "070-174 06 05",
        "070 174 06 05",
        "070\N{EN DASH}174\N{NO-BREAK SPACE}06\N{NO-BREAK SPACE}05",
        "+46701740605",
        "+46 70 174 06 05",
        "+46 (0)70-174 06 05",
        "0046701740605",
        "+1212121212",  # a number abroad, whose digits could be a date
        "+201212121212",
        "0701230008",  # a phone number whose digits could be a date with its check digit
        "08-12 12 12 12",
        "08-12121212",
        "121212-1213",  # wrong check digit
        "121312-1212",  # no thirteenth month
        "19000229-1232",  # that year had no such day
        "SN 2026/1234-5678",
        "SN 2012/12-1212",
        "Dnr 2012-1212-1212",
        "2012-12-12/1212",
        "12121212121212",
        "2012-12-12\N{EN DASH}1212-12-12",  # from one day to another
    ],
)
def test_other_numbers_are_not(text: str) -> None:
    assert not holds_personnummer(text)


@st.composite
def personnummer(draw: st.DrawFn) -> str:
    """One that is valid, written in any way that people and word processors write it."""
    born = draw(st.dates(date(1900, 1, 1), date(2026, 12, 31)))
    day = born.day + 60 * draw(st.booleans())
    serial = draw(st.integers(0, 999))
    nine = f"{born:%y%m}{day:02}{serial:03}"
    rest = f"{serial:03}{luhn.calc_check_digit(nine)}"
    space = st.text(SPACES, max_size=2)
    dash = st.builds(lambda a, mark, b: a + mark + b, space, st.sampled_from(DASHES), space)
    between = draw(st.just("") | st.sampled_from(["-", ".", "/", " "]) | dash)
    mark = draw(space | dash | st.just("+"))
    year = f"{born:%Y}" if draw(st.booleans()) else f"{born:%y}"
    assume(not (len(year) == 2 and year == "07" and not between and not mark))  # may as well be a phone number
    written = f"{year}{between}{born:%m}{between}{day:02}{mark}{rest}"
    return written.translate(FULLWIDTH) if draw(st.booleans()) else written


@given(
    personnummer(), st.sampled_from(["", "Nova ", "nr:", "(", "20 ", "den 12 "]), st.sampled_from(["", ".", " och 2"])
)
def test_however_it_is_written_it_is_found(written: str, before: str, after: str) -> None:
    assert holds_personnummer(before + written + after)


@given(st.integers(0, 9_999_999), st.sampled_from("02369"))
def test_no_mobile_number_is_taken_for_one(number: int, series: str) -> None:
    seven = f"{number:07}"
    parts = f"{seven[:3]} {seven[3:5]} {seven[5:]}"
    for written in (
        f"07{series}{seven}",
        f"07{series}-{seven}",
        f"07{series}-{parts}",
        f"07{series} {parts}",
        f"+467{series}{seven}",
        f"+46 7{series} {parts}",
        f"+46 7{series}-{parts}",
        f"00467{series}{seven}",
    ):
        assert not holds_personnummer(f"Ring {written}, eller sms.")


@pytest.mark.parametrize("piece", ["1", "12 ", "12-", "12 - ", " ", " -", "121212-1213 ", "+1212121212"])
def test_a_long_text_takes_no_longer_than_its_length(piece: str) -> None:
    assert not holds_personnummer(piece * 20_000)
