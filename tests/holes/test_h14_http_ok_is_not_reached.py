"""H14: "user deactivated, `is_archived`, `channel_not_found`: next channel or person is tried, operations told" (facts:
storage, section 12).
"""

from pathlib import Path

import pytest

from bot.domain.people import Role
from tests.acceptance.night import NORRVIK, Night, Person, a_night
from tests.holes.given import EVENING, NOVA, all_is_known, logged

TEAM, ALARMS = "C0NORRVIK", "C0DRIFT"
SETTINGS = f'\n[alerts]\nchannel = "{ALARMS}"\n'
REASONS = ["channel_not_found", "is_archived"]


def vanishes(night: Night, person: Person, how: str = "channel_not_found") -> None:
    """Slack knows somebody no more, or keeps their conversation with us shut. We have not been told."""
    workspace = night.sandbox.slack.workspace
    if how == "is_archived":
        workspace.channels[person.dm].is_archived = True
        return
    del workspace.users[person.user]
    workspace.channels.pop(f"D{person.user[1:]}", None)
    night.expected_errors.update({"send_rejected", how})


async def an_evening(night: Night) -> tuple[Person, Person]:
    anna, lena = await night.hires("Anna Ek", NORRVIK), await night.hires("Lena Holm", NORRVIK, Role.LEADER)
    night.opens_channels()
    night.sandbox.slack.add_channel(ALARMS, "drift", [])
    await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
    night.expected_errors.update({"send_rejected", *REASONS})
    return anna, lena


@pytest.mark.parametrize("how", REASONS)
async def test_the_person_on_duty_is_gone(tmp_path: Path, database_url: str, how: str) -> None:
    """The leader has the first text, and the one that comes after it."""
    async with a_night(tmp_path, database_url, EVENING, settings=SETTINGS) as night:
        anna, lena = await an_evening(night)
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        vanishes(night, anna, how)
        await nova.texts("är du där")
        await all_is_known(night)
        card = lena.card("Ett sms väntar på svar")
        lena.is_told("kunde inte läggas ut i Slack")
        assert logged(night, "send_rejected") > 0
        await lena.replies("Ja, jag är här.", card=card)
        nova.receives("tystnadsplikt")
        nova.receives("Ja, jag är här.")
        await night.minutes_pass(10)
        await nova.texts("bra, kom då")
        await all_is_known(night)
        assert "Ett sms väntar på svar" in lena.card().words
        night.expected.update((m.channel, m.ts) for m in lena.messages())
        night.expect_nothing_else()
        await night.nothing_waits()


@pytest.mark.parametrize("how", REASONS)
async def test_she_is_gone_in_the_middle_of_it(tmp_path: Path, database_url: str, how: str) -> None:
    """Her card stands; then her account goes. The next text must not change a card that nobody sees."""
    async with a_night(tmp_path, database_url, EVENING, settings=SETTINGS) as night:
        anna, lena = await an_evening(night)
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        await nova.texts("är du där")
        anna.card()
        vanishes(night, anna, how)
        await nova.texts("snälla svara nu")
        await all_is_known(night)
        lena.card("2 sms väntar på svar")
        lena.is_told("kunde inte läggas ut i Slack")
        nova.receives("tystnadsplikt")
        night.expect_nothing_else()
        await night.nothing_waits()


@pytest.mark.parametrize("leaders", [1, 2])
async def test_the_leaders_are_gone_too(tmp_path: Path, database_url: str, leaders: int) -> None:
    """Nobody who should have it can be reached in DM: it stands before the whole team."""
    async with a_night(tmp_path, database_url, EVENING, settings=SETTINGS) as night:
        anna, lena = await an_evening(night)
        bo = await night.hires("Bo Lind", NORRVIK)
        night.sandbox.slack.invite(TEAM, bo.user)
        gone = [anna, lena]
        if leaders == 2:
            gone.append(await night.hires("Lars Ny", NORRVIK, Role.LEADER))
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        for person in gone:
            vanishes(night, person)
        await nova.texts("är du där")
        await all_is_known(night)
        bo.card("Ett sms väntar på svar", channel=TEAM)
        nova.receives("tystnadsplikt")
        night.expected.update((ALARMS, m.ts) for m in night.messages(ALARMS))
        night.expected_errors.add("namnd_without_reachable_leader")
        await nova.texts("snälla svara nu")
        await all_is_known(night)
        bo.card("2 sms väntar på svar", channel=TEAM)
        bo.is_told("Nytt sms 18.00", channel=TEAM)  # no leader's phone sounds, so the channel's do
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_not_even_the_channel_so_operations_are_told(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, EVENING, settings=SETTINGS) as night:
        anna, lena = await an_evening(night)
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        for person in (anna, lena):
            vanishes(night, person)
        night.sandbox.slack.workspace.channels[TEAM].is_archived = True
        await nova.texts("är du där")
        await all_is_known(night)
        assert any("Norrvik" in m.words for m in night.messages(ALARMS))
        nova.receives("tystnadsplikt")
        night.expected.update((ALARMS, m.ts) for m in night.messages(ALARMS))
        night.expected_errors.update({"conversation_reaches_nobody", "namnd_without_reachable_leader"})
        night.expect_nothing_else()
        await night.nothing_waits()
