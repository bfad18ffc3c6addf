"""A clock, a case, and everything of mine: opened by who may, and logged before it is shown."""

from typing import Final

from bot.domain.calendar import local
from bot.domain.case_ref import clean_ref, problem_with_ref
from bot.domain.clock_views import ClockList, ClockRow, ClockView, EventLine, InRecord
from bot.domain.deadline import EXTENDABLE, OUTCOMES, ClockEvent, ClockState, Deadline, EventKind
from bot.domain.errors import AuditEntry, BadInput, NotFound
from bot.domain.ids import NamndId, StaffId
from bot.domain.people import World
from bot.domain.secrecy import Act, Actor, Allowed, may
from bot.ports import Tx
from bot.services.clocks.access import may_see, namnder_of, require_clock, subject_in, subject_of_clock
from bot.services.clocks.owners import answered_for
from bot.services.clocks.rows import by_urgency, row_for
from bot.services.clocks.summons_view import summons_view
from bot.services.context import Context
from bot.services.shared.access import actor_by_slack, require_for
from bot.services.shared.logged import read_logged
from bot.services.shared.view import slack_id

MOST_ROWS: Final = 90  # a modal holds 100 blocks


async def open_clock(slack_user_id: str, deadline_id: str, *, ctx: Context) -> ClockView:
    """Return everything of one clock to who may see it. Raises NotAllowed or NotFound."""

    def query(tx: Tx) -> ClockView:
        actor, clock = require_clock(tx, ctx, slack_user_id, deadline_id, Act.SEE_CLOCK, lock=False)
        return _view(tx, ctx, clock, actor)

    return await read_logged(query, ctx=ctx)


def _view(tx: Tx, ctx: Context, clock: Deadline, actor: Actor) -> ClockView:
    talk, now = clock.talk, ctx.clock.now()
    may_assign = may(actor, Act.ASSIGN_CLOCK, subject_of_clock(tx, ctx, clock), now)
    return ClockView(
        row=row_for(tx, ctx, clock, actor),
        namnd_name=ctx.rules.namnder[clock.namnd].name,
        now=now,
        received_at=clock.received_at,
        starts_at=clock.starts_at,
        gender=clock.gender,
        wants_feedback=clock.wants_feedback,
        events=tuple(_event_line(tx, event) for event in tx.deadlines.events(clock.id)),
        police_hold=talk is not None and talk.police_hold,
        has_contact=talk is not None and talk.has_contact,
        child_summoned_at=None if talk is None else talk.child_summoned_at,
        guardian_summoned_at=None if talk is None else talk.guardian_summoned_at,
        extended_to=clock.extended_to,
        extended_by=clock.extended_by,
        extension_reason=clock.extension_reason,
        snooze_reason=clock.snooze_reason,
        summons=summons_view(tx, ctx, clock),
        siblings=_siblings(tx, ctx, clock, actor),
        outcomes=OUTCOMES[clock.kind] if clock.is_running else (),
        may_extend=clock.is_running and clock.kind in EXTENDABLE,
        may_assign=clock.is_running and isinstance(may_assign, Allowed),
        in_record=_in_record(tx, clock),
        is_trial=ctx.rules.is_trial,
    )


def _in_record(tx: Tx, clock: Deadline) -> InRecord | None:
    found = tx.clocks_kept.carried(clock.id)
    return None if found is None else InRecord(found.ground, found.at, slack_id(tx, found.by), found.reference)


def _event_line(tx: Tx, event: ClockEvent) -> EventLine:
    """Whoever was given a clock stands as a Slack user, like everybody else."""
    code = slack_id(tx, StaffId(event.code)) if event.kind is EventKind.ASSIGNED else event.code
    return EventLine(event.at, event.kind, slack_id(tx, event.by), code, event.text)


def _siblings(tx: Tx, ctx: Context, clock: Deadline, actor: Actor) -> tuple[ClockRow, ...]:
    others = (
        other
        for other in tx.deadlines.of_report(clock.report_id)
        if other.id != clock.id and other.state is not ClockState.WITHDRAWN and may_see(tx, ctx, actor, other)
    )
    return tuple(row_for(tx, ctx, other, actor) for other in by_urgency(others, ctx.clock.now()))


async def find_case(slack_user_id: str, text: str, *, ctx: Context) -> tuple[str, tuple[ClockRow, ...]]:
    """Return the reference, cleaned, and the clocks of the case that this person may see.

    Raises:
        NotAllowed: they have no part in the world of myndighet.
        BadInput: it is no reference, or looks like a personnummer.
        NotFound: there is no such case, or they may see nothing of it: the answer is the same.
    """

    def query(tx: Tx) -> tuple[str, tuple[ClockRow, ...]]:
        actor = actor_by_slack(tx, ctx, slack_user_id)
        own = _own_namnder(tx, ctx, actor)
        wrong = problem_with_ref(text)
        if wrong is not None:
            raise BadInput({"case_ref": wrong})
        ref = clean_ref(text)
        there = [c for n in own for c in tx.deadlines.of_case(n, ref) if c.state is not ClockState.WITHDRAWN]
        seen = [clock for clock in there if may_see(tx, ctx, actor, clock)]
        if not seen:
            raise NotFound(audit=_nothing_to_see(actor, own[0], there))
        for clock in seen:
            subject = subject_of_clock(tx, ctx, clock)
            require_for(tx, ctx, actor, Act.SEE_CLOCK, subject, what=f"deadline:{clock.id}")
        return ref, tuple(row_for(tx, ctx, clock, actor) for clock in by_urgency(seen, ctx.clock.now()))

    return await read_logged(query, ctx=ctx)


def _nothing_to_see(actor: Actor, namnd: NamndId, there: list[Deadline]) -> AuditEntry:
    """The log tells the two apart, by id; what somebody typed does not go into it."""
    what = f"deadline:{there[0].id}" if there else "deadline:none"
    ground = "not_responsible" if there else "not_found"
    where = there[0].namnd if there else namnd
    return AuditEntry(actor.staff.id, Act.SEE_CLOCK.value, what, ground, where, is_allowed=False, world=World.MYNDIGHET)


def _own_namnder(tx: Tx, ctx: Context, actor: Actor) -> list[NamndId]:
    """Return the nämnder in whose unit somebody works; raises NotAllowed, and logs it, for others."""
    own = namnder_of(actor)
    if not own:
        first = next(iter(ctx.rules.namnder))
        require_for(tx, ctx, actor, Act.SEE_CLOCK, subject_in(first, actor.staff.id), what=f"namnd:{first}")
    return own


async def my_clocks(slack_user_id: str, *, ctx: Context) -> ClockList:
    """Return the running clocks that somebody has today, over all their nämnder, the most urgent first.

    Raises NotAllowed for who has no part in the world of myndighet.
    """

    def query(tx: Tx) -> ClockList:
        actor = actor_by_slack(tx, ctx, slack_user_id)
        own = _own_namnder(tx, ctx, actor)
        for namnd in own:
            subject = subject_in(namnd, actor.staff.id)
            require_for(tx, ctx, actor, Act.SEE_CLOCK, subject, what=f"staff:{actor.staff.id}")
        rows, more = mine(tx, ctx, actor, limit=MOST_ROWS)
        return ClockList(
            namnd_name=", ".join(ctx.rules.namnder[n].short_name for n in own),
            day=local(ctx.clock.now()).date(),
            rows=rows,
            more=more,
            is_trial=ctx.rules.is_trial,
        )

    return await read_logged(query, ctx=ctx)


def mine(tx: Tx, ctx: Context, actor: Actor, *, limit: int) -> tuple[tuple[ClockRow, ...], int]:
    """Return the most urgent running clocks that somebody has today, and how many more there are."""
    found: list[Deadline] = []
    count = 0
    for namnd in namnder_of(actor):
        owners = answered_for(tx, ctx, namnd, actor.staff.id)
        found += tx.deadlines.running(namnd, owners, limit=MOST_ROWS)
        count += tx.deadlines.count_running(namnd, owners)
    shown = by_urgency(found, ctx.clock.now())[:limit]
    return tuple(row_for(tx, ctx, clock, actor) for clock in shown), count - len(shown)
