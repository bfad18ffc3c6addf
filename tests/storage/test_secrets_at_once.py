"""Two do the same at once, or the opposite: consent, taking out, nödstopp. One of them counts, and is told of.

What needs two transactions at once is shown on PostgreSQL: SQLite has one writer.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.consent import ConsentPage
from bot.domain.errors import Stale
from bot.domain.people import AgeBand, Basis, Role
from bot.domain.taking_out import TakeOutKind
from bot.ports import Outbound
from bot.services import deliver
from bot.services.consent_page import ConsentChange, change_consent, read_consent
from bot.services.context import Context
from bot.services.incident.hold import held
from bot.services.incident.lift import lift_stop
from bot.services.incident.stop import by_email, stop_sending
from bot.services.shared.leaving import is_own_channel
from bot.services.shared.outcome import Outcome
from bot.services.take_out.approve import approve_take_out
from bot.services.take_out.take_out import TakenOut, TakeOutWanted, take_out
from storage.repos.consents import ConsentRows
from storage.repos.incidents import IncidentRows
from storage.repos.take_outs import TakeOutRows
from storage.tables import AuditRow, IncidentClockRow, IncidentRow, TakenOutRow
from tests.acceptance.night import CHANNELS, NORRVIK, Night, a_night
from tests.incident.given import LEADER, OTHER_LEADER, WHY, cast
from tests.storage.test_core_races import PATIENCE, Pause

EVENING = "2026-11-20 18:00"
AUDIT: sa.Table = AuditRow.__table__  # type: ignore[attr-defined]
ANNA = "anna@example.se"
LIFT = "Felet är hittat"


def ctx_of(night: Night) -> Context:
    assert night.sandbox.bot is not None
    return night.sandbox.bot.ctx


@dataclass
class AtOnce:
    """Holds the first up after it has read, until the second has ended or waits for it; then both go on."""

    night: Night
    monkeypatch: pytest.MonkeyPatch

    async def both(self, repository: type[Any], reads: str, first: Awaitable[Any], second: Awaitable[Any]) -> list[Any]:
        pause, looks = Pause(), getattr(repository, reads)

        def looked(*given: Any, **more: Any) -> Any:
            found = looks(*given, **more)
            pause()
            return found

        with self.monkeypatch.context() as held_up:
            held_up.setattr(repository, reads, looked)
            begun = asyncio.ensure_future(first)
            try:
                assert await asyncio.to_thread(pause.reached.wait, PATIENCE)
                other = asyncio.ensure_future(second)
                await self._ended_or_waiting(other)
            finally:
                pause.may_go_on.set()
            return list(await asyncio.gather(begun, other, return_exceptions=True))

    async def _ended_or_waiting(self, other: "asyncio.Future[Any]") -> None:
        waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        engine = ctx_of(self.night).store.engine  # type: ignore[attr-defined]
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            async with asyncio.timeout(PATIENCE):
                while not (other.done() or connection.execute(waiting).scalar_one()):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)


def acts(night: Night, act: str) -> list[str]:
    """Return who is in the log with this act."""
    return [row.actor for row in night.rows(sa.select(AUDIT.c.actor).where(AUDIT.c.act == act))]


# --- Samtycke och spärrar ----------------------------------------------------------


def answer(page: ConsentPage, user: str, age_band: AgeBand, reason: str, key: str) -> ConsentChange:
    day = page.proposed_review
    basis = Basis.OVERRIDE if reason else Basis.GUARDIAN_CONSENT
    return ConsentChange(
        user, page.youth.id, age_band, basis, reason, "Eva Ros", day - timedelta(days=800), day, (), key, page.version
    )


async def test_the_same_form_twice_at_once_is_kept_once(
    tmp_path: Path, postgres_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_night(tmp_path, postgres_database_url, EVENING) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        _, nova = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        ctx = ctx_of(night)
        page = await read_consent(anna.user, nova.id, ctx=ctx)
        once = answer(page, anna.user, AgeBand.FROM_15, "", "V1:h")

        ended = await AtOnce(night, monkeypatch).both(
            ConsentRows, "of_youths", change_consent(once, ctx=ctx), change_consent(once, ctx=ctx)
        )
        assert ended == [None, None]
        assert acts(night, "consent_changed") == [anna.staff.id]


async def test_two_with_different_answers_one_is_told_that_it_is_out_of_date(
    tmp_path: Path, postgres_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands afterwards is what one of them wrote, all of it, and the log says who."""
    async with a_night(tmp_path, postgres_database_url, EVENING) as night:
        anna, bo = [await night.hires(name, NORRVIK) for name in ("Anna Ek", "Bo Lind")]
        _, nova = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        ctx = ctx_of(night)
        page = await read_consent(anna.user, nova.id, ctx=ctx)
        annas = answer(page, anna.user, AgeBand.FROM_12_TO_14, "Fara hemma", "V1:h")
        bos = answer(page, bo.user, AgeBand.FROM_15, "", "V2:h")

        ended = await AtOnce(night, monkeypatch).both(
            ConsentRows, "of_youths", change_consent(annas, ctx=ctx), change_consent(bos, ctx=ctx)
        )
        assert [type(one) for one in ended] == [type(None), Stale]
        stands = await read_consent(anna.user, nova.id, ctx=ctx)
        assert (stands.youth.age_band, stands.youth.basis_reason) == (AgeBand.FROM_12_TO_14, "Fara hemma")
        assert stands.recorded_by == "Anna Ek"
        assert acts(night, "consent_changed") == [anna.staff.id]


# --- taking out --------------------------------------------------------------------


async def asked(night: Night) -> tuple[TakeOutWanted, list[str], str]:
    """Anna wants a register extract; Lena and Lars may let it out. Return what, their Slack ids, and its id."""
    await night.hires("Anna Ek", NORRVIK)
    leaders = [await night.hires(name, NORRVIK, Role.LEADER) for name in ("Lena Holm", "Lars Holm")]
    _, nova = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
    wanted = TakeOutWanted(TakeOutKind.REGISTER, nova.case_code)
    assert await take_out(wanted, ctx=ctx_of(night), as_email=ANNA) is None
    [row] = night.rows(sa.select(TakenOutRow.__table__))  # type: ignore[attr-defined]
    return wanted, [leader.user for leader in leaders], row.id


async def test_two_leaders_approve_at_once_and_one_of_them_has(
    tmp_path: Path, postgres_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_night(tmp_path, postgres_database_url, EVENING) as night:
        _, [lena, lars], asked_id = await asked(night)
        ctx = ctx_of(night)
        ended = await AtOnce(night, monkeypatch).both(
            TakeOutRows, "get", approve_take_out(lena, asked_id, ctx=ctx), approve_take_out(lars, asked_id, ctx=ctx)
        )
        assert ended == [None, None]
        [row] = night.rows(sa.select(TakenOutRow.__table__))  # type: ignore[attr-defined]
        assert acts(night, "approve_take_out") == [row.approved_by]


async def test_what_one_approval_lets_out_leaves_once(
    tmp_path: Path, postgres_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_night(tmp_path, postgres_database_url, EVENING) as night:
        wanted, [lena, _], asked_id = await asked(night)
        ctx = ctx_of(night)
        await approve_take_out(lena, asked_id, ctx=ctx)
        ended = await AtOnce(night, monkeypatch).both(
            TakeOutRows,
            "newest",
            take_out(wanted, ctx=ctx, as_email=ANNA),
            take_out(wanted, ctx=ctx, as_email=ANNA),
        )
        assert [type(one) for one in ended] == [TakenOut, type(None)]
        assert len(acts(night, "take_out")) == 1


async def test_approved_while_it_is_being_asked_for_again(
    tmp_path: Path, postgres_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks again meanwhile is let through or told to wait; there is one request, and it is approved."""
    async with a_night(tmp_path, postgres_database_url, EVENING) as night:
        wanted, [lena, _], asked_id = await asked(night)
        ctx = ctx_of(night)
        ended = await AtOnce(night, monkeypatch).both(
            TakeOutRows, "newest", take_out(wanted, ctx=ctx, as_email=ANNA), approve_take_out(lena, asked_id, ctx=ctx)
        )
        assert ended == [None, None]
        assert await take_out(wanted, ctx=ctx, as_email=ANNA) is not None
        assert len(night.rows(sa.select(TakenOutRow.__table__))) == 1  # type: ignore[attr-defined]


async def test_asked_for_twice_at_once_leaders_are_asked_once(
    tmp_path: Path, postgres_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_night(tmp_path, postgres_database_url, EVENING) as night:
        wanted, _, asked_id = await asked(night)
        other = replace(wanted, kind=TakeOutKind.RELEASE, ground="OSL 10 kap. 21 §", decider="Nils Ny", given="Allt")
        ctx = ctx_of(night)
        ended = await AtOnce(night, monkeypatch).both(
            TakeOutRows, "newest", take_out(other, ctx=ctx, as_email=ANNA), take_out(other, ctx=ctx, as_email=ANNA)
        )
        assert ended == [None, None]
        rows = night.rows(sa.select(TakenOutRow.__table__))  # type: ignore[attr-defined]
        assert [row.kind for row in rows if row.id != asked_id] == ["release"]


# --- nödstopp ----------------------------------------------------------------------


async def test_stopped_twice_at_once_is_one_incident(
    tmp_path: Path, postgres_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_night(tmp_path, postgres_database_url, EVENING) as night:
        story = await cast(night)
        ended = await AtOnce(night, monkeypatch).both(
            IncidentRows,
            "stops",
            stop_sending(by_email(LEADER), WHY, None, ctx=story.ctx),
            stop_sending(by_email(OTHER_LEADER), WHY, None, ctx=story.ctx),
        )
        await night.settles()
        assert sorted(len(one.stopped) for one in ended) == [0, 2]
        [incident] = night.rows(sa.select(IncidentRow.__table__))  # type: ignore[attr-defined]
        clocks = night.rows(sa.select(IncidentClockRow.__table__))  # type: ignore[attr-defined]
        assert {clock.incident_id for clock in clocks} == {incident.id}
        for leader in (story.gunilla, story.sara):
            leader.is_told("Nödstopp för alla nämnder", times=1)


async def test_one_namnd_and_all_are_stopped_at_once(
    tmp_path: Path, postgres_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each nämnd is stopped once, and lifted once it is free."""
    async with a_night(tmp_path, postgres_database_url, EVENING) as night:
        story = await cast(night)
        ended = await AtOnce(night, monkeypatch).both(
            IncidentRows,
            "stops",
            stop_sending(by_email(LEADER), WHY, None, ctx=story.ctx),
            stop_sending(by_email(LEADER), WHY, NORRVIK, ctx=story.ctx),
        )
        stopped = [namnd for one in ended for namnd in one.stopped]
        assert sorted(stopped) == sorted(set(stopped))
        assert len(stopped) == 2
        for leader in (LEADER, OTHER_LEADER):
            await story.lifts(by=leader)
        assert await story.ctx.store.read(lambda tx: tx.incidents.stops()) == []


@pytest.mark.parametrize("order", ["lifted first", "recorded first"])
async def test_lifted_between_claim_and_send_it_leaves_at_once(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    """The sender has seen the stop, and has not yet written down that the text waits; nobody lifts it again."""
    async with a_night(tmp_path, database_url, "2026-11-20 22:00") as night:
        story = await cast(night)
        await story.nova.texts("kan nån ringa mig")
        story.nova.receives("tystnadsplikt")
        await stop_sending(by_email(LEADER), WHY, NORRVIK, ctx=story.ctx)
        await night.settles()
        lifted: list[bool] = []

        async def lifts() -> None:
            lifted.append(True)
            await lift_stop(by_email(LEADER), LIFT, NORRVIK, ctx=story.ctx)

        async def looks(row: Outbound, *, ctx: Context) -> Outcome | None:
            found = await held(row, ctx=ctx)
            if found is not None and found.then is not None and not lifted:
                if order == "lifted first":
                    await lifts()
                else:
                    asyncio.get_running_loop().call_soon(lambda: asyncio.ensure_future(lifts()))
            return found

        monkeypatch.setattr(deliver, "held", looks)
        await story.nova.texts("är ni kvar")
        await night.settles()
        assert lifted
        async with asyncio.timeout(PATIENCE):
            while story.waiting("card", "thread", "sms"):
                await night.settles()
                await asyncio.sleep(0.01)
        assert "är ni kvar" in await story.anna.opens()


async def test_stopped_while_slack_is_asked_who_reads_the_channel(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The question may take seconds. What is about a family is not posted after a stop that was ordered meanwhile."""
    async with a_night(tmp_path, database_url, "2026-11-20 10:00") as night:
        story = await cast(night)
        asks: list[str] = []

        async def answers(channel: str, *, ctx: Context) -> bool:
            if not asks:
                asks.append(channel)
                await stop_sending(by_email(LEADER), WHY, None, ctx=ctx)
            return await is_own_channel(channel, ctx=ctx)

        monkeypatch.setattr(deliver, "is_own_channel", answers)
        await story.nova.texts("kan nån ringa mig")
        assert asks == [CHANNELS[NORRVIK]]
        assert [said for said in night.messages(CHANNELS[NORRVIK]) if said.is_card] == []
        assert "card" in story.waiting()
