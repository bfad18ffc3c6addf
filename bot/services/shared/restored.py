"""What may have been done already, by the program that the backup was taken of."""

from datetime import datetime
from typing import Final

from bot.ports import Tx

JOB: Final = "restored"  # noted when a backup was last restored to this database


def is_from_before(tx: Tx, at: datetime) -> bool:
    """Tell whether something fell due, or came in, before this database was restored: nothing is sent for it again."""
    restored = tx.last_run(JOB)
    return restored is not None and at < restored
