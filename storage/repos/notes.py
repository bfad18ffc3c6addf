"""Notes and the actions that they ask for. What was written is sealed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot.domain.ids import ActionTaskId, ConversationId, EpisodeId, NamndId, NoteId, ShiftId, StaffId, YouthId
from bot.domain.notes import ActionCode, Note, Situation
from bot.domain.reaction import Action, ActionState, Step
from storage.repos.chunks import chunks
from storage.tables import ActionRow, EpisodeNoteRow, EpisodeRow, NoteRow
from storage.vault import Vault


class NoteRows:
    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def add(self, note: Note, episodes: Sequence[EpisodeId]) -> None:
        """Add a note and tie it to the episodes that it covers."""
        self._session.add(
            NoteRow(
                id=note.id,
                conversation_id=note.conversation_id,
                namnd=note.namnd,
                author=note.author,
                at=note.at,
                came_in=self._vault.seal("note", note.came_in),
                support=self._vault.seal("note", note.support),
                promised=self._vault.seal("note", note.promised),
                situation=note.situation.value,
                code=note.code.value,
                socialjouren_at=note.socialjouren_at,
                concerns=sorted(note.concerns),
                shift_id=note.shift_id,
            )
        )
        self._session.flush()
        self._session.add_all(EpisodeNoteRow(episode_id=episode_id, note_id=note.id) for episode_id in episodes)
        self._session.flush()

    def get(self, note_id: NoteId) -> Note | None:
        row = self._session.get(NoteRow, note_id)
        return None if row is None else self._note(row)

    def of_episodes(self, episodes: Sequence[EpisodeId]) -> dict[EpisodeId, list[Note]]:
        """Return the notes of each of `episodes`, oldest first, in few statements."""
        found: dict[EpisodeId, list[Note]] = {episode_id: [] for episode_id in episodes}
        for some in chunks(list(found)):
            rows = self._session.exec(
                select(EpisodeNoteRow.episode_id, NoteRow)
                .join(NoteRow, col(NoteRow.id) == col(EpisodeNoteRow.note_id))
                .where(col(EpisodeNoteRow.episode_id).in_(some))
                .order_by(col(NoteRow.at), col(NoteRow.id))
            )
            for episode_id, row in rows:
                found[EpisodeId(episode_id)].append(self._note(row))
        return found

    def newest_of(self, conversation_id: ConversationId) -> Note | None:
        row = self._session.exec(
            select(NoteRow)
            .where(NoteRow.conversation_id == conversation_id)
            .order_by(col(NoteRow.at).desc(), col(NoteRow.id).desc())
            .limit(1)
        ).first()
        return None if row is None else self._note(row)

    def add_action(self, action: Action) -> None:
        self._session.add(ActionRow(**self._values(action)))
        self._session.flush()

    def save_action(self, action: Action) -> None:
        row = self._session.get_one(ActionRow, action.id)
        for name, value in self._values(action).items():
            setattr(row, name, value)
        self._session.add(row)
        self._session.flush()

    def action(self, action_id: ActionTaskId, *, lock: bool = False) -> Action | None:
        """Return an action; with `lock` as it is now, held against other writers until this transaction ends."""
        statement = select(ActionRow).where(ActionRow.id == action_id)
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        row = self._session.exec(statement).first()
        return None if row is None else self._action(row)

    def actions_of(self, notes: Sequence[NoteId]) -> dict[NoteId, list[Action]]:
        """Return the actions of each of `notes`, by due day, in few statements."""
        found: dict[NoteId, list[Action]] = {note_id: [] for note_id in notes}
        for some in chunks(list(found)):
            rows = self._session.exec(
                select(ActionRow)
                .where(col(ActionRow.note_id).in_(some))
                .order_by(col(ActionRow.due_on), col(ActionRow.id))
            )
            for row in rows:
                found[NoteId(row.note_id)].append(self._action(row))
        return found

    def open_actions(self, namnd: NamndId, *, lock: bool = False) -> list[Action]:
        statement = (
            select(ActionRow)
            .where(ActionRow.namnd == namnd, ActionRow.state == ActionState.OPEN.value)
            .order_by(col(ActionRow.due_on), col(ActionRow.id))
        )
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        return [self._action(row) for row in self._session.exec(statement)]

    def actions_due(self, now: datetime) -> list[ActionTaskId]:
        """Return the actions that are to be spoken of by now, the longest waiting first."""
        rows = self._session.exec(
            select(ActionRow.id)
            .where(col(ActionRow.next_at).is_not(None), col(ActionRow.next_at) <= now)
            .order_by(col(ActionRow.next_at), col(ActionRow.id))
        )
        return [ActionTaskId(found) for found in rows]

    def next_action(self, after: datetime) -> datetime | None:
        return self._session.exec(select(sa.func.min(ActionRow.next_at)).where(col(ActionRow.next_at) > after)).first()

    def episode_of_action(self, action_id: ActionTaskId) -> EpisodeId | None:
        """Return the row in which an action stands: the newest of the episodes that its note covers."""
        found = self._session.exec(
            select(EpisodeRow.id)
            .join(EpisodeNoteRow, col(EpisodeNoteRow.episode_id) == col(EpisodeRow.id))
            .join(ActionRow, col(ActionRow.note_id) == col(EpisodeNoteRow.note_id))
            .where(ActionRow.id == action_id)
            .order_by(col(EpisodeRow.first_at).desc(), col(EpisodeRow.ordinal).desc(), col(EpisodeRow.id).desc())
            .limit(1)
        ).first()
        return None if found is None else EpisodeId(found)

    def episodes_of_actions(self, actions: Sequence[ActionTaskId]) -> dict[ActionTaskId, EpisodeId]:
        """Return the same for each of `actions` that stands in a row, in few statements."""
        found: dict[ActionTaskId, EpisodeId] = {}
        for some in chunks(list(dict.fromkeys(actions))):
            rows = self._session.exec(
                select(ActionRow.id, EpisodeRow.id)
                .join(EpisodeNoteRow, col(EpisodeNoteRow.note_id) == col(ActionRow.note_id))
                .join(EpisodeRow, col(EpisodeRow.id) == col(EpisodeNoteRow.episode_id))
                .where(col(ActionRow.id).in_(some))
                .order_by(col(EpisodeRow.first_at), col(EpisodeRow.ordinal), col(EpisodeRow.id))
            )
            found.update({ActionTaskId(action_id): EpisodeId(episode_id) for action_id, episode_id in rows})
        return found

    def move(self, conversation_id: ConversationId, namnd: NamndId) -> None:
        """Give what was written in a conversation, and what is to be done about it, to another nämnd."""
        for table in (NoteRow, ActionRow):
            self._session.execute(
                sa.update(table).where(col(table.conversation_id) == conversation_id).values(namnd=namnd)
            )
        self._session.expire_all()

    def _values(self, action: Action) -> dict[str, Any]:
        return {
            "id": action.id,
            "note_id": action.note_id,
            "conversation_id": action.conversation_id,
            "namnd": action.namnd,
            "code": action.code.value,
            "due_on": action.due_on,
            "owner": action.owner,
            "with_duty": action.with_duty,
            "state": action.state.value,
            "settled_by": action.settled_by,
            "settled_at": action.settled_at,
            "reason": self._vault.seal("reason", action.reason) if action.reason else None,
            "next_at": action.next_at,
            "next_step": None if action.next_step is None else action.next_step.value,
        }

    def _note(self, row: NoteRow) -> Note:
        return Note(
            id=NoteId(row.id),
            conversation_id=ConversationId(row.conversation_id),
            namnd=NamndId(row.namnd),
            author=StaffId(row.author),
            at=row.at,
            came_in=self._vault.open("note", row.came_in),
            support=self._vault.open("note", row.support),
            promised=self._vault.open("note", row.promised),
            situation=Situation(row.situation),
            code=ActionCode(row.code),
            socialjouren_at=row.socialjouren_at,
            concerns=frozenset(YouthId(youth_id) for youth_id in row.concerns),
            shift_id=None if row.shift_id is None else ShiftId(row.shift_id),
        )

    def _action(self, row: ActionRow) -> Action:
        return Action(
            id=ActionTaskId(row.id),
            note_id=NoteId(row.note_id),
            conversation_id=ConversationId(row.conversation_id),
            namnd=NamndId(row.namnd),
            code=ActionCode(row.code),
            due_on=row.due_on,
            owner=None if row.owner is None else StaffId(row.owner),
            with_duty=row.with_duty,
            state=ActionState(row.state),
            settled_by=None if row.settled_by is None else StaffId(row.settled_by),
            settled_at=row.settled_at,
            reason="" if row.reason is None else self._vault.open("reason", row.reason),
            next_at=row.next_at,
            next_step=None if row.next_step is None else Step(row.next_step),
        )
