"""Slack fails, or the bot is stopped: no text is lost, and nobody is left with two cards and no word."""

import asyncio
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.domain.errors import AuditEntry, Busy
from bot.services.look_for_uncertain import look_for_uncertain
from bot.services.reconcile import reconcile
from storage.tables import OutboxRow
from tests.acceptance.night import NORRVIK, Night, Person, Phone, a_night
from tests.http.doors import locked

TABLE: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]
POST = frozenset({"chat.postMessage"})
PATIENCE = 60.0  # seconds of wire time for what goes by the machine's clock


async def duty(night: Night) -> tuple[Person, Phone]:
    anna = await night.hires("Anna Ek", NORRVIK)
    night.opens_channels()
    nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
    await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
    return anna, nova


def fails(night: Night, how: str, *, calls: int | None = None, methods: frozenset[str] | None = None) -> None:
    faults = night.sandbox.slack.faults
    faults.set("slack", how)
    faults.methods, faults.remaining = methods, calls


async def until(night: Night, is_so: Callable[[], bool]) -> None:
    """Let the bot look for what it is unsure of, as its tick would, until something is so."""
    async with asyncio.timeout(PATIENCE):
        while not is_so():
            assert night.sandbox.bot is not None
            await look_for_uncertain(ctx=night.sandbox.bot.ctx)
            await night.settles()
            await asyncio.sleep(0.05)
    await night.settles()  # what is seen on the other side has yet to be recorded on ours


async def all_is_known(night: Night) -> None:
    """Go on looking until nothing is uncertain and nothing waits for another try."""
    assert night.sandbox.bot is not None
    ctx = night.sandbox.bot.ctx
    async with asyncio.timeout(PATIENCE):
        while night.rows(sa.select(TABLE.c.id).where(TABLE.c.state.in_(("uncertain", "due", "sending")))):
            await look_for_uncertain(ctx=ctx)
            await asyncio.sleep(0.05)
    await night.settles()


async def test_the_answer_to_a_post_is_lost_in_a_known_dm(tmp_path: Path, database_url: str) -> None:
    """The card stands there: it is found by what it carries, and stands once."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await duty(night)
        liam, _ = await night.enrols("Liam Ask", "+46701740606", NORRVIK)
        await nova.texts("är du där")
        first = anna.card()
        nova.receives("tystnadsplikt")

        fails(night, "lost_answer", calls=1, methods=POST)
        await liam.texts("jag med")
        liam.receives("tystnadsplikt")
        await until(night, lambda: night.sandbox.slack.recorder.calls("chat.update") != [])

        [found] = [card for card in anna.cards() if card.ts != first.ts]
        assert "upprepning" not in found.words
        await anna.replies("Ja, ni har nått mig", card=found)
        liam.receives("Ja, ni har nått mig")
        assert any("levererat" in card.words for card in anna.cards() if card.ts == found.ts)
        night.expected.add((found.channel, found.ts))
        night.expect_nothing_else()
        await night.nothing_waits()


@pytest.mark.parametrize("clicked", ["first", "repetition"])
async def test_the_very_first_card_is_posted_again(tmp_path: Path, database_url: str, clicked: str) -> None:
    """We cannot look into a conversation that we do not know yet. The first click keeps one and withdraws the other."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await duty(night)
        fails(night, "lost_answer", calls=1, methods=POST)
        await nova.texts("är du där")
        nova.receives("tystnadsplikt")
        await until(night, lambda: len(anna.cards()) > 1)
        first, repetition = anna.cards()
        assert "upprepning" not in first.words
        assert "(upprepning)" in repetition.words

        await anna.opens(first if clicked == "first" else repetition)
        assert "är du där" in anna.reads()
        await anna.writes("Ja, här är jag")

        nova.receives("Ja, här är jag")
        kept = anna.card("levererat")
        assert kept.ts == (first.ts if clicked == "first" else repetition.ts)
        assert "upprepning" not in kept.words
        assert len(anna.cards()) == 1
        night.expect_nothing_else()
        await night.nothing_waits()


@pytest.mark.parametrize("clicked", [0, 1, 2])
async def test_a_card_whose_answer_is_lost_twice_has_no_twin_left(
    tmp_path: Path, database_url: str, clicked: int
) -> None:
    """Three stand there; whichever is clicked is the one that is kept."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await duty(night)
        fails(night, "lost_answer", calls=2, methods=POST)
        await nova.texts("är du där")
        nova.receives("tystnadsplikt")
        await until(night, lambda: len(anna.cards()) > 2)
        card = anna.cards()[clicked]

        await anna.opens(card)
        await anna.writes("Ja, här är jag")

        nova.receives("Ja, här är jag")
        assert anna.card("levererat").ts == card.ts
        assert len(anna.cards()) == 1
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_slack_asks_us_to_wait(tmp_path: Path, database_url: str) -> None:
    """429 says when to come back, and not before that do we."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await duty(night)
        night.sandbox.slack.faults.retry_after_s = 2
        fails(night, "limited", methods=POST)
        await nova.texts("är du där")
        nova.receives("tystnadsplikt")
        anna.has_no_card()
        fails(night, "ok")
        await until(night, lambda: anna.cards() != [])
        anna.card("Ett sms väntar på svar")
        asked = [call.at for call in night.sandbox.slack.recorder.calls("chat.postMessage")]
        assert len(asked) >= 2
        assert min((later - earlier).total_seconds() for earlier, later in pairwise(asked)) >= 2
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_an_update_that_is_carried_out_late_does_not_have_the_last_word(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack does not answer in time, a newer text comes in, and only then does Slack do what it was asked first."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await duty(night)
        await nova.texts("första")
        nova.receives("tystnadsplikt")
        slack = night.sandbox.slack
        told = len(slack.courier.deliveries)
        slack.faults.slow_s = 0.9
        fails(night, "slow", calls=1, methods=frozenset({"chat.update"}))
        monkeypatch.setattr("bot.slack.gateway.CALL_WITHIN", 0.3)  # only now: what goes well may take its time
        await nova.texts("andra", settle=False)
        async with asyncio.timeout(PATIENCE):
            while slack.recorder.calls("chat.update") == []:  # noqa: ASYNC110 - the pretend Slack tells nobody
                await asyncio.sleep(0.01)
        await nova.texts("tredje", settle=False)
        await until(night, lambda: len(slack.courier.deliveries) >= told + 2)  # both have been carried out

        anna.card("3 sms väntar på svar")
        await all_is_known(night)
        night.expect_nothing_else()
        await night.nothing_waits()


@pytest.mark.parametrize("how", ["down", "error", "limited"])
async def test_slack_is_away_while_three_texts_come_in(tmp_path: Path, database_url: str, how: str) -> None:
    """The carrier gets its 200 for each; when Slack is back there is one card, and it counts three."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await duty(night)
        night.sandbox.slack.faults.retry_after_s = 1
        fails(night, how)
        for words in ("första", "andra", "tredje"):
            await nova.texts(words)
        assert night.sandbox.carrier.notes == []
        assert anna.cards() == []
        nova.receives("tystnadsplikt")

        night.sandbox.slack.faults.clear()
        await until(night, lambda: anna.cards() != [])
        await all_is_known(night)

        assert len(anna.cards()) == 1
        anna.card("3 sms väntar på svar")
        night.expect_nothing_else()
        await night.nothing_waits()


@pytest.mark.parametrize("how", ["down", "error", "limited", "lost_answer", "late_error"])
@pytest.mark.parametrize("method", ["views.open", "views.update"])
async def test_slack_fails_to_show_what_was_asked_for(
    tmp_path: Path, sqlite_database_url: str, method: str, how: str
) -> None:
    """It costs a click and a line in the log, without a traceback; the next click shows it."""
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 18:00") as night:
        anna, nova = await duty(night)
        await nova.texts("är du där")
        nova.receives("tystnadsplikt")
        fails(night, how, calls=1, methods=frozenset({method}))

        await anna.presses("open", anna.card())

        assert [line for line in night.log_lines if '"exception"' in line.getMessage()] == []
        while anna.modals():
            await anna.closes_modal()
        assert "är du där" in await anna.opens(anna.card())
        await anna.closes_modal()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_click_while_the_database_is_busy(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person is told at once; nothing was done, then or later, and pressing again does it."""
    monkeypatch.setattr("storage.engine.SQLITE_BUSY_MS", 100)
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await duty(night)
        await nova.texts("är du där")
        nova.receives("tystnadsplikt")
        card = anna.card()
        night.expected_errors.add("database_unavailable")
        assert night.sandbox.bot is not None
        with locked(database_url, "audit"):
            done = await night.sandbox.slack.click(anna.user, action_id="take", channel=card.channel, ts=card.ts)
            await night.sandbox.bot.background.quiet()
            with pytest.raises(Busy):  # what was asked for earlier has been given up by now
                await night.sandbox.bot.ctx.store.write(lambda tx: tx.audit.record(AuditEntry("a", "b", "c", "d")))
        await night.settles()
        assert done["shown"] is None
        anna.is_told("Inget är gjort; försök igen")
        assert "har tagit det" not in anna.card().words
        assert night.audit("take") == []

        await anna.presses("take", card)
        assert "har tagit det" in anna.card().words
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_stopped_right_after_a_text(tmp_path: Path, database_url: str) -> None:
    """Whatever was under way is done after the start, and once."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await duty(night)
        await nova.texts("är du där", settle=False)
        await night.sandbox.stop_bot()
        await night.sandbox.start_bot()
        await night.settles()
        anna.card("Ett sms väntar på svar")
        nova.receives("tystnadsplikt")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_stopped_right_after_an_answer(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna, nova = await duty(night)
        await nova.texts("är du där")
        nova.receives("tystnadsplikt")
        await anna.opens(anna.card())
        night.secret_words.add("Ja, jag är här")
        await night.sandbox.slack.submit(anna.user, anna.modal()["id"], {"reply": {"reply_text": "Ja, jag är här"}})
        await night.sandbox.stop_bot()
        await night.sandbox.start_bot()
        await night.settles()
        nova.receives("Ja, jag är här", times=1)

        await night.minutes_pass(1)  # if nobody was there to take the carrier's report, the list tells
        assert night.sandbox.bot is not None
        await reconcile(ctx=night.sandbox.bot.ctx)
        await night.settles()
        anna.card("levererat")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_away_when_a_text_comes_in(tmp_path: Path, database_url: str) -> None:
    """Nobody took it at the door; it is found in the carrier's list, told of as late, with its true time."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00", ticks=True) as night:
        anna, nova = await duty(night)
        await night.sandbox.stop_bot()
        await nova.texts("är du där", settle=False)
        await night.clock_reaches("2026-11-20 18:20")
        await night.sandbox.start_bot()
        await night.reconciles()  # the door does not wait for what is done at the start
        card = anna.card("Ett sms väntar på svar* sedan 18.00")
        nova.receives("tystnadsplikt")
        assert "kom fram till oss senare" in await anna.opens(card)
        night.expected_errors.add("missed_webhooks_found")
        night.expect_nothing_else()
        await night.nothing_waits()
