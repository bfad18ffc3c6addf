"""Frånvaro: who is away and who stands in. Without a stand-in the leader has the clocks."""

from datetime import date
from typing import Final

from bot.domain.absence import Absence
from bot.domain.calendar import local
from bot.domain.clock_views import AbsenceChoices, AbsenceLine, Choice
from bot.domain.errors import BadInput, NotFound
from bot.domain.ids import AbsenceId, NamndId, StaffId, new_id
from bot.domain.people import Role, World
from bot.domain.secrecy import Act, Actor
from bot.domain.written_time import read_day
from bot.ports import Tx
from bot.services.clocks.access import handlaggare_of, namnder_of, subject_in
from bot.services.clocks.announcing import announce
from bot.services.clocks.fields import Problems, namnd_in, owner_in
from bot.services.clocks.pressing import first_time
from bot.services.clocks.rows import by_urgency
from bot.services.context import Context
from bot.services.shared.access import actor_by_slack, require_for
from bot.services.shared.logged import read_logged
from bot.services.shared.view import slack_id

LOOKED_AT: Final = 90
SAID_AT_ONCE: Final = 5  # clocks of somebody who is away from today; the rest stand in the next morning's list


async def absence_choices(slack_user_id: str, *, ctx: Context) -> AbsenceChoices:
    """Return what the form for absence offers, and the absences that somebody may see: their own, or a leader all.

    Raises NotAllowed for who has no part in the world of myndighet.
    """

    def query(tx: Tx) -> AbsenceChoices:
        actor = actor_by_slack(tx, ctx, slack_user_id)
        own = namnder_of(actor)
        for namnd in own or list(ctx.rules.namnder)[:1]:
            subject = subject_in(namnd, actor.staff.id)
            require_for(tx, ctx, actor, Act.SET_ABSENCE, subject, what=f"staff:{actor.staff.id}")
        team: dict[str, tuple[Choice, ...]] = {
            n: tuple(Choice(p.id, p.name) for p in handlaggare_of(tx, n)) for n in own
        }
        me = actor.staff.id
        return AbsenceChoices(
            namnder=tuple(Choice(n, ctx.rules.namnder[n].name) for n in own),
            people={n: tuple(c for c in team[n] if c.value == me or _leads(actor, n)) for n in own},
            stand_ins=team,
            me=me,
            lines=tuple(line for n in own for line in _lines(tx, ctx, n, actor)),
        )

    return await read_logged(query, ctx=ctx)


def _lines(tx: Tx, ctx: Context, namnd: NamndId, actor: Actor) -> list[AbsenceLine]:
    """Whoever stands in sees it too, but only its owner or a leader takes it away."""
    me = actor.staff.id
    return [
        _line(tx, absence, may_remove=absence.staff_id == me or _leads(actor, namnd))
        for absence in tx.absences.of(namnd, _today(ctx))
        if _leads(actor, namnd) or me in {absence.staff_id, absence.stand_in}
    ]


def _line(tx: Tx, absence: Absence, *, may_remove: bool) -> AbsenceLine:
    who, stand_in = slack_id(tx, absence.staff_id), slack_id(tx, absence.stand_in)
    return AbsenceLine(absence.id, who, absence.first, absence.last, stand_in, may_remove)


async def add_absence(
    slack_user_id: str, namnd: str, staff_id: str, first: str, last: str, stand_in: str, key: str, *, ctx: Context
) -> AbsenceLine | None:
    """Register that somebody is away; `staff_id` "" is oneself. A line without a stand-in leaves it to the leader.

    From today on: whoever has the clocks now is told of what is most urgent. None for a press that was done before.
    Raises NotAllowed, or BadInput with a problem per field.
    """

    def change(tx: Tx) -> AbsenceLine | None:
        actor = actor_by_slack(tx, ctx, slack_user_id)
        where = namnd_in(ctx, namnd)
        who = StaffId(staff_id or actor.staff.id)
        require_for(tx, ctx, actor, Act.SET_ABSENCE, subject_in(where, who), what=f"staff:{who}")
        if not first_time(tx, key):
            return None
        absence = _checked(tx, ctx, where, who, first, last, stand_in)
        tx.absences.add(absence)
        if absence.covers(_today(ctx)):
            _hand_over(tx, ctx, absence, actor)
        return _line(tx, absence, may_remove=True)

    return await ctx.store.write(change)


def _hand_over(tx: Tx, ctx: Context, absence: Absence, actor: Actor) -> None:
    """What must be acted on today may have stood in the list of somebody who is not here to read it."""
    now = ctx.clock.now()
    theirs = tx.deadlines.running(absence.namnd, {absence.staff_id}, limit=LOOKED_AT)
    urgent = [
        c for c in by_urgency(theirs, now) if c.is_overdue(now) or local(c.limit.act_before).date() <= _today(ctx)
    ]
    for clock in urgent[:SAID_AT_ONCE]:
        announce(tx, ctx, clock, actor, key=absence.id)


async def remove_absence(slack_user_id: str, absence_id: str, key: str, *, ctx: Context) -> None:
    """Take an absence away: they are here again. Raises NotAllowed, or NotFound when it is gone already."""

    def change(tx: Tx) -> None:
        actor = actor_by_slack(tx, ctx, slack_user_id)
        if tx.was_done("clock_press", key):
            return
        absence = tx.absences.get(AbsenceId(absence_id))
        if absence is None:
            raise NotFound
        subject = subject_in(absence.namnd, absence.staff_id)
        require_for(tx, ctx, actor, Act.SET_ABSENCE, subject, what=f"staff:{absence.staff_id}")
        first_time(tx, key)
        tx.absences.remove(absence.id)

    await ctx.store.write(change)


def _checked(tx: Tx, ctx: Context, namnd: NamndId, who: StaffId, first: str, last: str, stand_in: str) -> Absence:
    """Return the absence as it was filled in; raises BadInput."""
    problems: Problems = {}
    owner_in(tx, namnd, who, problems, block="staff")
    instead = owner_in(tx, namnd, stand_in, problems, block="stand_in")
    if instead == who:
        problems["stand_in"] = "absence_oneself"
    begins, ends = _day(first, problems, "first"), _day(last, problems, "last")
    if begins is not None and ends is not None and ends < begins:
        problems["last"] = "absence_backwards"
    elif ends is not None and ends < _today(ctx):
        problems["last"] = "absence_over"
    if problems or begins is None or ends is None:
        raise BadInput(problems)
    return Absence(AbsenceId(new_id()), namnd, who, begins, ends, instead)


def _day(text: str, problems: Problems, block: str) -> date | None:
    found = read_day(text)
    if found is None:
        problems[block] = "pick_date"
    return found


def _leads(actor: Actor, namnd: NamndId) -> bool:
    return actor.staff.has(Role.LEADER, namnd, World.MYNDIGHET)


def _today(ctx: Context) -> date:
    return local(ctx.clock.now()).date()
