"""A handover is for the enrolled familjebehandlare of one nämnd, and for nobody else."""

import json
from pathlib import Path

from bot.domain.people import LinkRole, Role
from tests.acceptance.night import NORRVIK, SODERMARK, Night, Person, Phone, a_night, buttons_in

TEAM, OTHER_TEAM = "C0NORRVIK", "C0SODERMARK"


async def an_evening(night: Night) -> tuple[Person, Person, Phone, Phone]:
    """Anna of Norrvik and Bo of Södermark; Bo answers for both on Monday evening."""
    anna = await night.hires("Anna Ek", NORRVIK)
    bo = await night.hires("Bo Lind", SODERMARK)
    nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
    omar, _ = await night.enrols("Omar Ali", "+46701740606", SODERMARK)
    await night.on_beredskap(bo, "2026-11-23 17:00", "2026-11-23 22:00")
    return anna, bo, nova, omar


async def test_each_namnd_has_its_own(tmp_path: Path, database_url: str) -> None:
    """Neither names, counts nor hints at the other's."""
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna, bo, nova, omar = await an_evening(night)
        night.opens_channels()
        await night.clock_reaches("2026-11-23 18:00")
        for phone in (nova, omar):
            await phone.texts("hej")
            await bo.closes(bo.card("Ett sms väntar"), action="next_working_day")
        codes = {card.header.split(" · ")[1]: card for card in bo.cards()}
        await night.clock_reaches("2026-11-24 08:00")
        here = anna.handover(channel=TEAM).words
        there = bo.handover(channel=OTHER_TEAM).words
        assert "1 samtal" in here
        assert "1 samtal" in there
        assert sum(code in here for code in codes) == sum(code in there for code in codes) == 1
        assert not any(code in here and code in there for code in codes)
        assert "Södermark" not in here
        assert "Norrvik" not in there


async def test_a_stranger_in_the_channel(tmp_path: Path, database_url: str) -> None:
    """It goes to each familjebehandlare in DM, and the leader is told; the next day the channel is clean again."""
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna, bo, nova, _ = await an_evening(night)
        cecilia = await night.hires("Cecilia Ros", NORRVIK)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        night.sandbox.slack.invite(TEAM, bo.user)
        await night.clock_reaches("2026-11-23 18:00")
        await nova.texts("hej")
        await bo.closes(bo.card("Ett sms väntar"))

        await night.clock_reaches("2026-11-24 08:00")
        assert [m for m in anna.messages(TEAM) if m.is_handover] == []
        for person in (anna, cecilia):
            assert "1 samtal" in person.handover("Överlämning tisdag").words
        assert [m for m in lena.messages() if m.is_handover] == []
        assert "Norrvik" in lena.is_told("kanalen").words

        await anna.presses("meeting", anna.handover("Överlämning tisdag"))
        await anna.presses_in_modal("reviewed")
        await anna.closes_modal()
        assert "genomgånget" in cecilia.handover("Överlämning tisdag").words

        night.sandbox.slack.kick(TEAM, bo.user)
        await night.clock_reaches("2026-11-25 08:00")
        anna.handover("Överlämning onsdag", channel=TEAM)
        nova.receives("tystnadsplikt")
        lena.is_told("Ingen har beredskap", times=1)
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_stranger_who_comes_later(tmp_path: Path, database_url: str) -> None:
    """At the next change the post is withdrawn from the channel, and goes to each in DM."""
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna, bo, nova, _ = await an_evening(night)
        night.opens_channels()
        await night.clock_reaches("2026-11-23 18:00")
        await nova.texts("hej")
        await bo.closes(bo.card("Ett sms väntar"))
        await night.clock_reaches("2026-11-24 08:00")
        post = anna.handover(channel=TEAM)
        night.sandbox.slack.add_user("U99", "nils", "Nils Ny")
        night.sandbox.slack.invite(TEAM, "U99")
        await anna.presses("meeting", post)
        await anna.presses_in_modal("reviewed")
        assert [m for m in anna.messages(TEAM) if m.is_handover] == []
        assert "genomgånget" in anna.handover("Överlämning tisdag").words


async def test_a_channel_shared_with_others(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna, _, _, _ = await an_evening(night)
        night.opens_channels()
        night.sandbox.slack.share(TEAM)
        await night.clock_reaches("2026-11-24 08:00")
        assert [m for m in anna.messages(TEAM) if m.is_handover] == []
        anna.handover("Överlämning tisdag")


async def test_a_leader_of_the_other_namnd_tries_every_button(tmp_path: Path, database_url: str) -> None:
    """Each is refused kindly, tells nothing, and is in the log."""
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna, bo, nova, _ = await an_evening(night)
        erik = await night.hires("Erik Vall", SODERMARK, Role.LEADER)
        night.opens_channels()
        night.sandbox.slack.invite(OTHER_TEAM, erik.user)
        await night.clock_reaches("2026-11-23 18:00")
        await nova.texts("hej")
        await bo.closes(bo.card("Ett sms väntar"), "Pappa drack.", action="next_working_day")
        await night.clock_reaches("2026-11-24 08:00")
        post = anna.handover(channel=TEAM)
        await anna.presses("meeting", post)
        inside = buttons_in(anna.modal()["blocks"])
        metadata = anna.modal()["private_metadata"]
        pressed = {**buttons_in(post.blocks), **inside, **buttons_in(bo.card().blocks)}
        pressed |= {
            "episode": json.loads(metadata)["e"],
            "edit_background": inside["background"],
            "read_handover": "x",
            "take": pressed["open"],
        }
        for action, value in pressed.items():
            shown = await night.forges(erik, action, value, metadata)
            assert "Pappa" not in shown, action
            assert "Nova" not in shown, action
        refused = {row.act for row in night.audited(erik) if not row.is_allowed}
        expected = {"see_handover", "read_note", "handle_action", "transfer", "read", "note", "take"}
        assert refused >= expected | {"read_background", "write_background"}
        assert not [row for row in night.audited(erik) if row.is_allowed and row.namnd == NORRVIK]
        words = anna.handover(channel=TEAM).words
        assert "ingen ägare än" in words
        assert "genomgånget" not in words


async def test_the_leader_sees_notes_and_no_texts(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna, bo, nova, _ = await an_evening(night)
        lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
        night.opens_channels()
        await night.clock_reaches("2026-11-23 18:00")
        await nova.texts("jag är rädd")
        await bo.closes(bo.card("Ett sms väntar"), "Rädd för helgen.", action="next_working_day")
        await night.clock_reaches("2026-11-24 08:00")
        anna.handover(channel=TEAM)
        await lena.commands("logg")
        await lena.presses_in_modal("meeting")
        shown = lena.reads()
        assert "Rädd för helgen." in shown
        assert "jag är rädd" not in shown
        assert "transfer" not in buttons_in(lena.modal()["blocks"])
        if "journal" in buttons_in(lena.modal()["blocks"]):
            await lena.presses_in_modal("journal")
            assert "jag är rädd" not in lena.reads()
            assert "bara när samtalet har lämnats till dig" in lena.reads()


async def test_an_unknown_number_that_is_handed_over(tmp_path: Path, database_url: str) -> None:
    """It stands in the reception's handover until it is somebody else's; then it turns up there and nowhere else."""
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna, bo, _, _ = await an_evening(night)
        night.opens_channels()
        stranger = night.phone("+46701740620")
        await night.clock_reaches("2026-11-23 18:00")
        await stranger.texts("har ni öppet")
        await bo.closes(bo.card("Okänt"), "Undrade om öppettider.", action="next_working_day")
        await night.clock_reaches("2026-11-24 08:00")
        assert "okänt nummer" in anna.handover(channel=TEAM).words
        assert "Inget har kommit in" in bo.handover(channel=OTHER_TEAM).words

        await stranger.texts("hallå")
        card = anna.card("Okänt", channel=TEAM)
        await anna.presses("hand_over", card)
        await anna.submits({"namnd": {"field": "sodermark"}})
        assert "okänt nummer" not in anna.handover(channel=TEAM).words
        assert "okänt nummer" in bo.handover(channel=OTHER_TEAM).words
        bo.is_told("Tillägg", channel=OTHER_TEAM)


async def test_siblings_and_whom_it_concerned(tmp_path: Path, database_url: str) -> None:
    """The row bears the code of the one it concerned."""
    async with a_night(tmp_path, database_url, "2026-11-23 16:55") as night:
        anna, bo, nova, _ = await an_evening(night)
        night.opens_channels()
        _, first = await night.enrols("Kim Dal", "+46701740607", NORRVIK)
        _, second = await night.enrols("Lo Dal", "+46701740608", NORRVIK)
        mother, _ = await night.enrols("Siv Dal", "+46701740609", NORRVIK, role=LinkRole.GUARDIAN, of=first)
        await night.enrols("Siv Dal", "+46701740609", NORRVIK, role=LinkRole.GUARDIAN, of=second)
        await night.clock_reaches("2026-11-23 18:00")
        await mother.texts("det gäller den yngsta")
        await bo.closes(bo.card("Ett sms väntar"), concerns=(second.id,))
        await night.clock_reaches("2026-11-24 08:00")
        words = anna.handover(channel=TEAM).words
        assert second.case_code in words
        assert first.case_code not in words
        assert nova.inbox() == []
