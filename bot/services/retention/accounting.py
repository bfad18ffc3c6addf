"""Write down what was deleted here, and see to it that it goes on the other side too."""

from collections.abc import Sequence

from bot.domain.errors import AuditEntry
from bot.domain.ids import NamndId
from bot.domain.people import World
from bot.domain.retention import OF_MYNDIGHET, DataKind, Place
from bot.ports import Tx
from bot.services.retention.deliver_erasure import leave


def account_for(
    tx: Tx,
    kind: DataKind,
    namnd: NamndId | None,
    subject: str,
    decision: str,
    rows: int,
    places: Sequence[Place] = (),
    *,
    world: World | None = None,
) -> None:
    """Note one deletion, in the account and in the log, and have `places` deleted.

    `namnd` None: it is nobody's own. `world` None: the one that the kind belongs to.
    """
    ids = tx.retention.account(kind, namnd, subject, decision, rows, places)
    for place_id, place in zip(ids, places, strict=True):
        leave(tx, place_id, place, tries=0)
    details: dict[str, str | int | bool | None] = {"decision": decision, "rows": rows, "places": len(places)}
    world = world or (World.MYNDIGHET if kind in OF_MYNDIGHET else World.BEREDSKAP)
    tx.audit.record(AuditEntry("system", "erase", subject, kind.value, namnd, details=details, world=world))
