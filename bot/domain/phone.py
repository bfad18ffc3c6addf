"""Phone numbers: one spelling inside (E.164), the customary one for people to read."""

from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

HOME_REGION: Final = "SE"
HIDDEN: Final = "anonymous"  # stands for a caller who does not show their number
HIDDEN_CALLERS: Final = frozenset(  # what the network shows instead, with the word on a keypad that it spells
    {"+266696687", "+7378742833", "+8656696", "+86282452253", "+2562533"}  # anonymous, restricted, unknown, ...
)
SEEN: Final = 4096  # numbers whose reading is remembered: the same few text again and again


@lru_cache(maxsize=SEEN)
def normalise(raw: str) -> str | None:
    """Return `raw` as E.164, or None for what is no telephone number.

    `+46...`, `0046...` and `07...`, with spaces, dashes or `(0)`, are one contact (facts/twilio.md
    section 12). Senders such as `BANKEN`, `71234` and `anonymous` give None.

    >>> normalise("070-174 06 05")
    '+46701740605'
    """
    number = _parse(raw)
    return None if number is None else phonenumbers.format_number(number, PhoneNumberFormat.E164)


def caller(raw: str) -> str:
    """Return the number of whoever calls as E.164, or HIDDEN for one who does not show it.

    >>> caller("+266696687"), caller("Restricted"), caller("0701740605")
    ('anonymous', 'anonymous', '+46701740605')
    """
    digits = "+" + "".join(character for character in raw if character.isdecimal())
    number = None if digits in HIDDEN_CALLERS else normalise(raw)
    return number or HIDDEN


def aloud(number: str) -> str:
    """Write `number` for a voice to read, digit by digit.

    >>> aloud("+46701740605")
    '0 7 0, 1 7 4, 0 6, 0 5'
    """
    groups = pretty(number).replace("-", " ").split()
    return ", ".join(" ".join(group) for group in groups)


def is_dialable(raw: str) -> bool:
    """Whether a person could phone `raw`."""
    return normalise(raw) is not None


def can_be_answered(from_: str) -> bool:
    """Whether an sms to this sender could arrive: no names, short codes or `anonymous`.

    Such a text is stored and shown as any other, and nothing is sent back (facts/twilio.md section 3).
    """
    return from_.startswith("+") and can_receive_sms(from_)


@lru_cache(maxsize=SEEN)
def can_receive_sms(raw: str) -> bool:
    """Whether `raw` may be a mobile: a number known to be a landline is refused by Twilio (21614)."""
    number = _parse(raw)
    return number is not None and phonenumbers.number_type(number) != PhoneNumberType.FIXED_LINE


def pretty(number: str) -> str:
    """Write `number` as Swedes read it aloud; a foreign one internationally, anything else as it is.

    >>> pretty("+46701740605")
    '070-174 06 05'
    """
    parsed = _parse(number)
    if parsed is None:
        return number
    is_home = phonenumbers.region_code_for_country_code(parsed.country_code or 0) == HOME_REGION
    style = PhoneNumberFormat.NATIONAL if is_home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)


def _parse(raw: str) -> PhoneNumber | None:
    if any(character.isalpha() for character in raw):
        return None  # the library would dial letters as on a keypad, and turn a name into a number
    try:
        number = phonenumbers.parse(raw, HOME_REGION)
    except NumberParseException:
        return None
    # Numbering plans abroad change faster than the library; at home a wrong digit should be caught.
    is_abroad = phonenumbers.region_code_for_country_code(number.country_code or 0) != HOME_REGION
    is_good = phonenumbers.is_possible_number(number) if is_abroad else phonenumbers.is_valid_number(number)
    return number if is_good else None
