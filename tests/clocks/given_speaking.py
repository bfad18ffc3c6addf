"""An office whose clocks run: its people, a clock that is moved by hand, and a Slack that keeps what it is told."""

from collections.abc import Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from bot.domain.absence import Absence
from bot.domain.alerts import AlertNotice
from bot.domain.calendar import STOCKHOLM
from bot.domain.cards import Notice
from bot.domain.clock_views import ClockList, ClockNotice, UnitMessage
from bot.domain.clocks import ClockKind
from bot.domain.deadline import Deadline, Talk
from bot.domain.ids import AbsenceId, DeadlineId, NamndId, ReportId, StaffId, new_id
from bot.domain.outbound import OutboxState
from bot.domain.people import Role, Staff, StaffRole, World
from bot.ports import Posted, Tx
from bot.services.clocks.changing import limit_for, scheduled
from bot.services.clocks.leaders import tell_leaders
from bot.services.clocks.speak import speak_of_clocks
from bot.services.context import Context
from bot.services.deliver import deliver
from bot.services.follow_duty import next_due
from storage.store import SqlStore
from tests.frozen import FrozenClock
from tests.imports.given import RULES, TEXTS
from tests.storage.given import deadline

NORRVIK, SODERMARK = NamndId("norrvik"), NamndId("sodermark")
LEASE = timedelta(minutes=1)
Said = ClockList | ClockNotice | UnitMessage | Notice


def at(text: str) -> datetime:
    """Read "2026-11-23 08:00" as Stockholm time."""
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


@dataclass(frozen=True, slots=True)
class Message:
    """One of our posts, as it says now."""

    to: str
    ts: str
    said: Said
    outbox_id: int


@dataclass
class KeptSlack:
    """Takes what is posted. What `refuses` raises for a person is raised instead; `gone` are posts that are away."""

    clock: FrozenClock
    messages: list[Message] = field(default_factory=list)
    alerts: list[AlertNotice] = field(default_factory=list)
    updates: int = 0
    refuses: dict[str, Exception] = field(default_factory=dict)
    gone: dict[str, Exception] = field(default_factory=dict)
    posted_at: list[datetime] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: count(1))

    async def post_clocks(self, to: str, said: Said, outbox_id: int) -> Posted:
        if to in self.refuses:
            raise self.refuses[to]
        message = Message(to, f"{next(self._numbers)}.0", said, outbox_id)
        self.messages.append(message)
        self.posted_at.append(self.clock.now())
        return Posted(f"D{to}", message.ts)

    post_clock = post_unit = post_notice = post_clocks

    async def post_alert(self, to: str, alert: AlertNotice, outbox_id: int, thread_ts: str | None = None) -> Posted:
        self.alerts.append(alert)
        return Posted(to, f"{next(self._numbers)}.0")

    async def update_clocks(self, channel: str, ts: str, said: ClockList) -> None:
        if ts in self.gone:
            raise self.gone[ts]
        self.messages = [replace(m, said=said) if m.ts == ts else m for m in self.messages]
        self.updates += 1

    async def find(self, to: str, outbox_id: int, *_: Any) -> Posted | None:
        found = [m for m in self.messages if f"D{m.to}" == to and m.outbox_id == outbox_id]
        return Posted(to, found[0].ts) if found else None


@dataclass
class Office:
    """The whole world of one test."""

    ctx: Context
    clock: FrozenClock
    slack: KeptSlack
    people: dict[str, Staff] = field(default_factory=dict)

    # --- who and what there is ---

    async def hires(self, name: str, *roles: Role, namnd: NamndId = NORRVIK, **changes: Any) -> StaffId:
        chosen = roles or (Role.HANDLAGGARE,)
        held = frozenset(StaffRole(namnd, World.MYNDIGHET, role) for role in chosen)
        number = len(self.people) + 1
        staff = Staff(StaffId(f"{name.lower()}{number}"), name, f"{name.lower()}@example.se", f"U{name.upper()}", held)
        self.people[name] = replace(staff, **changes)
        await self.ctx.store.write(lambda tx: tx.staff.save(self.people[name]))
        return staff.id

    async def is_away(self, who: StaffId, first: str, last: str, stand_in: StaffId | None = None) -> None:
        days = date.fromisoformat(first), date.fromisoformat(last)
        made = Absence(AbsenceId(new_id()), NORRVIK, who, *days, stand_in)
        await self.ctx.store.write(lambda tx: tx.absences.add(made))

    def clock_of(
        self, owner: StaffId | None, received: str, kind: ClockKind = ClockKind.FORHANDSBEDOMNING, **changes: Any
    ) -> Deadline:
        """Return a clock that has been registered as the report came in."""
        made_id = new_id()
        began = at(received)
        made = Deadline(
            id=DeadlineId(made_id),
            report_id=ReportId(made_id),
            namnd=changes.pop("namnd", NORRVIK),
            kind=kind,
            case_ref=changes.pop("case_ref", f"K-{made_id}"),
            received_at=began,
            starts_at=began,
            limit=limit_for(self.ctx, replace(deadline(), kind=kind, starts_at=began)),
            registered_at=began,
            owner=owner,
            talk=Talk(has_contact=True) if kind is ClockKind.ALLVARSSAMTAL else None,
        )
        return scheduled(self.ctx, replace(made, **changes), after=began)

    async def has(self, *clocks: Deadline) -> None:
        await self.ctx.store.write(lambda tx: tx.deadlines.add_all(clocks))

    async def clock_with(self, deadline_id: DeadlineId) -> Deadline:
        found = await self.ctx.store.read(lambda tx: tx.deadlines.get(deadline_id))
        assert found is not None
        return found

    async def changes(self, change: Any) -> Any:
        return await self.ctx.store.write(change)

    # --- what time brings ---

    def jumps_to(self, when: str) -> None:
        """Let the time pass while nothing of ours runs."""
        self.clock.passes(at(when) - self.clock.now())

    async def time_is(self, when: str) -> None:
        """Let the time pass, with everything that falls due on the way."""
        while (due := await next_due(self.clock.now(), ctx=self.ctx)) is not None and due <= at(when):
            self.clock.passes(due - self.clock.now())
            await self.ticks()
        self.jumps_to(when)
        await self.ticks()

    async def ticks(self) -> None:
        await speak_of_clocks(ctx=self.ctx)
        await tell_leaders(ctx=self.ctx)
        await self.sends()

    async def sends(self) -> list[OutboxState]:
        """Send what waits, as the worker does."""
        states = []
        while (row := await self.ctx.store.write(lambda tx: tx.outbox.claim("test", LEASE))) is not None:
            outcome = await deliver(row, ctx=self.ctx)
            assert outcome is not None
            states.append(outcome.state)
            await self.ctx.store.write(partial(_record, row_id=row.id, outcome=outcome))
        return states

    # --- what was said ---

    def said_to(self, name: str, kind: type[Said]) -> list[Any]:
        to = self.people[name].slack_user_id
        return [m.said for m in self.slack.messages if m.to == to and isinstance(m.said, kind)]

    def lists_of(self, name: str) -> list[ClockList]:
        return self.said_to(name, ClockList)

    def told(self, name: str) -> list[str]:
        return [notice.why for notice in self.said_to(name, ClockNotice)]

    def units_of(self, name: str) -> list[UnitMessage]:
        return self.said_to(name, UnitMessage)


def refs(rows: Sequence[Any]) -> list[str]:
    return [row.case_ref for row in rows]


def an_office(store: SqlStore, clock: FrozenClock, **rules: Any) -> Office:
    slack = KeptSlack(clock)
    rest: dict[str, Any] = {part.name: None for part in fields(Context) if part.default_factory is MISSING}
    given = {"store": store, "clock": clock, "rules": replace(RULES, **rules), "texts": TEXTS, "chat": slack}
    return Office(Context(**(rest | given)), clock, slack)


def _record(tx: Tx, *, row_id: int, outcome: Any) -> None:
    tx.outbox.record(row_id, outcome.state, provider_id=outcome.provider_id, error=outcome.error, wait=outcome.wait)
    if outcome.then is not None:
        outcome.then(tx)
