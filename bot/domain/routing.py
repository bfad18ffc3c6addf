"""To whom a text goes: which nämnd, which conversation, which people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.conversation import Ground, Route
from bot.domain.duty import Duty, DutyState
from bot.domain.ids import NamndId, ShiftId, StaffId
from bot.domain.people import LinkedContact
from bot.domain.rules import OurNumber


@dataclass(frozen=True, slots=True)
class NamndChoice:
    """Which nämnd a text belongs to. `must_pick`: several are possible, and the person on duty is to say."""

    namnd: NamndId | None
    must_pick: bool = False


def choose_namnd(
    contact: LinkedContact,
    number: OurNumber,
    last_written_from: NamndId | None,
    leads: Mapping[NamndId, StaffId | None],
) -> NamndChoice:
    """Choose the nämnd of a text from `contact` to `number`.

    One linked nämnd: that one. Several: the nämnd last written from, or the first that has somebody on
    duty; and when one person on duty sees more than one of them, that person picks. A nämnd that the
    number does not serve does not count, so such a contact is a stranger there.
    """
    served = contact.served_by(number.namnder)
    if not served:
        return NamndChoice(None)
    if len(served) == 1:
        return NamndChoice(served[0])
    staffed = [namnd for namnd in served if leads.get(namnd) is not None]
    chosen = last_written_from if last_written_from in served else (staffed or served)[0]
    if chosen is None:  # pragma: no cover - `in served` has excluded it; said for the type checker
        return NamndChoice(None)
    same_person = [n for n in served if leads.get(n) is not None and leads.get(n) == leads.get(chosen)]
    return NamndChoice(chosen, must_pick=len(same_person) > 1)


def ground_of(duty_now: Duty) -> Ground:
    """Return on what ground the text is put before whoever has it now."""
    if duty_now.state is DutyState.BEREDSKAP:
        return Ground.DUTY
    if duty_now.state is DutyState.OFFICE:
        return Ground.OFFICE
    return Ground.NOBODY if duty_now.is_gap else Ground.CLOSED


def should_move(newest: Route | None, ground: Ground, shift_id: ShiftId | None, *, is_unanswered: bool) -> bool:
    """Tell whether an open conversation should be put before whoever has it by `ground` and `shift_id` now.

    From shift to shift everything open follows, and to the office when it opens. From the office to a shift
    only what waits for an answer; to a leader only that too, and once.
    """
    if newest is None:
        return True
    if ground is Ground.DUTY:
        return newest.shift_id != shift_id and (newest.shift_id is not None or is_unanswered)
    if ground is Ground.OFFICE:
        return newest.shift_id is not None or newest.ground in {Ground.CLOSED, Ground.NOBODY}
    if ground in {Ground.CLOSED, Ground.NOBODY}:
        return is_unanswered and newest.ground not in {Ground.CLOSED, Ground.NOBODY, Ground.UNTAKEN}
    return False


def is_elsewhere(newest: Route | None, ground: Ground, shift_id: ShiftId | None) -> bool:
    """Tell whether a text now goes to somebody else than the last one did."""
    if newest is None or newest.shift_id != shift_id:
        return True
    is_back_in_office = newest.ground.is_escalation and newest.ground is not Ground.UNTAKEN and ground is Ground.OFFICE
    return is_back_in_office or (ground in {Ground.CLOSED, Ground.NOBODY} and not newest.ground.is_escalation)


def ping_is_due(
    *, seen_seq: int, previous_inbound_seq: int, pinged_at: datetime | None, now: datetime, again_after_s: float
) -> bool:
    """Tell whether a new text should make the phone of the person on duty sound.

    Several texts in a row are one ping; a text after somebody has looked is a new one, and so is one
    that comes when the last ping has gone unheeded for a while.
    """
    if pinged_at is None or previous_inbound_seq <= seen_seq:
        return True
    return (now - pinged_at).total_seconds() >= again_after_s
