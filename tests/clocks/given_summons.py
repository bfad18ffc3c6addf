"""A handläggare's desk: an office with a carrier that takes our texts, and families who answer them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import col

from bot.domain.conversation import Conversation
from bot.domain.ids import DeadlineId, NamndId
from bot.domain.incoming import ReceivedSms, ReceivedStatus
from bot.domain.outbound import OutboxState
from bot.domain.people import World
from bot.domain.sending import OutgoingSms, SmsReceipt
from bot.domain.summons import Summons
from bot.ports import Audience, Outbound, Posted, Tx
from bot.services.clocks.remind_families import remind_families
from bot.services.clocks.summons import Summoning, summon
from bot.services.deliver import deliver
from bot.services.follow_duty import follow_duty
from bot.services.receive_sms import receive_sms
from bot.services.receive_status import receive_status
from bot.services.shared.outcome import Outcome
from storage.tables import OutboxRow
from tests.clocks.given import INGRID, NORRVIK, Office

OURS: Final = "+46701740698"  # Norrvik's, in the world of myndighet
CHILD, GUARDIAN, OTHER_CHILD = "+46701740605", "+46701740606", "+46701740607"
TIMES: Final = (("2026-11-24", "16.00"), ("2026-11-25", "16.30"), ("2026-11-26", "15.00"))
OFFERED: Final = "1 för tis 24/11 16.00, 2 för ons 25/11 16.30, 3 för tor 26/11 15.00"


@dataclass
class Carrier:
    """Takes every sms, and says no more of it until it is asked to."""

    sent: list[OutgoingSms] = field(default_factory=list)
    refuses: Exception | None = None

    async def send(self, sms: OutgoingSms) -> SmsReceipt:
        if self.refuses is not None:
            raise self.refuses
        self.sent.append(sms)
        return SmsReceipt(f"SM{len(self.sent)}", "queued")

    async def find(self, *_: Any) -> None:
        return None

    async def list_since(self, *_: Any) -> list[Any]:
        return []


@dataclass
class Slack:
    """Takes every post, and remembers which kind went to whom."""

    posts: list[tuple[str, str, Any]] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: count(1))

    async def audience(self, channel: str) -> Audience:
        return Audience(frozenset(), is_safe=True)

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Posted | None]]:
        if not name.startswith(("post_", "update_")):
            raise AttributeError(name)

        async def take(to: str, *said: Any) -> Posted | None:
            self.posts.append((name.removeprefix("post_"), to, said[-2] if len(said) > 1 else said[0]))
            return Posted(f"D{to}", f"{next(self._numbers)}.0") if name.startswith("post_") else None

        return take


@dataclass
class Desk:
    """The world of one test."""

    office: Office
    carrier: Carrier = field(default_factory=Carrier)
    slack: Slack = field(default_factory=Slack)
    _received: Any = field(default_factory=lambda: count(1))
    _reported: int = 0

    def __post_init__(self) -> None:
        connected: Any = {"sms": self.carrier, "chat": self.slack, "status_url": "https://example.se/status"}
        self.office.ctx = replace(self.office.ctx, **connected)

    # --- what the handläggare does ---

    async def has_talk(self, **changes: Any) -> str:
        """Register an allvarssamtal, Friday at 14.20 unless said otherwise, and return its id."""
        given: dict[str, Any] = {"received_on": "2026-11-20", "received_time": "14.20"}
        return await self.office.has_clock("allvarssamtal", **(given | changes))

    async def summons(self, deadline_id: str, *, by: str = INGRID, **changes: Any) -> None:
        """Summon child and guardian to one of three times, and let the texts leave."""
        await summon(summoning(deadline_id, by=by, **changes), ctx=self.office.ctx)
        await self.leaves()

    async def has_summoned(self, **changes: Any) -> str:
        """Register a talk and summon to it; the texts have arrived. Return the id of the clock."""
        deadline_id = await self.has_talk()
        await self.summons(deadline_id, **changes)
        await self.arrives()
        return deadline_id

    async def has_booked(self, **changes: Any) -> str:
        """The same, and the guardian has chosen Wednesday 25/11 at 16.30."""
        deadline_id = await self.has_summoned(**changes)
        await self.texts(GUARDIAN, "2")
        await self.arrives()
        return deadline_id

    # --- what the family does ---

    async def texts(self, number: str, body: str, *, sid: str = "", written_at: datetime | None = None) -> None:
        """Let a text come in to the unit's own number, and everything that it brings leave."""
        ctx = self.office.ctx
        received_at = written_at or ctx.clock.now()
        sms = ReceivedSms(sid or f"IN{next(self._received)}", number, OURS, body, 0, received_at)
        await self.office.writes(lambda tx: receive_sms(tx, ctx, sms))
        await self.leaves()

    # --- what becomes of our texts ---

    async def leaves(self) -> list[OutboxState]:
        """Send what waits, as the worker does."""
        states: list[OutboxState] = []
        while (row := await self.office.writes(lambda tx: tx.outbox.claim("test", timedelta(minutes=1)))) is not None:
            outcome = await deliver(row, ctx=self.office.ctx)
            assert outcome is not None
            await self._record(row, outcome)
            states.append(outcome.state)
        return states

    async def _record(self, row: Outbound, outcome: Outcome) -> None:
        def change(tx: Tx) -> None:
            tx.outbox.record(row.id, outcome.state, provider_id=outcome.provider_id, error=outcome.error)
            if outcome.then is not None:
                outcome.then(tx)

        await self.office.writes(change)

    async def arrives(self, word: str = "delivered", reason: str | None = None) -> None:
        """Let the carrier report on every text that it has not reported on."""
        while self._reported < len(self.carrier.sent):
            self._reported += 1
            await self.reports(self._reported, word, reason)
        await self.leaves()

    async def reports(self, nth: int, word: str, reason: str | None = None) -> None:
        """Let the carrier report on the `nth` text that it took."""
        status = ReceivedStatus(f"SM{nth}", None, word, reason, None)
        await self.office.writes(lambda tx: receive_status(tx, self.office.ctx, status))
        self._reported = max(self._reported, nth)

    # --- what time brings ---

    async def is_now(self, text: str) -> None:
        """Move on to a Stockholm time, and run what falls due by itself then."""
        self.office.is_now(text)
        await follow_duty(ctx=self.office.ctx)
        await remind_families(ctx=self.office.ctx)
        await self.leaves()

    # --- what there is ---

    def sms_to(self, number: str) -> list[str]:
        return [sms.body for sms in self.carrier.sent if sms.to == number]

    def cards(self) -> list[str]:
        """Return to whom cards were posted: Slack ids, or channels."""
        return [to for kind, to, _ in self.slack.posts if kind == "card"]

    def told(self) -> list[tuple[str, str]]:
        """Return what was said at once of the clocks since they were registered, and to whom."""
        return [said for said in self.office.told() if said[0] not in {"registered_critical", "assigned"}]

    def failed_sms(self) -> list[str]:
        """Return why texts did not leave."""
        is_failed = sa.and_(col(OutboxRow.kind) == "sms", col(OutboxRow.state) == "failed")
        with self.office.store.engine.connect() as connection:
            rows = connection.execute(sa.select(col(OutboxRow.last_error)).where(is_failed).order_by(col(OutboxRow.id)))
            return [str(row[0]) for row in rows]

    async def newest(self, deadline_id: str) -> Summons:
        return (await self.office.reads(lambda tx: tx.summons.of_deadline(DeadlineId(deadline_id))))[-1]

    async def conversation(self, number: str, namnd: NamndId = NORRVIK) -> Conversation:
        """Return the newest conversation with a number in the unit's own world."""

        def query(tx: Tx) -> Conversation | None:
            contact = tx.people.contact_by_number(number)
            return None if contact is None else tx.conversations.latest(contact.contact.id, namnd, World.MYNDIGHET)

        found = await self.office.writes(query)
        assert found is not None
        return found


def summoning(deadline_id: str, *, by: str = INGRID, **changes: Any) -> Summoning:
    given: dict[str, Any] = {"times": TIMES, "child_number": CHILD, "guardian_number": GUARDIAN}
    return Summoning(slack_user_id=by, deadline_id=deadline_id, **(given | changes))
