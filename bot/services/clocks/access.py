"""Who may see and handle a clock: its handläggare, the stand-in, and the leaders of its nämnd."""

from bot.domain.absence import responsible
from bot.domain.calendar import local
from bot.domain.deadline import Deadline
from bot.domain.errors import NotFound
from bot.domain.ids import DeadlineId, NamndId, StaffId
from bot.domain.people import Role, Staff, World
from bot.domain.secrecy import Act, Actor, Allowed, Subject, may
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.access import actor_by_slack, require_for
from bot.services.shared.responsible import leaders_of as leaders_of  # where the other services of the clocks look
from bot.services.shared.responsible import who_has as who_has
from bot.services.shared.stopped import has_stop


def responsible_now(tx: Tx, ctx: Context, clock: Deadline) -> Staff | None:
    """Return who has a clock today and can be told in Slack; None when nobody can: then the leaders have it."""
    return who_has(tx, ctx, clock.namnd, clock.owner)


def owners_behind(tx: Tx, ctx: Context, namnd: NamndId, staff_id: StaffId) -> list[StaffId]:
    """Return those whose clocks somebody has today: their own, unless they are away, and whom they stand in for."""
    today = local(ctx.clock.now()).date()
    absences = tx.absences.of(namnd, today)
    owners = {staff_id, *(absence.staff_id for absence in absences)}
    return sorted(owner for owner in owners if responsible(owner, namnd, today, absences) == staff_id)


def handlaggare_of(tx: Tx, namnd: NamndId) -> list[Staff]:
    """Return those who can own clocks in a nämnd: its handläggare, and its leaders."""
    people = [p for role in (Role.HANDLAGGARE, Role.LEADER) for p in tx.staff.with_role(role, namnd, World.MYNDIGHET)]
    return sorted({p.id: p for p in people}.values(), key=lambda p: p.name)


def subject_of_clock(tx: Tx, ctx: Context, clock: Deadline) -> Subject:
    stands_in = responsible_now(tx, ctx, clock)
    both = (clock.owner, None if stands_in is None else stands_in.id)
    return subject_in(clock.namnd, *(staff_id for staff_id in both if staff_id is not None))


def subject_in(namnd: NamndId, *responsible_ids: StaffId) -> Subject:
    """Return the subject of what concerns a nämnd's clocks as a whole, or somebody's."""
    return Subject(namnd, World.MYNDIGHET, responsible=frozenset(responsible_ids))


def require_clock(
    tx: Tx, ctx: Context, slack_user_id: str, deadline_id: str, act: Act, *, lock: bool = True
) -> tuple[Actor, Deadline]:
    """Return the clock, held for this transaction, to somebody who may; logs it. Raises NotAllowed or NotFound."""
    actor = actor_by_slack(tx, ctx, slack_user_id)
    clock = tx.deadlines.get(DeadlineId(deadline_id), lock=lock)
    if clock is None:
        raise NotFound
    require_for(tx, ctx, actor, act, subject_of_clock(tx, ctx, clock), what=f"deadline:{clock.id}")
    return actor, clock


def may_see(tx: Tx, ctx: Context, actor: Actor, clock: Deadline) -> bool:
    """Ask without logging: for lists of which the opening is logged as a whole."""
    answer = may(actor, Act.SEE_CLOCK, subject_of_clock(tx, ctx, clock), ctx.clock.now())
    return isinstance(answer, Allowed) and not has_stop(tx, [clock.namnd])


def namnder_of(actor: Actor, *roles: Role) -> list[NamndId]:
    """Return the nämnder in whose unit this person works; as any of `roles` where they are given."""
    return sorted(actor.staff.namnder(*(roles or (Role.HANDLAGGARE, Role.LEADER)), world=World.MYNDIGHET))
