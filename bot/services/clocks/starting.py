"""New clocks: what those of one report have in common, and how each begins."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.clocks import ClockKind, limit_of
from bot.domain.deadline import ClockState, Deadline, EventKind, Gender, Talk
from bot.domain.ids import DeadlineId, NamndId, ReportId, StaffId, new_id
from bot.ports import Tx
from bot.services.clocks.changing import event, scheduled
from bot.services.context import Context


@dataclass(frozen=True, slots=True)
class Origin:
    """The report that clocks come from."""

    report_id: ReportId
    namnd: NamndId
    case_ref: str
    owner: StaffId | None
    gender: Gender
    wants_feedback: bool

    @staticmethod
    def of(clock: Deadline) -> "Origin":
        return Origin(clock.report_id, clock.namnd, clock.case_ref, clock.owner, clock.gender, clock.wants_feedback)


def start(
    tx: Tx,
    ctx: Context,
    origin: Origin,
    kind: ClockKind,
    received_at: datetime,
    by: StaffId,
    *,
    starts_at: datetime | None = None,
    at_once: bool = False,
    talk: Talk | None = None,
) -> Deadline | None:
    """Start a clock; None when the same one is there already. `starts_at` is `received_at` unless given."""
    if is_known(tx, origin, kind, received_at):
        return None
    clock = build(ctx, origin, kind, received_at, by, starts_at=starts_at, at_once=at_once, talk=talk)
    tx.deadlines.add(clock)
    tx.deadlines.note(event(ctx, clock, EventKind.REGISTERED, by))
    return clock


def build(
    ctx: Context,
    origin: Origin,
    kind: ClockKind,
    received_at: datetime,
    by: StaffId,
    *,
    starts_at: datetime | None = None,
    at_once: bool = False,
    talk: Talk | None = None,
) -> Deadline:
    """Return a clock as it begins, not yet stored."""
    begins = received_at if starts_at is None else starts_at
    namnd = ctx.rules.namnder[origin.namnd]
    clock = Deadline(
        id=DeadlineId(new_id()),
        report_id=origin.report_id,
        namnd=origin.namnd,
        kind=kind,
        case_ref=origin.case_ref,
        received_at=received_at,
        starts_at=begins,
        limit=limit_of(kind, begins, namnd.clocks, namnd.office_hours, ctx.rules.closed_days, at_once=at_once),
        registered_at=ctx.clock.now(),
        registered_by=by,
        owner=origin.owner,
        gender=origin.gender,
        wants_feedback=origin.wants_feedback,
        at_once=at_once,
        talk=talk,
    )
    return scheduled(ctx, clock)


def is_known(tx: Tx, origin: Origin, kind: ClockKind, received_at: datetime) -> bool:
    """Tell whether a case has a clock of this kind that came in at the same instant, and was not withdrawn."""
    known = tx.deadlines.known(origin.namnd, [(origin.case_ref, kind, received_at)])
    return any(clock.state is not ClockState.WITHDRAWN for clock in known.values())
