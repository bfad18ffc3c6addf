"""What looks like a personnummer is refused; phone numbers and case references are not."""

import pytest

from bot.domain.personnummer import holds_personnummer


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
        "+46701740605",
        "0701230008",  # a phone number whose digits could be a date with its check digit
        "121212-1213",  # wrong check digit
        "121312-1212",  # no thirteenth month
        "SN 2026/1234-5678",
        "12121212121212",
    ],
)
def test_other_numbers_are_not(text: str) -> None:
    assert not holds_personnummer(text)
