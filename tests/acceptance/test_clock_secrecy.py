"""Whoever has beredskap sees nothing of the clocks: a whole day of them, in the same nämnd, while she has duty."""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.ids import new_id
from bot.domain.people import Role
from bot.slack.ids import ActionId, CallbackId
from storage.tables import AbsenceRow, AuditRow, ConversationRow, DeadlineEventRow, DeadlineRow, SummonsRow
from tests.acceptance.night import CHANNELS, MYNDIGHET_NUMBER, NORRVIK, SODERMARK, Night, Person, a_night, texts_in
from tests.acceptance.office import CHILD, GUARDIAN, Clerk, clocks_in, works

pytestmark = pytest.mark.usefixtures("days_pass_in_seconds")

ROWS: tuple[Any, ...] = (DeadlineRow, DeadlineEventRow, SummonsRow, AbsenceRow)
PRESSES = tuple(a.value for a in ActionId if a.value.startswith(("clock", "unit_", "absence")))
FORMS = tuple(c.value for c in CallbackId if c.value.startswith(("clock", "absence")))
CONVERSATION = (ActionId.OPEN, ActionId.TAKE, ActionId.CLOSE, ActionId.CLOSE_PLAIN, ActionId.NOTE, ActionId.HAND_OVER)
TRACES = ("K-123", "K-7", "allvarssamtal", "förhandsbedömning", "frist", "kallelse", "070-174 06 1", "+467017406")
IN_WORDS = "kan inte prata nu, pappa lyssnar"


async def a_day_of_clocks(night: Night, ingrid: Clerk, lars: Clerk, johan: Clerk) -> None:
    """Registered, summoned, answered in words and by figure, given to somebody, an absence; and a text at night."""
    child, guardian = night.phone(CHILD), night.phone(GUARDIAN)
    await ingrid.frist()
    await ingrid.registers("K-123", "allvarssamtal", "forhandsbedomning", at="08.20", flags=("has_contact",))
    await ingrid.closes_all()
    await johan.frist()
    await johan.registers("K-7", "allvarssamtal", at="08.25", owner="nobody")
    await johan.closes_all()
    await ingrid.frist("K-123")
    await ingrid.presses_first("clock_open")
    await ingrid.presses_in_modal("clock_summon")
    await ingrid.fills_summons(("2026-11-24", "15.30"), ("2026-11-25", "15.30"))
    await night.clock_reaches("2026-11-23 11:00")
    await child.texts(IN_WORDS, to=MYNDIGHET_NUMBER)
    await guardian.texts("2", to=MYNDIGHET_NUMBER)
    assert IN_WORDS in await ingrid.opens(ingrid.card("väntar på svar"))
    await ingrid.closes_all()
    await johan.frist("K-7")
    await johan.presses_first("clock_open")
    await johan.presses_in_modal("clock_assign")
    done = await johan.submits({"staff": {"owner": lars.staff.id}})
    assert not done.get("errors"), done
    await johan.closes_all()
    await lars.is_away("2026-11-24", "2026-11-25", ingrid)
    await night.clock_reaches("2026-11-23 23:10")
    await guardian.texts("hon har gått hemifrån", to=MYNDIGHET_NUMBER)


def seen_by(night: Night, person: Person) -> str:
    """Return everything that somebody has been shown by the bot: their DM, Home, and every channel they sit in."""
    state = night.sandbox.slack.state()
    channels = [c for c in CHANNELS.values() if person.user in night.sandbox.slack.workspace.channels[c].members]
    said = [m.words for channel in (person.dm, *channels) for m in person.messages(channel)]
    home = state["homes"].get(person.user)
    return "\n".join([*said, *(texts_in(home["blocks"]) if home else ())]).casefold()


def as_it_stands(night: Night) -> list[list[Any]]:
    tables = (row.__table__ for row in ROWS)
    return [night.rows(sa.select(table).order_by(table.c[0])) for table in tables]


def refusals(night: Night, person: Person) -> int:
    table: sa.Table = AuditRow.__table__  # type: ignore[attr-defined]
    refused = sa.and_(table.c.actor == person.staff.id, table.c.is_allowed.is_(False))
    return len(night.rows(sa.select(table.c.id).where(refused)))


async def forges_form(night: Night, person: Person, callback: str, deadline_id: str) -> str:
    """Send a form that somebody was never shown; return what they see then."""
    await person.commands("logg")
    view = night.sandbox.slack.workspace.stacks[person.user][0]
    known = json.dumps({"c": deadline_id, "key": new_id(), "namnd": NORRVIK})
    words = {"type": "plain_text", "text": "?"}
    view.given.update(callback_id=callback, private_metadata=known, submit=words)
    answer = await night.sandbox.slack.submit(person.user, view.id)
    await night.settles()
    seen = str(answer.get("errors")) + "\n".join("\n".join(texts_in(modal["blocks"])) for modal in person.modals())
    while person.modals():
        await person.closes_modal()
    return seen


async def test_the_person_on_duty_sees_nothing(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-23 08:30") as night:
        ingrid = await works(night, "Ingrid Strand", NORRVIK)
        lars = await works(night, "Lars Borg", NORRVIK)
        johan = await works(night, "Johan Kvist", NORRVIK, Role.LEADER)
        anna = await night.hires("Anna Ek", NORRVIK)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        bo = await night.hires("Bo Lind", SODERMARK)
        petra = await works(night, "Petra Wall", SODERMARK, Role.LEADER)
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-23 08:30", "2026-11-24 12:00")

        await a_day_of_clocks(night, ingrid, lars, johan)
        await night.clock_reaches("2026-11-24 08:10")
        digest = anna.handover("Överlämning tisdag", channel=CHANNELS[NORRVIK])
        assert "Inget har kommit in" in digest.words
        assert "Inget har kommit in" in bo.handover("Överlämning tisdag", channel=CHANNELS[SODERMARK]).words
        for person in (anna, lena, bo):
            await person.opens_home()
            await Clerk(night, person.staff).frist("K-123")
            assert person.reads().splitlines()[0] == "Det går inte"
            assert "hör till myndighetsutövningen" in person.reads()
            await person.closes_modal()
            await person.commands("logg")
            assert not [trace for trace in TRACES if trace.casefold() in person.reads().casefold()]
            await person.closes_modal()
            seen = seen_by(night, person)
            assert not [trace for trace in TRACES if trace.casefold() in seen], seen
        assert not [m for channel in CHANNELS.values() for m in night.messages(channel) if m.is_card]
        assert petra.told() == []

        await forgeries_are_refused(night, anna)


async def forgeries_are_refused(night: Night, anna: Person) -> None:
    """Each press of a clock, each form, and the family's conversation: refused, logged, and nothing is changed."""
    clock = clocks_in(night, "K-123")["allvarssamtal"]
    table: sa.Table = ConversationRow.__table__  # type: ignore[attr-defined]
    conversations = [row.id for row in night.rows(sa.select(table.c.id).where(table.c.world == "myndighet"))]
    assert len(conversations) == 2
    [absence] = night.rows(sa.select(AbsenceRow.__table__))  # type: ignore[attr-defined]
    page = "norrvik|all|20"
    values = {"absence_remove": absence.id, "unit_earlier": page, "unit_later": page}
    values |= {"clock_namnd": NORRVIK, "unit_namnd": NORRVIK, "clock_reason_pick": "arbetsbelastning"}
    before = as_it_stands(night)
    refused = refusals(night, anna)

    for action in PRESSES:
        value = values.get(action, clock.id)
        seen = await night.forges(anna, action, value, json.dumps({"page": "unit", "namnd": NORRVIK, "c": clock.id}))
        assert not [trace for trace in TRACES if trace in seen], (action, seen)
        assert refusals(night, anna) > refused, action
        refused = refusals(night, anna)
    for callback in FORMS:
        seen = await forges_form(night, anna, callback, clock.id)
        assert not [trace for trace in TRACES if trace in seen], (callback, seen)
        assert refusals(night, anna) > refused, callback
        refused = refusals(night, anna)
    for conversation_id in conversations:
        for press in CONVERSATION:
            seen = await night.forges(anna, press.value, conversation_id, json.dumps({"c": conversation_id}))
            assert IN_WORDS not in seen, press
            assert "hon har gått hemifrån" not in seen, press
            assert refusals(night, anna) > refused, press
            refused = refusals(night, anna)
    assert as_it_stands(night) == before
    let_in = {row.subject for row in night.audited(anna) if row.is_allowed}
    assert let_in.isdisjoint({f"deadline:{clock.id}", *(f"conversation:{c}" for c in conversations)})
