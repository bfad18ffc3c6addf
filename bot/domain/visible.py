"""Make odd characters visible, so that a text is shown as it is and harms nothing."""

import unicodedata
from typing import Final

KEPT: Final = frozenset("\n\t")
BIDI_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
SYMBOL_OFFSET: Final = 0x2400  # the Unicode block of control pictures: NUL is shown as ␀


def visible(text: str) -> str:
    """Return `text` with control characters as their pictures and unbalanced direction marks removed.

    Letters, emoji (joiners included) and right-to-left writing are left alone. A lone override mark could turn the
    rest of a screen around, so such marks are left out.
    """
    return "".join(_shown(char) for char in text.replace("\r\n", "\n").replace("\r", "\n"))


def _shown(char: str) -> str:
    if char in KEPT:
        return char
    if char in BIDI_CONTROLS:
        return ""
    if unicodedata.category(char) == "Cc":
        return chr(SYMBOL_OFFSET + ord(char)) if ord(char) < 0x20 else "␡" if ord(char) == 0x7F else "�"
    if unicodedata.category(char) == "Cs":
        return "�"
    return char
