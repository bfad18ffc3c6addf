"""Words and phrases that must not wait: somebody is called at once.

They are a beginning, not a judgement: the municipality keeps its own list ([escalation.words]), and those in Arabic and
Somali are to be read by somebody who speaks the language before they are relied upon, as the texts in these languages.
Few and plain: a word that is written every evening wakes people for nothing, and then it is not heeded.
"""

from collections.abc import Mapping
from typing import Final

URGENT_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "sv": (
        "hjälp mig",
        "hjälp snälla",
        "snälla hjälp",
        "akut",
        "ta livet av mig",
        "tar livet av mig",
        "ta mitt liv",
        "vill dö",
        "vill inte leva",
        "orkar inte leva",
        "självmord",
        "skär mig",
        "överdos",
        "tagit tabletter",
        "han slår mig",
        "hon slår mig",
        "slår mig",
        "hotar mig",
        "döda mig",
        "dödar mig",
        "har en kniv",
        "kniv",
        "pistol",
        "inlåst",
        "våldtagen",
        "🆘",
    ),
    "en": (
        "help me",
        "please help",
        "emergency",
        "kill myself",
        "want to die",
        "suicide",
        "overdose",
        "hits me",
        "hitting me",
        "beats me",
        "kill me",
        "knife",
        "gun",
        "raped",
        "locked in",
    ),
    "ar": ("ساعدوني", "ساعدني", "النجدة", "انتحار", "أريد أن أموت", "اريد ان اموت", "يضربني", "سيقتلني", "سكين"),
    "so": ("i caawi", "i caawiya", "gargaar", "waan dhimanayaa", "is dilaya", "i garaacaya", "i dilaya", "mindi"),
}
