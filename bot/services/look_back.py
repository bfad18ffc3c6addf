"""/beredskap logg: past handovers and conversations of one's own nämnd. The same permission, the same log."""

from dataclasses import dataclass
from datetime import date

from bot.domain.digest import LookBack, LookBackLine
from bot.domain.ids import NamndId, YouthId
from bot.domain.people import Role
from bot.domain.secrecy import Act, Actor
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.access import actor_by_slack, require_namnd
from bot.services.shared.digest_view import row_of, tell
from bot.services.shared.episodes import today

PAGE = 15
DIGESTS = 7


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. `namnd` "" is the caller's own, `youth` "" everybody, `until` "" today."""

    namnd: str = ""
    youth: str = ""
    until: str = ""
    page: int = 0


async def look_back(slack_user_id: str, wanted: Wanted, *, ctx: Context) -> LookBack:
    """Return one page, newest first. Raises NotAllowed."""

    def change(tx: Tx) -> LookBack:
        reader = actor_by_slack(tx, ctx, slack_user_id)
        own = own_namnder(reader)
        namnd = NamndId(wanted.namnd) if wanted.namnd in own else _first(ctx, own)
        require_namnd(tx, ctx, reader, Act.SEE_HANDOVER, namnd)
        return _page(tx, ctx, reader, namnd, own, wanted)

    return await ctx.store.write(change)


def own_namnder(reader: Actor) -> list[NamndId]:
    """Return the nämnder whose handovers somebody may see."""
    return sorted(reader.staff.namnder(Role.FAMILJEBEHANDLARE, Role.LEADER))


def _first(ctx: Context, own: list[NamndId]) -> NamndId:
    return own[0] if own else next(iter(ctx.rules.namnder))  # which is then refused, and logged


def _page(tx: Tx, ctx: Context, reader: Actor, namnd: NamndId, own: list[NamndId], wanted: Wanted) -> LookBack:
    until = _until(wanted.until, today(ctx))
    youth = tx.people.youth(YouthId(wanted.youth)) if wanted.youth else None
    if youth is not None and (youth.namnd != namnd or reader.staff.id in youth.jav):
        youth = None
    found = tx.episodes.look_back(
        namnd,
        until=until,
        youth=None if youth is None else youth.id,
        offset=wanted.page * PAGE,
        limit=PAGE + 1,
    )
    told = [t for t in tell(tx, found[:PAGE]) if reader.staff.id not in t.contact.jav]
    return LookBack(
        namnd=namnd,
        namnd_name=ctx.rules.namnder[namnd].name,
        namnder=tuple((n, ctx.rules.namnder[n].name) for n in own),
        youth=None if youth is None else (youth.id, youth.name),
        until=until,
        digests=tuple((d.id, d.day) for d in tx.digests.until(namnd, until, limit=DIGESTS)),
        lines=tuple(LookBackLine(t.episode.id, row_of(tx, ctx, t, None)) for t in told),
        has_more=len(found) > PAGE,
        page=wanted.page,
        is_trial=ctx.rules.is_trial,
    )


def _until(text: str, day: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return day


async def youths_in_log(slack_user_id: str, namnd_id: str, *, ctx: Context) -> list[tuple[str, str]]:
    """Return the youths (id, name) of a nämnd to look for. Names are for its own familjebehandlare.

    Raises NotAllowed.
    """

    def change(tx: Tx) -> list[tuple[str, str]]:
        reader = actor_by_slack(tx, ctx, slack_user_id)
        namnd = NamndId(namnd_id)
        require_namnd(tx, ctx, reader, Act.ENROL, namnd)  # who is known to it
        youths = [y for y in tx.people.youths_of(namnd) if reader.staff.id not in y.jav]
        return sorted(((str(y.id), y.name) for y in youths), key=lambda pair: pair[1])

    return await ctx.store.write(change)
