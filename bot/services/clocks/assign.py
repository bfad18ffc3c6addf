"""Byt handläggare: a leader gives a clock to somebody, who is told."""

from dataclasses import replace

from bot.domain.clock_views import Choice, ClockRow
from bot.domain.clocks import ClockKind, StartEvent
from bot.domain.deadline import Deadline, EventKind
from bot.domain.errors import BadInput
from bot.domain.secrecy import Act, Actor
from bot.ports import Tx
from bot.services.clocks.access import handlaggare_of, require_clock
from bot.services.clocks.announcing import announce
from bot.services.clocks.changing import draw_list, event, limit_for, save
from bot.services.clocks.fields import Problems, owner_in, refuse
from bot.services.clocks.pressing import press
from bot.services.context import Context
from bot.services.shared.logged import read_logged


async def assignment_choices(slack_user_id: str, deadline_id: str, *, ctx: Context) -> tuple[Choice, ...]:
    """Return who may be given a clock, to a leader of its nämnd. Raises NotAllowed or NotFound."""

    def query(tx: Tx) -> tuple[Choice, ...]:
        _, clock = require_clock(tx, ctx, slack_user_id, deadline_id, Act.ASSIGN_CLOCK, lock=False)
        return tuple(Choice(person.id, person.name) for person in handlaggare_of(tx, clock.namnd))

    return await read_logged(query, ctx=ctx)


async def assign_clock(slack_user_id: str, deadline_id: str, staff_id: str, key: str, *, ctx: Context) -> ClockRow:
    """Give a clock to somebody. Where the hours count from when it was assigned, the first time starts them.

    Raises NotAllowed, NotFound, Stale, or BadInput for somebody who cannot own it.
    """

    def step(tx: Tx, actor: Actor, clock: Deadline) -> Deadline:
        problems: Problems = {}
        owner = owner_in(tx, clock.namnd, staff_id, problems, block="staff")
        refuse(problems)
        if owner is None:
            raise BadInput({"staff": "clock_owner"})
        if owner == clock.owner:
            return clock
        given = replace(_started_by_assignment(ctx, clock), owner=owner, listed_in=None)
        given = save(tx, ctx, given, event(ctx, given, EventKind.ASSIGNED, actor.staff.id, code=owner))
        if clock.listed_in is not None:
            draw_list(tx, clock.listed_in)  # it leaves the list of whoever had it
        announce(tx, ctx, given, actor, key=key)
        return given

    return await press(slack_user_id, deadline_id, key, step, ctx=ctx, act=Act.ASSIGN_CLOCK)


def _started_by_assignment(ctx: Context, clock: Deadline) -> Deadline:
    counts = ctx.rules.namnder[clock.namnd].clocks.talk_starts is StartEvent.ASSIGNED
    if clock.kind is not ClockKind.ALLVARSSAMTAL or clock.owner is not None or not counts:
        return clock
    started = replace(clock, starts_at=ctx.clock.now())
    return replace(started, limit=limit_for(ctx, started))
