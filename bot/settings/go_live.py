"""What must be settled before anybody outside can reach the program (facts: law, section 13), row by row.

Only that it is written down can be seen here, not that it is right. A decision whose day has passed is told of (see
bot.domain.go_live) and does not keep the program from starting: at 03.00 that would help nobody.
"""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Final

from bot.domain.go_live import Decision, counts
from bot.domain.rules import ChatContent, HelpNumber
from bot.settings.namnder import NamndConfig

if TYPE_CHECKING:
    from bot.settings.file import FileConfig

GO_LIVE_REFERENCES: Final = {  # of [references], and the row of each
    "dpia_ref": 2,
    "suitability_sms_ref": 3,
    "suitability_chat_ref": 3,
    "pub_ref": 4,
    "gallringsbeslut_ref": 5,
    "gallring_days": 5,
    "mbl_timing_ref": 6,
    "mbl_rota_ref": 6,
    "local_agreement_ref": 6,
    "record_transfer_rule": 8,
    "record_transfer_when": 8,
    "log_review_by": 9,
    "log_review_every": 9,
}
IN_DAYS: Final = "gallring_days"  # the one of them that is a number
CLOCK_REFERENCES: Final = ("talk_starts_ref", "receipt_day_ref", "roll_forward_ref")
SOCIALJOUR: Final = "socialjour"  # the number that must be fresh: 112 always stands, the others are left out


def decisions(file: "FileConfig", today: date) -> list[Decision]:
    """Return every decision that must be there, made or not, in the order of the rows. `today` is a local day."""
    found = [*_references(file), *_numbers(file, today)]
    for key, namnd in file.namnd.items():
        found += _of_namnd(key, namnd)
    return sorted(found, key=lambda decision: decision.row)


def _references(file: "FileConfig") -> Iterator[Decision]:
    for name, row in GO_LIVE_REFERENCES.items():
        value = file.references.get(name, "")
        is_made = isinstance(value, int) and value >= 1 if name == IN_DAYS else counts(str(value))
        yield Decision(row, f"references.{name}", name, is_made=is_made)


def _numbers(file: "FileConfig", today: date) -> Iterator[Decision]:
    numbers = [n for n in file.help_number if n.key == SOCIALJOUR]
    is_fresh = any(
        HelpNumber(n.key, n.name, n.number, n.verified_on, n.verified_by).is_fresh(today) and counts(n.verified_by)
        for n in numbers
    )
    yield Decision(7, f"help_number.{SOCIALJOUR}", "help_number", is_made=is_fresh)


def _of_namnd(key: str, namnd: NamndConfig) -> Iterator[Decision]:
    where, name = f"namnd.{key}", namnd.name
    yield Decision(1, f"{where}.decision_ref", "decision_ref", name, is_made=counts(namnd.decision_ref))
    for other, reference in namnd.answers_for.items():
        yield Decision(1, f"{where}.answers_for.{other}", "answers_for", name, is_made=counts(reference))
    if namnd.chat_content is ChatContent.INLINE:
        is_made = counts(namnd.inline_approval_ref)
        yield Decision(3, f"{where}.inline_approval_ref", "inline_approval_ref", name, is_made=is_made)
    for clock in CLOCK_REFERENCES:
        is_made = counts(str(getattr(namnd.clocks, clock)))
        yield Decision(10, f"{where}.clocks.{clock}", clock, name, is_made=is_made)
