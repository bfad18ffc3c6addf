"""One transaction: the repositories over one session."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from bot import ports
from bot.clock import Clock
from storage.repos.absences import AbsenceRows
from storage.repos.active_times import ActiveTimeRows
from storage.repos.audit import AuditRows, SealRows
from storage.repos.audit_log import AuditLogRows
from storage.repos.audit_reviews import ReviewRows
from storage.repos.backgrounds import BackgroundRows
from storage.repos.clocks_kept import ClocksKeptRows
from storage.repos.consents import ConsentRows
from storage.repos.conversations import ConversationRows
from storage.repos.deadlines import DeadlineRows
from storage.repos.digests import DigestRows
from storage.repos.episodes import EpisodeRows
from storage.repos.erasing import ErasingRows
from storage.repos.escalations import EscalationRows
from storage.repos.inbox import InboxRows
from storage.repos.incidents import IncidentRows
from storage.repos.keys import KeyRows
from storage.repos.messages import MessageRows
from storage.repos.notes import NoteRows
from storage.repos.outbox import OutboxRows
from storage.repos.outward import OutwardRows
from storage.repos.people import PeopleRows
from storage.repos.phone_calls import PhoneCallRows
from storage.repos.posts import PostRows
from storage.repos.ready import ReadyRows
from storage.repos.reserve import ReserveRows
from storage.repos.retention import RetentionRows
from storage.repos.rota import RotaRows
from storage.repos.shifts import ShiftRows
from storage.repos.staff import StaffRows
from storage.repos.summons import SummonsRows
from storage.repos.swaps import SwapRows
from storage.repos.take_outs import TakeOutRows
from storage.repos.views import ViewRows
from storage.repos.watch import WatchRows
from storage.tables import DoneOnceRow, JobRunRow
from storage.vault import Vault

LATEST = ""  # the row of a job that has no schedule of its own


DONE: sa.Table = DoneOnceRow.__table__  # type: ignore[attr-defined]
ONCE: Final = {
    "sqlite": sqlite.insert(DONE).on_conflict_do_nothing().execution_options(preserve_rowcount=True),
    "postgresql": postgresql.insert(DONE).on_conflict_do_nothing().execution_options(preserve_rowcount=True),
}


class SqlTx:
    """See bot.ports.Tx. It never commits; the store does."""

    def __init__(self, session: Session, vault: Vault, clock: Clock) -> None:
        self._session = session
        self._vault = vault
        self._clock = clock
        self.staff: ports.StaffRepo = StaffRows(session, vault, clock)
        self.people: ports.PeopleRepo = PeopleRows(session, vault, clock)
        self.shifts: ports.ShiftRepo = ShiftRows(session)
        self._posts, self._episodes = PostRows(session, clock), EpisodeRows(session, vault)
        self.conversations: ports.ConversationRepo = ConversationRows(session, self._look_again)
        self.messages: ports.MessageRepo = MessageRows(session, vault, clock)
        self.outbox: ports.OutboxRepo = OutboxRows(session, clock)
        self.inbox: ports.InboxRepo = InboxRows(session, vault, clock)
        self.posts: ports.PostRepo = self._posts
        self.views: ports.ViewRepo = ViewRows(session, clock)
        self.notes: ports.NoteRepo = NoteRows(session, vault)
        self.episodes: ports.EpisodeRepo = self._episodes
        self.digests: ports.DigestRepo = DigestRows(session)
        self.backgrounds: ports.BackgroundRepo = BackgroundRows(session, vault)
        self.deadlines: ports.DeadlineRepo = DeadlineRows(session, vault)
        self.summons: ports.SummonsRepo = SummonsRows(session)
        self.absences: ports.AbsenceRepo = AbsenceRows(session)
        self.active_times: ports.ActiveTimeRepo = ActiveTimeRows(session)
        self.watch: ports.WatchRepo = WatchRows(session, clock)
        self.reserve: ports.ReserveRepo = ReserveRows(session)
        self.ready: ports.ReadyRepo = ReadyRows(session)
        self.swaps: ports.SwapRepo = SwapRows(session)
        self.rota: ports.RotaRepo = RotaRows(session)
        self.escalations: ports.EscalationRepo = EscalationRows(session)
        self.outward: ports.OutwardRepo = OutwardRows(session, vault)
        self.consents: ports.ConsentRepo = ConsentRows(session, vault)
        self.phone_calls: ports.PhoneCallRepo = PhoneCallRows(session)
        self.keys: ports.KeyRepo = KeyRows(session, vault, clock)
        self.retention: ports.RetentionRepo = RetentionRows(session, vault, clock)
        self.erasing: ports.ErasingRepo = ErasingRows(session, vault)
        self.clocks_kept: ports.ClocksKeptRepo = ClocksKeptRows(session, vault)
        self.incidents: ports.IncidentRepo = IncidentRows(session, vault)
        self.take_outs: ports.TakeOutRepo = TakeOutRows(session, vault)
        self.audit: ports.AuditRepo = AuditRows(session, clock)
        self.seals: ports.SealRepo = SealRows(session)
        self.audit_log: ports.AuditLogRepo = AuditLogRows(session)
        self.reviews: ports.ReviewRepo = ReviewRows(session)

    def _look_again(self) -> None:
        self._posts.forget()
        self._episodes.forget()

    def once(self, scope: str, key: str) -> bool:
        given = {"scope": scope, "key": key, "at": self._clock.now()}
        connection = self._session.connection()
        return connection.execute(ONCE[connection.dialect.name], given).rowcount == 1

    def was_done(self, scope: str, key: str) -> bool:
        return self._session.get(DoneOnceRow, (scope, key)) is not None

    def last_run(self, job: str) -> datetime | None:
        row = self._session.get(JobRunRow, (job, LATEST))
        return None if row is None else row.ran_at

    def note_run(self, job: str) -> None:
        row = self._session.get(JobRunRow, (job, LATEST))
        row = row or JobRunRow(job=job, scheduled_for=LATEST, ran_at=self._clock.now())
        row.ran_at = self._clock.now()
        self._session.add(row)
        self._session.flush()

    def hash_of(self, value: str) -> str:
        return self._vault.lane(value)
