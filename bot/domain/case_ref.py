"""The case system's reference for a case: the only thing we keep that says which case it is, never a personnummer."""

import re
import unicodedata
from typing import Final

from bot.domain.personnummer import has_its_form, holds_personnummer

MOST: Final = 32  # characters
DASHES: Final = re.compile(r"\s*[-‐‑‒–—―−]+(?:\s*[-‐‑‒–—―−]+)*\s*")
FORM: Final = re.compile(r"(?:[^\W\d_]|[0-9])(?:[^\W\d_]|[-0-9/.])*")
DIGIT: Final = re.compile(r"[0-9]")
DIGITS_IN_PARTS: Final = re.compile(r"[0-9](?:[-/.]?[0-9])+")


def clean_ref(text: str) -> str:
    """Return a reference as it is kept and compared: in plain characters and capitals, with single dashes.

    It may still be wrong; `problem_with_ref` tells.

    >>> clean_ref(" k – 123 "), clean_ref("dnr.2026/ä7")
    ('K-123', 'DNR.2026/Ä7')
    """
    plain = unicodedata.normalize("NFKC", text)
    seen = "".join(c for c in plain if unicodedata.category(c) != "Cf")  # a soft hyphen is no difference
    return unicodedata.normalize("NFKC", DASHES.sub("-", seen).strip().upper())


def problem_with_ref(text: str) -> str | None:
    """Return the key of what is wrong with a reference somebody wrote; None when nothing is.

    A reference has 1 to 32 letters, digits, dashes, slashes and full stops, begins with a letter or a digit, and
    has a digit in it: what lacks one is a name as often as not.

    >>> problem_with_ref("K-123"), problem_with_ref(" "), problem_with_ref("Nova"), problem_with_ref("20121212-1212")
    (None, 'case_ref_empty', 'case_ref_form', 'case_ref_personnummer')
    """
    ref = clean_ref(text)
    if not ref:
        return "case_ref_empty"
    if _is_personal(text) or _is_personal(ref):
        return "case_ref_personnummer"
    if len(ref) > MOST or FORM.fullmatch(ref) is None or DIGIT.search(ref) is None:
        return "case_ref_form"
    return None


def _is_personal(text: str) -> bool:
    """Tell whether what looks like a personnummer stands in a reference, whatever stands between its digits."""
    runs = (re.sub("[-/.]", "", found.group()) for found in DIGITS_IN_PARTS.finditer(text))
    return holds_personnummer(text) or any(has_its_form(run) for run in runs)
