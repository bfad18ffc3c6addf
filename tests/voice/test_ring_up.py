"""Ring upp: the own phone first, then the contact's, through our number, and how it went stands in the conversation."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.tables import OutboxRow
from tests.acceptance.night import NUMBER
from tests.escalation.evening import ANNAS, NOVAS
from tests.voice.calling import Calling, an_evening_of_calls

OUTBOX: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]


async def orders(calling: Calling, *, times: int = 1) -> str:
    """Let Anna open what Nova wrote and press Ring upp; return what she is told."""
    anna = calling.cast.anna
    if not anna.modals():
        await anna.opens()
    for _ in range(times):
        await anna.presses_in_modal("ring_up")
        told = anna.reads()
        await anna.closes_modal()
    await calling.cast.night.settles()
    return told


async def test_anna_speaks_with_nova(tmp_path: Path, database_url: str) -> None:
    async with an_evening_of_calls(tmp_path, database_url) as calling:
        night, anna = calling.cast.night, calling.cast.anna
        await calling.cast.nova.texts("kan du ringa mig")
        assert "Din egen telefon ringer nu" in await orders(calling, times=2)
        [call] = calling.cast.calls(ANNAS)
        assert call["says"] == "Du har bett att få ringa upp. Tryck 1, så kopplas du."
        assert calling.cast.calls(NOVAS) == []
        await calling.cast.answers(ANNAS, "1")
        assert (calling.of(ANNAS)["with"], calling.of(NOVAS)["with"]) == (NUMBER, NUMBER)
        assert calling.of(NOVAS)["status"] == "ringing"
        await calling.cast.answers(NOVAS)
        assert calling.of(NOVAS)["bridged"]
        assert f"<@{anna.user}> ringde upp och fick svar 18.00; samtalet pågår" in calling.card(anna.dm)
        await night.minutes_pass(5)
        await calling.hangs_up(calling.of(NOVAS)["sid"])
        assert calling.of(ANNAS)["status"] == "completed"
        assert f"<@{anna.user}> ringde upp och talade 18.00\u201318.05" in calling.card(anna.dm)
        assert "Anna Ek ringde upp och talade 18.00\u201318.05." in anna.reads()
        assert [row.state for row in calling.cast.escalations()] == ["acknowledged"]
        assert [(who, is_allowed) for who, _, is_allowed in night.audit("reach_contact")] == [(anna.staff.id, True)]


@pytest.mark.parametrize(
    ("what", "state", "told", "said"),
    [
        ("decline", "busy", "Det är upptaget.", "upptaget"),
        ("silence", "no_answer", "Ingen svarar.", "inget svar"),
        ("dead", "failed", "Samtalet går inte fram.", "det gick inte fram"),
    ],
)
async def test_nova_is_not_reached(
    tmp_path: Path, sqlite_database_url: str, what: str, state: str, told: str, said: str
) -> None:
    async with an_evening_of_calls(tmp_path, sqlite_database_url) as calling:
        if what == "dead":
            calling.board.not_to_be_called.add(NOVAS)
        await calling.cast.nova.texts("kan du ringa mig")
        await orders(calling)
        await calling.cast.answers(ANNAS, "1")
        if what == "decline":
            await calling.declines(NOVAS)
        elif what == "silence":
            await calling.rings_out()
        assert [row.state for row in calling.rows()] == [state]
        assert calling.of(ANNAS)["says"].endswith(told)
        assert said in calling.card(calling.cast.anna.dm)


async def test_annas_own_voicemail_calls_nobody(tmp_path: Path, database_url: str) -> None:
    async with an_evening_of_calls(tmp_path, database_url) as calling:
        await calling.cast.nova.texts("kan du ringa mig")
        await orders(calling)
        await calling.cast.answers(ANNAS)
        assert calling.cast.calls(NOVAS) == []
        assert [row.state for row in calling.rows()] == ["not_begun"]
        assert "det blev inte av" in calling.card(calling.cast.anna.dm)


async def test_it_needs_a_phone_that_is_verified(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_evening_of_calls(tmp_path, sqlite_database_url, phones=False) as calling:
        await calling.cast.nova.texts("kan du ringa mig")
        told = await orders(calling)
        assert "Bekräfta telefon" in told
        assert calling.rows() == []


@pytest.mark.parametrize("fault", ["lost_answer", "late_error", "error"])
async def test_a_call_that_may_have_been_made_is_not_made_again(
    tmp_path: Path, sqlite_database_url: str, fault: str
) -> None:
    """Nobody knows whether her phone rings: she is told, and nothing rings twice by itself."""
    async with an_evening_of_calls(tmp_path, sqlite_database_url) as calling:
        await calling.cast.nova.texts("kan du ringa mig")
        faults = calling.cast.night.sandbox.carrier.faults
        faults.set("carrier", fault)
        faults.remaining = 1
        await orders(calling)
        made = 0 if fault == "error" else 1
        assert len(calling.cast.calls(ANNAS)) == made
        calling.cast.anna.is_told("Vi vet inte om din telefon ringer")
        rows = calling.cast.night.rows(sa.select(OUTBOX.c.state).where(OUTBOX.c.kind == "call"))
        assert [row.state for row in rows] == ["failed"]
        await calling.cast.night.minutes_pass(1.5)
        await orders(calling)
        assert len(calling.cast.calls(ANNAS)) == made + 1


async def test_a_refused_call_is_told_of(tmp_path: Path, sqlite_database_url: str) -> None:
    async with an_evening_of_calls(tmp_path, sqlite_database_url) as calling:
        await calling.cast.nova.texts("kan du ringa mig")
        calling.board.not_to_be_called.add(ANNAS)
        await orders(calling)
        calling.cast.anna.is_told("Vi kunde inte ringa din telefon")
        assert [row.state for row in calling.rows()] == ["failed"]


async def test_whoever_has_lost_the_right_meanwhile_reaches_nobody(tmp_path: Path, sqlite_database_url: str) -> None:
    """Her employment ends while her phone rings."""
    async with an_evening_of_calls(tmp_path, sqlite_database_url) as calling:
        await calling.cast.nova.texts("kan du ringa mig")
        await orders(calling)
        await calling.cast.night.leaves(calling.cast.anna)
        await calling.cast.answers(ANNAS, "1")
        assert calling.cast.calls(NOVAS) == []
        assert [row.state for row in calling.rows()] == ["not_begun"]
        assert [is_allowed for _, _, is_allowed in calling.cast.night.audit("reach_contact")] == [False]
