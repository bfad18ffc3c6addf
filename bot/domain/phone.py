"""Phone numbers: one spelling inside (E.164), the customary one for people to read."""

from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

HOME_REGION: Final = "SE"
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
