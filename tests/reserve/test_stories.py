"""Slack is away and a youth texts: whoever has the beredskap is reached, reads, answers, and all is in order after."""

import re
from pathlib import Path

import pytest

from tests.acceptance.night import NORRVIK, a_night
from tests.reserve.evening import ANNAS, BOS, GUNILLAS, PIN, Browser, a_browser, cast, chooses_pin, details_of


@pytest.mark.parametrize("how", ["down", "error", "limited"])
async def test_a_text_is_answered_by_the_reserve_way(tmp_path: Path, database_url: str, how: str) -> None:
    """23.40: one sms to Anna, one link, one answer; and when Slack is back the card says who answered."""
    async with a_night(tmp_path, database_url, "2026-11-20 23:35") as night, a_browser() as phone:
        story = await cast(night)
        story.slack_is_away(how)
        await night.clock_reaches("2026-11-20 23:40")
        await story.nova.texts("kan nån svara, jag är rädd")
        story.nova.receives("tystnadsplikt")
        assert night.sandbox.carrier.notes == []  # the webhook got its 200
        assert story.texts_to(ANNAS) == []

        await night.minutes_pass(2.5)
        assert story.texts_to(ANNAS) == []
        await night.minutes_pass(1)
        [said] = story.texts_to(ANNAS)
        assert said.startswith("Slack ligger nere")
        assert "rädd" not in said
        night.phone(ANNAS).receives("Slack ligger nere")
        assert story.texts_to(GUNILLAS) == []
        await night.minutes_pass(5)
        assert len(story.texts_to(ANNAS)) == 1

        assert "PIN-kod" in await phone.opens(story.link())
        assert "Ett sms väntar på svar sedan 23.40" in await phone.submits(pin=PIN)
        assert "rädd" not in phone.reads
        assert "kan nån svara, jag är rädd" in await phone.follows("ungdom, Norrvik")
        assert "Ditt svar är taget emot" in await phone.submits("/samtal/", text="Jag ringer dig nu")
        night.secret_words.add("Jag ringer dig nu")
        await night.settles()
        story.nova.receives("Jag ringer dig nu", times=1)
        assert "levererat" in await phone.follows("Uppdatera")
        await phone.opens("/reserv")
        assert "Inget väntar på svar" in phone.reads

        await night.minutes_pass(4)
        await story.slack_is_back()
        card = story.anna.card("svarade")
        assert "levererat" in card.words
        assert "Inget väntar på svar" in card.words
        assert story.anna.thread(card) == []
        assert len(story.texts_to(ANNAS)) == 1
        read = await story.anna.opens(card)
        assert read.count("Jag ringer dig nu") == 1
        assert {"via": "reserv"} in details_of(night, "read")
        assert details_of(night, "reply") == [{"via": "reserv"}]
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_ten_hours_several_texts_and_a_new_shift(tmp_path: Path, database_url: str) -> None:
    """Each who takes over is called; each text is answered once; nobody is texted about what they have seen."""
    async with a_night(tmp_path, database_url, "2026-11-20 17:05") as night, a_browser() as phone:
        story = await cast(night)
        bo = await night.hires("Bo Lund", NORRVIK, phone=BOS)
        await chooses_pin(bo, "739154")
        liam, _ = await night.enrols("Liam Ask", "+46701740606", NORRVIK)
        await night.on_beredskap(bo, "2026-11-21 02:00", "2026-11-21 10:00")
        story.slack_is_away()
        await story.nova.texts("är ni där")
        await liam.texts("hej, kan nån ringa")
        await night.minutes_pass(4)
        assert len(story.texts_to(ANNAS)) == 1  # one sms, whatever waits

        await phone.opens(story.link())
        await phone.submits(pin=PIN)
        assert phone.reads.count("Ett sms väntar på svar") == 2
        await night.minutes_pass(11)
        assert len(story.texts_to(ANNAS)) == 1  # both stood in the list

        await story.nova.texts("snälla svara")
        await night.minutes_pass(4)
        assert len(story.texts_to(ANNAS)) == 2
        assert "2 sms väntar på svar" in await phone.opens("/reserv")
        [novas] = [
            href for href in re.findall(r'href="(/reserv/samtal/\w+)"', phone.html) if "2 sms" in near(phone, href)
        ]
        assert "snälla svara" in await phone.opens(novas)
        night.secret_words.add("Jag är här nu")
        await phone.submits("/samtal/", text="Jag är här nu")
        await night.settles()
        story.nova.receives("Jag är här nu", times=1)

        await night.clock_reaches("2026-11-21 02:04")
        assert len(story.texts_to(BOS)) == 1
        async with a_browser() as bos_phone:
            await bos_phone.opens(story.link(BOS))
            await bos_phone.submits(pin="739154")
            assert "Ett sms väntar på svar sedan fre 20 nov 17.05" in bos_phone.reads
            await bos_phone.follows("Ett sms väntar på svar")
            await bos_phone.submits("/samtal/", text="Hej Liam, jag ringer")
        night.secret_words.add("Hej Liam, jag ringer")
        await night.settles()
        liam.receives("Hej Liam, jag ringer", times=1)

        await night.clock_reaches("2026-11-21 03:05")
        called = {number: len(story.texts_to(number)) for number in (ANNAS, BOS, GUNILLAS)}
        await story.slack_is_back()
        for number, times in called.items():
            night.phone(number).receives("Slack ligger nere", times=times)
        for person in (story.anna, bo):
            assert all("Inget väntar på svar" in card.words or "följs" in card.words for card in person.cards())
            assert len({card.header for card in person.cards()}) == len(person.cards())
        assert len(bo.cards()) == 2
        for card in [*story.anna.cards(), *bo.cards()]:
            assert [said.words for said in bo.thread(card)] == []
            night.expected.add((card.channel, card.ts))
        for one in (story.nova, liam):
            one.receives("tystnadsplikt")
        story.anna.is_told("Anteckning saknas", times=2)  # her shift has ended
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


def near(phone: Browser, href: str) -> str:
    """Return what a link in the list says."""
    found = re.search(re.escape(href) + r'"[^>]*>(.*?)</a>', phone.html, re.S)
    return "" if found is None else found[1]


async def test_slack_comes_back_before_anybody_is_texted(tmp_path: Path, database_url: str) -> None:
    """What has been brought meanwhile is not texted about, although the row stands there."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        story = await cast(night)
        story.slack_is_away()
        await story.nova.texts("är du där")
        night.sandbox.carrier.faults.set("carrier", "limited")
        await night.minutes_pass(4)
        await night.settles()
        assert story.texts_to(ANNAS) == []

        await story.slack_is_back()
        assert story.texts_to(ANNAS) == []
        story.anna.card("Ett sms väntar på svar")
        story.nova.receives("tystnadsplikt")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_somebody_who_only_sleeps_is_not_texted(tmp_path: Path, database_url: str) -> None:
    """Slack has brought the card; that nobody looks is another matter. Nor is a short hiccup afterwards."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        story = await cast(night)
        await story.nova.texts("är du där")
        await night.minutes_pass(20)
        story.slack_is_away()
        await story.nova.texts("hallå")
        await night.minutes_pass(2)
        await story.slack_is_back()
        await night.minutes_pass(20)
        assert story.texts_to(ANNAS) == []


async def test_a_card_that_stands_and_cannot_be_drawn_again(tmp_path: Path, database_url: str) -> None:
    """The ping of a later text is what should have woken her."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night, a_browser() as phone:
        story = await cast(night)
        await story.nova.texts("är du där")
        await story.anna.opens()
        await story.anna.closes_modal()
        await night.minutes_pass(30)
        story.slack_is_away()
        await story.nova.texts("nu är det värre")
        await night.minutes_pass(4)
        assert len(story.texts_to(ANNAS)) == 1
        await phone.opens(story.link())
        await phone.submits(pin=PIN)
        await phone.follows("2 sms väntar på svar")
        await phone.submits("/samtal/", text="Jag ringer dig")
        await night.settles()
        await story.slack_is_back()
        card = story.anna.card("Inget väntar på svar")
        assert story.anna.thread(card) == []  # no ping about what has been answered
