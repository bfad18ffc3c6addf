"""How many parts a text becomes on its way, and the few marks we straighten before sending.

A part costs money and, more to the point, many parts arrive late or out of order on a bad
connection. The numbers are GSM 03.38's; every row of facts/twilio.md section 13 is a test.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

MAX_SMS_CHARACTERS: Final = 1600  # Twilio refuses more with 21617; we refuse first, and never cut

_GSM_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_ESCAPED: Final = frozenset("\f^{}\\[~]|€")  # an escape and a septet: two units that stay together
_FIRST_ASTRAL: Final = "\U00010000"  # from here on UTF-16 needs a surrogate pair

_STRAIGHT: Final = str.maketrans({"“": '"', "”": '"', "’": "'", "–": "-", "…": "..."})


class Encoding(str, Enum):
    """How the network carries a text: one odd mark moves the whole of it to UCS-2."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


@dataclass(frozen=True, slots=True)
class SmsParts:
    """`units` are septets in GSM-7 and 16-bit units in UCS-2; `count` is 0 for an empty text."""

    encoding: Encoding
    units: int
    count: int


def parts(text: str) -> SmsParts:
    """Count the parts of `text` as it stands.

    >>> parts("å" * 161)
    SmsParts(encoding=<Encoding.GSM_7: 'GSM-7'>, units=161, count=2)
    """
    if _GSM_BASIC.union(_GSM_ESCAPED).issuperset(text):
        widths = [2 if character in _GSM_ESCAPED else 1 for character in text]
        return SmsParts(Encoding.GSM_7, sum(widths), _count(widths, alone=160, joined=153))
    widths = [2 if character >= _FIRST_ASTRAL else 1 for character in text]
    return SmsParts(Encoding.UCS_2, sum(widths), _count(widths, alone=70, joined=67))


def tidy_outgoing(text: str) -> str:
    """Compose letters (NFC) and straighten “ ” ’ – … so that an ordinary text stays in GSM-7.

    Never touches a letter: a name is spelt as its owner spells it, whatever that costs in parts.
    """
    return unicodedata.normalize("NFC", text).translate(_STRAIGHT)


def _count(widths: Iterable[int], *, alone: int, joined: int) -> int:
    """Fill parts from the left; what takes two units may not straddle two parts."""
    total = used = filled = 0
    for width in widths:
        total += width
        if used + width > joined:
            filled += 1
            used = 0
        used += width
    if total <= alone:
        return min(total, 1)
    return filled + 1
