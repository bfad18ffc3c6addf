"""Chatwoot: "no unique index on the inbound id; signature check 403s good messages; default in a thread is *send
to client*" - "H5; poll repairs; a note marker is never sent; a held reply survives a restart" (facts:
storage, section 13).
"""

from pathlib import Path

import pytest

from bot.domain.slack_text import NOTE_MARKS
from tests.acceptance.night import a_night
from tests.holes.given import AUTOMATIC, EVENING, duty, inbox
from tests.http.doors import with_settings


async def test_the_list_brings_in_what_was_taken_for_a_forgery(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy has been moved, and every genuine signature is wrong: 403, nothing stored, and found all the same."""
    with_settings(monkeypatch, public_base_url="https://bot.example.se")
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await duty(night)
        await nova.texts("är du där")
        assert inbox(night) == []
        assert [note.code for note in night.sandbox.carrier.notes] == [11217, 11217]
        anna.has_no_card()
        await night.minutes_pass(1)
        await night.reconciles()
        await night.reconciles()
        anna.card("Ett sms väntar på svar* sedan 18.00")
        nova.receives(AUTOMATIC, times=1)
        assert len(inbox(night)) == 1
        night.expect_nothing_else()


@pytest.mark.parametrize("content", ["inline", "sealed"])
async def test_a_note_is_never_sent(tmp_path: Path, database_url: str, content: str) -> None:
    """However it is marked, and whatever else stands in the thread: not at once, and not after a restart either."""
    async with a_night(tmp_path, database_url, EVENING, norrvik=content, sodermark=content) as night:
        anna, nova = await duty(night)
        await nova.texts("är du där")
        nova.receives(AUTOMATIC)
        card = anna.card()
        for number, mark in enumerate((*NOTE_MARKS, *(mark.upper() for mark in NOTE_MARKS))):
            await anna.types_in_thread(card, f"  {mark} ringde mormor {number}")
        await night.restarts()
        assert len(nova.inbox()) == 1
        night.expected.update((m.channel, m.ts) for m in anna.messages())
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_held_reply_survives_a_restart(tmp_path: Path, database_url: str) -> None:
    """Typed, held, the bot stopped and started; one press sends it, a second press does nothing."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await duty(night)
        await nova.texts("är du där")
        nova.receives(AUTOMATIC)
        await anna.types_in_thread(anna.card(), "Ja, jag är här")
        await night.restarts()
        held = anna.is_told("sparat men inte skickat")
        nova.receives("Ja, jag är här", times=0)
        slack = night.sandbox.slack
        for _ in range(2):
            await slack.click(anna.user, action_id="send_held", channel=held.channel, ts=held.ts)
            message = slack.workspace.find_message(held.channel, held.ts)
            assert message is not None
            message.blocks = held.blocks  # a client that has not drawn it anew
        await night.settles()
        nova.receives("Ja, jag är här", times=1)
        night.expected.update((m.channel, m.ts) for m in anna.messages())
        night.secret_words.discard("Ja, jag är här")
        night.expect_nothing_else()
        await night.nothing_waits()
