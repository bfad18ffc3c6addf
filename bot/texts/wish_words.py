"""Words by which somebody asks for no more sms, or for them again.

A text counts when it holds nothing but single words of the list, or one of the phrases. Whatever the list says, a
person decides what was meant. The municipality keeps its own ([consent]); those in Arabic and Somali are to be read by
somebody who speaks the language before they are relied upon.
"""

from collections.abc import Mapping
from typing import Final

STOP_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "sv": (
        "stop",
        "stopp",
        "stoppa",
        "sluta",
        "avsluta",
        "avregistrera",
        "sluta skriva",
        "sluta skriv",
        "sluta skicka sms",
        "sluta mess",
        "sluta messa",
        "sluta smsa",
        "sluta sms:a",
        "skriv inte mer",
        "skriv inte till mig",
        "inga fler sms",
        "vill inte ha fler sms",
        "vill inte ha sms",
    ),
    "en": (
        "stop",
        "stopall",
        "unsubscribe",
        "cancel",
        "end",
        "quit",
        "revoke",
        "optout",
        "stop texting",
        "stop writing",
        "no more texts",
        "do not text me",
        "don't text me",
    ),
    "ar": ("توقف", "توقفوا", "إيقاف", "ايقاف", "لا تراسلوني", "لا ترسلوا لي"),
    "so": ("jooji", "joojiya", "ha ii soo qorina", "ha ii soo qorin"),
}
START_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "sv": (
        "start",
        "starta",
        "börja",
        "börja skriva igen",
        "ni får skriva",
        "du får skriva",
        "skriv till mig igen",
        "vill ha sms igen",
    ),
    "en": ("start", "unstop", "yes", "you can text me", "text me again", "write to me again"),
    "ar": ("ابدأ", "ابدا", "يمكنكم مراسلتي"),
    "so": ("bilow", "bilaaba", "waad ii soo qori kartaan"),
}
