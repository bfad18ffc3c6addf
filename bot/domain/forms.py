"""What forms in modals need to be drawn."""

from dataclasses import dataclass
from datetime import date

from bot.domain.background import Background
from bot.domain.cards import Sender
from bot.domain.outward import OutwardMark


@dataclass(frozen=True, slots=True)
class NoteForm:
    """Avsluta, or a note on its own when `closes` is False.

    `owners` are (staff id, name) of the home nämnd; `youths` (id, name) are given when it may concern several, and
    `chosen` those already marked. `has_duty_now`: what is due today stays with whoever has the duty. `newest_inbound`
    is what its author could know of when it was opened. `can_text`: a closing text may be sent to `to`. `outward`
    has been recorded already.
    """

    conversation_id: str
    codes: tuple[str, ...]
    sender: Sender
    namnd_name: str
    closes: bool
    is_waiting: bool
    can_text: bool
    to: str
    today: date
    next_day: date
    has_duty_now: bool
    owners: tuple[tuple[str, str], ...]
    youths: tuple[tuple[str, str], ...] = ()
    chosen: frozenset[str] = frozenset()
    newest_inbound: int = 0
    is_trial: bool = False
    outward: tuple[OutwardMark, ...] = ()


@dataclass(frozen=True, slots=True)
class BackgroundPage:
    """The background of one youth, to be read or written. `written_by` is a name; no `background`: none is written.

    `version` tells one text from the next. A form remembers it, so that nobody writes over what they have not seen.
    """

    youth_id: str
    youth_name: str
    case_code: str
    namnd_name: str
    background: Background | None
    written_by: str
    is_stale: bool
    may_write: bool
    proposed_review: date
    is_trial: bool = False

    @property
    def version(self) -> str:
        return self.version_of(self.background)

    @staticmethod
    def version_of(background: Background | None) -> str:
        return "" if background is None else background.written_at.isoformat()
