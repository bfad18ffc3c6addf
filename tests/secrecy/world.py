"""An evening with one of each thing that can be reached for, and people who may not have it."""

import hashlib
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa
from sqlmodel import col

import bot.domain.secrecy as rule
from bot.domain.absence import Absence
from bot.domain.calendar import local
from bot.domain.clocks import ClockKind
from bot.domain.handover import DigestRecord
from bot.domain.ids import AbsenceId, ActiveTimeId, DigestId, NamndId, StaffId, new_id
from bot.domain.people import Role, StaffRole, World
from bot.domain.phone import pretty
from bot.domain.rest.active import ActiveTime, Source
from bot.domain.secrecy import Act, Actor, Allowed, Denied, Subject
from bot.domain.swap import SwapId, SwapOffer, SwapState
from bot.domain.taking_out import TakeOut, TakeOutKind
from bot.ports import OpenView, Tx
from bot.services.clocks.register import Registration, register_clocks
from storage.engine import normal_url
from storage.tables import AuditRow, InboxRow
from storage.tables.base import Base
from tests.acceptance.night import NORRVIK, Night, Person, a_night

NOVA, TEXT, CASE = "+46701740605", "Kan nån ringa mig i kväll", "N-2026-7"
OSTANFORS = NamndId("ostanfors")
EVENING: Final = "2026-11-20 18:00"
THIRD_NAMND: Final = """
[namnd.ostanfors]
name = "Östanfors stadsdelsnämnd"
short_name = "Östanfors"
team_channel = "C0OSTANFORS"
office_hours = "mån-fre 08.00-17.00"
beredskap_hours = ["mån-fre 17.00-22.00", "lör-sön 10.00-22.00", "helgdag 10.00-22.00"]

[[number]]
number = "+46701740697"
label = "Östanfors"
namnder = ["ostanfors"]

[case_import.columns]
case_ref = "Ärende"
kind = "Typ"
received_on = "Inkom"
owner = "Handläggare"

[case_import.kinds]
"Anmälan" = ["forhandsbedomning"]
"""
NOT_ABOUT_ACTS: Final = frozenset({"alert", "audit", "inbox", "outbox", "open_view", "lease", "instance", "job_run"})
KEPT: Final = {
    "held": "held_reply",
    "episode": "episode",
    "action": "action",
    "clock": "deadline",
    "absence": "absence",
    "raw": "inbox",
}
LEFT, THIRD, STRANGER = "left", "third", "stranger"


@dataclass
class Asked:
    """What the rule has been asked, and what it said, since the last look."""

    answers: list[tuple[StaffId, Act, Allowed | Denied]] = field(default_factory=list)

    def of(self, staff_id: str) -> list[tuple[Act, Allowed | Denied]]:
        return [(act, answer) for who, act, answer in self.answers if who == staff_id]


@contextmanager
def listening_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    """Put a wrapper that remembers in the place of the rule, wherever a service looks it up."""
    asked, original = Asked(), rule.may

    def may(actor: Actor, act: Act, subject: Subject, at: Any) -> Allowed | Denied:
        answer = original(actor, act, subject, at)
        asked.answers.append((actor.staff.id, act, answer))
        return answer

    places = [m for name, m in sys.modules.items() if name.startswith("bot.") and getattr(m, "may", None) is original]
    assert len(places) > 8, "the services look the rule up somewhere else by now"
    with monkeypatch.context() as patch:
        for place in places:
            patch.setattr(place, "may", may)
        yield asked


@dataclass
class Cast:
    """Who may not: each by another of the rule's reasons. `anna` has the duty and may."""

    night: Night
    asked: Asked
    anna: Person
    hedda: Person
    refused: dict[str, Person]  # by LEFT, THIRD and the world somebody works in
    ids: dict[str, str]

    def known_as(self, who: str) -> str:
        """Return what the audit log calls somebody."""
        return f"slack:{self.user(who)}" if who == STRANGER else self.refused[who].staff.id

    def user(self, who: str) -> str:
        return "U0STRANGER" if who == STRANGER else self.refused[who].user

    def denials(self, who: str) -> list[str]:
        """Return the reasons for which somebody was refused, oldest first."""
        table = AuditRow.__table__  # type: ignore[attr-defined]
        mine = sa.select(table).where(table.c.actor == self.known_as(who), table.c.is_allowed.is_(False))
        return [row.ground for row in self.night.rows(mine.order_by(table.c.id))]

    def grants(self, who: str) -> int:
        table = AuditRow.__table__  # type: ignore[attr-defined]
        mine = sa.select(table.c.id).where(table.c.actor == self.known_as(who), table.c.is_allowed.is_(True))
        return len(self.night.rows(mine))

    def refused_at_terminal(self) -> int:
        table = AuditRow.__table__  # type: ignore[attr-defined]
        return len(self.night.rows(sa.select(table.c.id).where(table.c.actor == "cli", table.c.is_allowed.is_(False))))

    def stands(self) -> dict[str, str]:
        """Return a mark of what is stored in each table that tells of acts."""
        engine = sa.create_engine(normal_url(self.night.sandbox.database_url), poolclass=sa.NullPool)
        marks = {}
        with engine.connect() as connection:
            for table in Base.metadata.sorted_tables:
                if table.name not in NOT_ABOUT_ACTS:
                    rows = sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
                    marks[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()[:12] + f" {len(rows)}"
        engine.dispose()
        return marks

    def secrets(self) -> set[str]:
        return self.night.secret_words | {NOVA, pretty(NOVA), CASE}


@asynccontextmanager
async def a_cast(folder: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Cast]:
    """Anna has the duty and Nova has texted; Hedda has a clock. Four people are there who may have nothing of it."""
    async with a_night(folder, database_url, EVENING, settings=THIRD_NAMND) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        hedda = await night.hires("Hedda Lind", NORRVIK, Role.HANDLAGGARE, world=World.MYNDIGHET)
        refused = {
            LEFT: await night.hires("Lova Borta", NORRVIK, *Role, phone="+46701740691"),
            THIRD: await night.hires("Tora Annan", OSTANFORS, Role.FAMILJEBEHANDLARE, Role.LEADER, Role.ADMIN),
            World.BEREDSKAP.value: await night.hires("Bea Ek", NORRVIK, Role.FAMILJEBEHANDLARE, Role.LEADER),
            World.MYNDIGHET.value: await night.hires(
                "Malin Ek", NORRVIK, Role.HANDLAGGARE, Role.LEADER, world=World.MYNDIGHET
            ),
        }
        await _employs_in_both(night, refused[LEFT], NORRVIK)
        await _employs_in_both(night, refused[THIRD], OSTANFORS)
        await night.leaves(refused[LEFT])
        night.sandbox.slack.add_user("U0STRANGER", "otto", "Otto Utomstående")
        night.opens_channels()
        ids = await _things(night, anna, hedda, refused)
        with listening_in(monkeypatch) as asked:
            yield Cast(night, asked, anna, hedda, refused, ids)


async def _employs_in_both(night: Night, person: Person, namnd: NamndId) -> None:
    every = frozenset(StaffRole(namnd, world, role) for world in World for role in Role)
    person.staff = replace(person.staff, roles=every)
    await night.writes(lambda tx: tx.staff.save(person.staff))


async def _things(night: Night, anna: Person, hedda: Person, refused: dict[str, Person]) -> dict[str, str]:
    """Make one of each thing, and return its id by its name."""
    nova, youth = await night.enrols("Nova Berg", NOVA, NORRVIK)
    shift = await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-21 09:00")
    coming = await night.on_beredskap(anna, "2026-11-25 17:00", "2026-11-25 22:00")
    for who in (LEFT, THIRD):  # of no use to whoever has left, nor for another nämnd
        namnd = NORRVIK if who == LEFT else OSTANFORS
        await night.on_beredskap(refused[who], "2026-11-20 17:30", "2026-11-21 09:00", namnd)
    await nova.texts("Hej, är det någon där")
    await anna.closes(anna.card(), action="next_working_day")
    await nova.texts(TEXT)
    await anna.types_in_thread(anna.cards()[-1], "Jag ringer strax, Nova")
    assert night.sandbox.bot is not None
    ctx, store = night.sandbox.bot.ctx, night.sandbox.bot.store
    now = ctx.clock.now()
    form = Registration(
        slack_user_id=hedda.user,
        namnd=NORRVIK,
        case_ref=CASE,
        kinds=(ClockKind.FORHANDSBEDOMNING.value,),
        received_on="2026-11-20",
        received_time="14.00",
        owner=hedda.staff.id,
        key=new_id(),
    )
    await register_clocks(form, ctx=ctx)
    offers = [
        SwapOffer(SwapId(new_id()), coming.id, anna.staff.id, NORRVIK, coming.starts_at, coming.ends_at, now),
        SwapOffer(
            SwapId(new_id()), coming.id, anna.staff.id, NORRVIK, coming.starts_at, coming.ends_at, now,
            state=SwapState.ASKED, taker=refused[World.BEREDSKAP.value].staff.id,
        ),
    ]  # fmt: skip
    worked = ActiveTime(
        ActiveTimeId(new_id()), anna.staff.id, shift.id, None, now - timedelta(minutes=9), now, Source.MANUAL
    )
    digest = DigestRecord(DigestId(new_id()), NORRVIK, local(now).date(), now, now)

    subject = f"youth:{youth.id}"
    asked_for = TakeOut(new_id(), TakeOutKind.REGISTER, NORRVIK, subject, youth.case_code, anna.staff.id, now)

    def change(tx: Tx) -> dict[str, str]:
        tx.take_outs.save(asked_for)
        for offer in offers:
            tx.swaps.save(offer)
        tx.digests.add(digest)
        tx.absences.add(
            Absence(AbsenceId(new_id()), NORRVIK, hedda.staff.id, local(now).date(), local(now).date(), None)
        )
        tx.active_times.add(worked)
        conversation = next(iter(tx.conversations.open_ones()))
        messages = tx.messages.of(conversation.id, limit=20)
        for person in (anna, *refused.values()):
            view = OpenView(f"view-of-{person.user}", person.staff.id, conversation.id, None, "V1", "h", 1, None, 30)
            tx.views.save(view)
        return {
            "conversation": conversation.id,
            "contact": conversation.contact_id,
            "message": messages[-1].id,
            "youth": youth.id,
            "code": youth.case_code,
            "take_out": asked_for.id,
        }

    found: dict[str, str] = await store.write(change)
    await night.executes(sa.update(InboxRow).where(col(InboxRow.provider) == "twilio").values(state="parked"))
    await night.settles()
    return found | {
        "shift": shift.id,
        "coming": coming.id,
        "offer": offers[0].id,
        "asked": offers[1].id,
        "worked": worked.id,
        "digest": digest.id,
        "hedda": hedda.staff.id,
        **{name: _newest(night, table) for name, table in KEPT.items()},
    }


def _newest(night: Night, table: str) -> str:
    """Return the id of the newest row of a table."""
    found = Base.metadata.tables[table]
    query = sa.select(found.c.id).order_by(found.c.id.desc())
    return str(night.rows(query.where(found.c.provider == "twilio") if table == "inbox" else query)[0][0])
