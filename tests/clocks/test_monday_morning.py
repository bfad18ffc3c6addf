"""A Monday morning as the office sees it in Slack: the production program, over HTTP."""

from dataclasses import replace
from pathlib import Path

from bot.domain.clocks import ClockKind
from bot.domain.deadline import Deadline, Outcome, Talk
from bot.domain.ids import DeadlineId, ReportId, StaffId, new_id
from bot.domain.people import Role, World
from bot.services.clocks.changing import limit_for, save, scheduled
from tests.acceptance.night import NORRVIK, SODERMARK, Night, a_night
from tests.storage.given import deadline


def registered(night: Night, owner: StaffId | None, received: str, ref: str, kind: ClockKind) -> Deadline:
    """Return a clock that has been registered as its report came in."""
    assert night.sandbox.bot is not None
    ctx, began = night.sandbox.bot.ctx, night.at(received)
    made = replace(
        deadline(),
        id=DeadlineId(new_id()),
        report_id=ReportId(new_id()),
        case_ref=ref,
        kind=kind,
        received_at=began,
        starts_at=began,
        registered_at=began,
        owner=owner,
        talk=Talk(has_contact=True) if kind is ClockKind.ALLVARSSAMTAL else None,
    )
    return scheduled(ctx, replace(made, limit=limit_for(ctx, made)), after=began)


async def test_two_hundred_clocks_of_one_handlaggare(tmp_path: Path, sqlite_database_url: str) -> None:
    """One message to Eva, one to the leader, nothing to the person on duty, to the neighbours or in a channel."""
    async with a_night(tmp_path, sqlite_database_url, "2026-11-21 12:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        eva = await night.hires("Eva Lund", NORRVIK, Role.HANDLAGGARE, world=World.MYNDIGHET)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER, world=World.MYNDIGHET)
        petra = await night.hires("Petra Wall", SODERMARK, Role.HANDLAGGARE, world=World.MYNDIGHET)
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-21 13:00", "2026-11-23 08:00")
        kind = ClockKind.FORHANDSBEDOMNING
        clocks = [registered(night, eva.staff.id, "2026-11-06 09:00", f"K-{n:03}", kind) for n in range(1, 199)]
        clocks.append(registered(night, eva.staff.id, "2026-11-20 14:20", "K-199", ClockKind.ALLVARSSAMTAL))
        clocks.append(registered(night, None, "2026-11-16 09:00", "K-200", kind))
        await night.writes(lambda tx: tx.deadlines.add_all(clocks))

        await night.clock_reaches("2026-11-23 07:59")
        assert eva.messages() == lena.messages() == []
        await night.clock_reaches("2026-11-23 08:00")

        (said,) = eva.messages()
        assert "Dina frister måndag 23 november" in said.words
        assert "199 har gått ut" in said.text
        assert "K-001" in said.words
        assert "K-200" not in said.words
        assert len(said.blocks) <= 50
        (unit,) = lena.messages()
        assert "K-200" in unit.words
        assert "1 saknar handläggare" in unit.text
        assert f"<@{eva.user}>" in unit.words
        assert petra.messages() == []
        assert not [m.words for m in anna.messages() if "K-" in m.words]

        done = clocks[0].settle(
            Outcome.INLEDS, eva.staff.id, at=night.sandbox.clock.now(), on=night.at("2026-11-23 08:00").date()
        )
        bot = night.sandbox.bot
        assert bot is not None
        listed = await bot.store.read(lambda tx: tx.deadlines.get(done.id))
        assert listed is not None
        await night.writes(lambda tx: save(tx, bot.ctx, replace(done, listed_in=listed.listed_in)))
        await night.settles()
        (said,) = eva.messages()
        assert "✅" in said.words
        await night.restarts()
        assert len(eva.messages()) == len(lena.messages()) == 1

        night.expected.update((m.channel, m.ts) for m in [said, unit])
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()
