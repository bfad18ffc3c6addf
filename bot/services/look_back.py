"""/beredskap logg: past handovers and conversations of one's own nämnd. The same permission, the same log."""

from dataclasses import dataclass
from datetime import date

from bot.domain.digest import LookBack, LookBackLine
from bot.domain.errors import NotFound
from bot.domain.ids import NamndId, YouthId
from bot.domain.people import Role, World, Youth
from bot.domain.secrecy import Act, Actor, Subject
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.access import actor_by_slack, require_for, require_namnd
from bot.services.shared.digest_view import row_of, tell
from bot.services.shared.episodes import today
from bot.services.shared.logged import read_logged

PAGE = 15
DIGESTS = 7


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. `namnd` "" is the caller's own, `youth` "" everybody, `until` "" today.

    No other nämnd is answered for than the one that was asked for.
    """

    namnd: str = ""
    youth: str = ""
    until: str = ""
    page: int = 0


async def look_back(slack_user_id: str, wanted: Wanted, *, ctx: Context) -> LookBack:
    """Return one page, newest first. To look for one youth is logged with whom. Raises NotAllowed or NotFound."""

    def query(tx: Tx) -> LookBack:
        reader = actor_by_slack(tx, ctx, slack_user_id)
        own = own_namnder(reader)
        namnd = _known(ctx, wanted.namnd) if wanted.namnd else _first(ctx, own)
        require_namnd(tx, ctx, reader, Act.SEE_HANDOVER, namnd)
        youth = _youth(tx, ctx, reader, namnd, wanted.youth) if wanted.youth else None
        return _page(tx, ctx, reader, namnd, own, wanted, youth)

    return await read_logged(query, ctx=ctx)


def own_namnder(reader: Actor) -> list[NamndId]:
    """Return the nämnder whose handovers somebody may see."""
    return sorted(reader.staff.namnder(Role.FAMILJEBEHANDLARE, Role.LEADER))


def _first(ctx: Context, own: list[NamndId]) -> NamndId:
    return own[0] if own else next(iter(ctx.rules.namnder))  # which is then refused, and logged


def _known(ctx: Context, namnd_id: str) -> NamndId:
    """Return the nämnd of this id; raises NotFound. What is no id of ours does not go into the log either."""
    if namnd_id not in ctx.rules.namnder:
        raise NotFound
    return NamndId(namnd_id)


def _youth(tx: Tx, ctx: Context, reader: Actor, namnd: NamndId, youth_id: str) -> Youth:
    """Return whom the log is narrowed to. Names are for the nämnd's own familjebehandlare, so a leader is refused."""
    youth = tx.people.youth(YouthId(youth_id))
    if youth is None:
        raise NotFound
    subject = Subject(youth.namnd, World.BEREDSKAP, jav=youth.jav)
    granted = require_for(tx, ctx, reader, Act.SEE_HANDOVER, subject, what=f"youth:{youth.id}")
    if granted.ground != "home_namnd":
        require_for(tx, ctx, reader, Act.ENROL, subject, what=f"youth:{youth.id}")
    if youth.namnd != namnd:
        raise NotFound
    return youth


def _page(
    tx: Tx,
    ctx: Context,
    reader: Actor,
    namnd: NamndId,
    own: list[NamndId],
    wanted: Wanted,
    youth: Youth | None,
) -> LookBack:
    until = _until(wanted.until, today(ctx))
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
        may_search=reader.staff.has(Role.FAMILJEBEHANDLARE, namnd),
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

    def query(tx: Tx) -> list[tuple[str, str]]:
        reader = actor_by_slack(tx, ctx, slack_user_id)
        namnd = _known(ctx, namnd_id)
        require_namnd(tx, ctx, reader, Act.ENROL, namnd)  # who is known to it
        youths = [y for y in tx.people.youths_of(namnd) if reader.staff.id not in y.jav]
        return sorted(((str(y.id), y.name) for y in youths), key=lambda pair: pair[1])

    return await read_logged(query, ctx=ctx)
