"""What is somebody's own: their shifts, phone, PIN, calendar and working time. The rule is asked here as elsewhere."""

from bot.domain.errors import AuditEntry, NotAllowed
from bot.domain.ids import NamndId, StaffId
from bot.domain.people import Staff, World
from bot.domain.secrecy import Act, Actor, Allowed, Denied, Subject, may
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.access import actor_by_slack

WHOEVER_IT_IS = frozenset({"not_staff", "guest"})  # said whatever it is about


def ask_own(ctx: Context, actor: Actor, owner: StaffId, world: World = World.BEREDSKAP) -> Allowed | Denied:
    """Ask the rule whether something of `owner`'s is for `actor`, without logging."""
    return may(actor, Act.OWN, Subject(None, world, owners=frozenset({owner})), ctx.clock.now())


def require_own(
    tx: Tx,
    ctx: Context,
    slack_user_id: str,
    act: str,
    *,
    otherwise: str,
    owner: StaffId | None = None,
    what: str = "",
    world: World = World.BEREDSKAP,
) -> Staff:
    """Return who it is when it is theirs: `owner`'s, or their own where nobody is named.

    `act` and `what` are what the log calls it; what is done with it is logged by whoever does it. Raises NotAllowed,
    logged: for `otherwise`, or for not being staff any more.
    """
    actor = actor_by_slack(tx, ctx, slack_user_id)
    answer = ask_own(ctx, actor, owner or actor.staff.id, world)
    if isinstance(answer, Denied):
        reason = answer.reason if answer.reason in WHOEVER_IT_IS else otherwise
        what = what or f"staff:{actor.staff.id}"
        raise NotAllowed(reason, audit=AuditEntry(actor.staff.id, act, what, reason, is_allowed=False, world=world))
    return actor.staff


def require_of_rota(
    ctx: Context,
    actor: Actor,
    act: Act,
    namnd: NamndId,
    *parties: StaffId,
    logged_as: str,
    what: str,
    world: World = World.BEREDSKAP,
) -> None:
    """Ask the rule about a shift that changes hands; `parties` are those whose it is or is becoming.

    Raises NotAllowed, logged as `logged_as` in that world.
    """
    answer = may(actor, act, Subject(namnd, world, owners=frozenset(parties)), ctx.clock.now())
    if isinstance(answer, Denied):
        entry = AuditEntry(actor.staff.id, logged_as, what, answer.reason, namnd, is_allowed=False, world=world)
        raise NotAllowed(answer.reason, audit=entry)
