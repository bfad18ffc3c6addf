"""H13: "step with nobody on call: skipped at once, error channel told" (facts: storage, section 12)."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.ids import StaffId
from bot.domain.people import Role
from tests.acceptance.night import NORRVIK, Night, Person, a_night
from tests.holes.given import EVENING, NOVA

ALARMS = "C0DRIFT"
SETTINGS = f'\n[alerts]\nchannel = "{ALARMS}"\n'


async def cannot(night: Night, person: Person, why: str) -> tuple[StaffId, ...]:
    """Make somebody who stands in the rota impossible to reach; return who is on the youth's jav list."""
    if why == "jav":
        return (person.staff.id,)
    changed = replace(person.staff, is_active=False) if why == "left" else replace(person.staff, slack_user_id=None)
    await night.writes(lambda tx: tx.staff.save(changed))
    return ()


@pytest.mark.parametrize("why", ["left", "no Slack", "jav"])
async def test_the_one_in_the_rota_cannot_so_the_next_is_told_at_once(
    tmp_path: Path, database_url: str, why: str
) -> None:
    """Two are in the rota. No minute passes between the text and the second one's card."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, bo = await night.hires("Anna Ek", NORRVIK), await night.hires("Bo Lind", NORRVIK)
        night.opens_channels()
        await night.on_beredskap(bo, "2026-11-20 16:00", "2026-11-20 22:00")
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        jav = await cannot(night, anna, why)
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK, jav=jav)
        before = night.sandbox.clock.offset
        await nova.texts("är du där")
        assert "18.00" in bo.card("Ett sms väntar på svar").words
        assert night.sandbox.clock.offset == before
        anna.has_no_card()
        nova.receives("tystnadsplikt")
        night.expect_nothing_else()
        await night.nothing_waits()


@pytest.mark.parametrize("why", ["left", "no Slack"])
async def test_nobody_in_the_rota_can_so_the_leader_is_told_at_once(
    tmp_path: Path, database_url: str, why: str
) -> None:
    """The sender hears the truth in the same moment, and the leader that there is a gap in the rota."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, lena = await night.hires("Anna Ek", NORRVIK), await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await cannot(night, anna, why)
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        await nova.texts("är du där")
        lena.card("Ingen har beredskap fast någon borde ha det")
        nova.receives("har vi ingen som kan svara")
        anna.has_no_card()
        await night.minutes_pass(1)
        lena.is_told("Ingen har beredskap för Norrvik nu")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_not_even_a_leader_so_operations_are_told(tmp_path: Path, database_url: str) -> None:
    """What should have gone to a leader stands before the whole team, and the alarm channel hears of it."""
    async with a_night(tmp_path, database_url, EVENING, settings=SETTINGS) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        night.sandbox.slack.add_channel(ALARMS, "drift", [])
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        await nova.texts("är du där")
        anna.card("Ingen har beredskap fast någon borde ha det", channel="C0NORRVIK")
        nova.receives("har vi ingen som kan svara")
        [alarm] = night.messages(ALARMS)
        assert "Norrvik" in alarm.words
        night.expected.add((ALARMS, alarm.ts))
        night.expected_errors.add("namnd_without_reachable_leader")
        night.expect_nothing_else()
        await night.nothing_waits()
