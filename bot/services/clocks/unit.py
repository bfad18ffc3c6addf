"""The unit as its leader sees it: how each handläggare stands, and every running clock, a page at a time."""

from typing import Final

from bot.domain.clock_views import Choice, ClockRow, UnitPage
from bot.domain.clocks import ClockKind
from bot.domain.deadline import Deadline
from bot.domain.errors import NotFound
from bot.domain.ids import NamndId, StaffId
from bot.domain.people import Role
from bot.domain.secrecy import Act, Actor
from bot.ports import Tx
from bot.services.clocks.access import handlaggare_of, namnder_of, subject_in
from bot.services.clocks.owners import owner_counts, owner_lines, unreached
from bot.services.clocks.rows import row_of
from bot.services.context import Context
from bot.services.shared.access import actor_by_slack, require_for
from bot.services.shared.logged import read_logged

PAGE: Final = 20
EVERY: Final = 100_000  # more than a unit has


async def unit_page(slack_user_id: str, *, namnd: str, chosen: str, offset: int, ctx: Context) -> UnitPage:
    """Return a page of the unit's running clocks, what runs out first put first, to its leader.

    `namnd` "" is the first that they lead; `chosen` as UnitPage says, and what it does not know is "all".
    Raises NotAllowed or NotFound.
    """

    def query(tx: Tx) -> UnitPage:
        actor = actor_by_slack(tx, ctx, slack_user_id)
        led = namnder_of(actor, Role.LEADER)
        asked = _asked(ctx, namnd, actor, led)
        require_for(tx, ctx, actor, Act.SEE_UNIT, subject_in(asked), what=f"namnd:{asked}")
        return _page(tx, ctx, asked, led, chosen, max(offset, 0))

    return await read_logged(query, ctx=ctx)


def _asked(ctx: Context, text: str, actor: Actor, led: list[NamndId]) -> NamndId:
    if text and text not in ctx.rules.namnder:
        raise NotFound
    if text:
        return NamndId(text)
    return next(iter([*led, *namnder_of(actor), *ctx.rules.namnder]))  # not the first: refused, and logged


def _page(tx: Tx, ctx: Context, namnd: NamndId, led: list[NamndId], chosen: str, offset: int) -> UnitPage:
    now = ctx.clock.now()
    clocks, total, known = _narrowed(tx, ctx, namnd, chosen, offset)
    rows: tuple[ClockRow, ...] = tuple(row_of(tx, clock, now) for clock in clocks[offset : offset + PAGE])
    return UnitPage(
        namnd=namnd,
        namnd_name=ctx.rules.namnder[namnd].name,
        now=now,
        namnder=tuple(Choice(n, ctx.rules.namnder[n].name) for n in led),
        owners=owner_lines(tx, ctx, namnd),
        staff=tuple(Choice(person.id, person.name) for person in handlaggare_of(tx, namnd)),
        chosen=known,
        rows=rows,
        offset=offset,
        total=total,
    )


def _narrowed(tx: Tx, ctx: Context, namnd: NamndId, chosen: str, offset: int) -> tuple[list[Deadline], int, str]:
    """Return the clocks at least to the end of the page, how many there are in all, and what they are narrowed to."""
    until, now = offset + PAGE, ctx.clock.now()
    if chosen == "overdue":
        return tx.deadlines.overdue(namnd, now, limit=until), tx.deadlines.count_overdue(namnd, now), chosen
    everybody = {count.owner for count in owner_counts(tx, ctx, namnd)}
    what, _, which = chosen.partition(":")
    if what == "kind" and which in {kind.value for kind in ClockKind}:
        every = tx.deadlines.running(namnd, everybody, limit=EVERY)
        found = [clock for clock in every if clock.kind.value == which]
        return found, len(found), chosen
    owners: frozenset[StaffId | None] = frozenset(everybody)
    if chosen == "unowned":
        owners = unreached(tx, ctx, namnd, everybody)
    elif what == "owner" and which:
        owners = frozenset({StaffId(which)})
    else:
        chosen = "all"
    return tx.deadlines.running(namnd, owners, limit=until), tx.deadlines.count_running(namnd, owners), chosen
