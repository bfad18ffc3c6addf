"""Contacts with socialjouren and orosanmälningar. Where and with whom is sealed."""

from collections.abc import Collection
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.domain.ids import ConversationId, EpisodeId, NamndId, OutwardId, ShiftId, StaffId
from bot.domain.outward import Outward, OutwardKind, OutwardOutcome
from storage.repos.chunks import chunks
from storage.tables import OutwardRow
from storage.vault import Vault

PURPOSE: Final = "outward"
TABLE: Final[sa.Table] = OutwardRow.__table__  # type: ignore[attr-defined]

# Made once: every card that is drawn asks it, and making a statement costs more than running it.
OF_CONVERSATION: Final = (
    sa.select(TABLE).where(TABLE.c.conversation_id == sa.bindparam("of")).order_by(TABLE.c.at, TABLE.c.id)
)


class OutwardRows:
    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def add(self, outward: Outward) -> None:
        self._session.add(
            OutwardRow(
                id=outward.id,
                conversation_id=outward.conversation_id,
                episode_id=outward.episode_id,
                namnd=outward.namnd,
                kind=outward.kind.value,
                outcome=outward.outcome.value,
                staff_id=outward.staff_id,
                at=outward.at,
                place=self._vault.seal(PURPOSE, outward.place),
                who=self._vault.seal(PURPOSE, outward.who),
                shift_id=outward.shift_id,
            )
        )
        self._session.flush()

    def of_conversation(self, conversation_id: ConversationId) -> list[Outward]:
        rows = self._session.connection().execute(OF_CONVERSATION, {"of": conversation_id})
        return [self._domain(row) for row in rows]

    def of_episodes(self, episodes: Collection[EpisodeId]) -> dict[EpisodeId, list[Outward]]:
        found: dict[EpisodeId, list[Outward]] = {episode_id: [] for episode_id in episodes}
        for some in chunks(list(found)):
            rows = self._session.exec(
                select(OutwardRow)
                .where(col(OutwardRow.episode_id).in_(some))
                .order_by(col(OutwardRow.at), col(OutwardRow.id))
            )
            for row in rows:
                found[EpisodeId(row.episode_id)].append(self._domain(row))
        return found

    def _domain(self, row: OutwardRow | sa.Row[Any]) -> Outward:
        return Outward(
            id=OutwardId(row.id),
            conversation_id=ConversationId(row.conversation_id),
            episode_id=EpisodeId(row.episode_id),
            namnd=NamndId(row.namnd),
            kind=OutwardKind(row.kind),
            outcome=OutwardOutcome(row.outcome),
            staff_id=StaffId(row.staff_id),
            at=row.at,
            place=self._vault.open(PURPOSE, row.place),
            who=self._vault.open(PURPOSE, row.who),
            shift_id=None if row.shift_id is None else ShiftId(row.shift_id),
        )
