"""A reply typed in the thread, in both modes, and what cannot be taken back."""

from pathlib import Path

from tests.acceptance.night import NORRVIK, SODERMARK, a_night


async def test_sealed_a_typed_reply_is_held_until_its_author_decides(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await nova.texts("är nån vaken")
        nova.receives("tystnadsplikt")
        card = anna.card()

        await anna.types_in_thread(card, "Jag är vaken :wave: &amp; läser")

        held = anna.is_told("sparat men inte skickat")
        nova.receives("vaken", times=0)
        await night.restarts()
        await anna.presses("send_held", held)
        nova.receives("Jag är vaken 👋")
        anna.is_told("Skickat som sms")

        second = await anna.types_in_thread(card, "Förlåt, fel ruta")
        again = anna.is_told("sparat men inte skickat")
        await anna.presses("discard_held", again)
        anna.is_told("Slängt")
        nova.receives("fel ruta", times=0)
        await night.sandbox.slack.delete(anna.user, card.channel, second)
        await night.settles()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_inline_a_typed_reply_goes_out_and_cannot_be_taken_back(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00", norrvik="inline", sodermark="inline") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await nova.texts("är nån vaken <!channel>")
        nova.receives("tystnadsplikt")
        card = anna.card()
        anna.is_told("är nån vaken <!channel>")

        ts = await anna.types_in_thread(card, "Ja, jag är här")
        nova.receives("Ja, jag är här")
        await anna.types_in_thread(card, "// hon låter lugn")
        nova.receives("lugn", times=0)

        await night.sandbox.slack.edit(anna.user, card.channel, ts, "Nej, jag är inte här")
        await night.settles()
        anna.is_told("redan skickat")
        await night.sandbox.slack.delete(anna.user, card.channel, ts)
        await night.settles()
        anna.is_told("redan skickat", times=2)
        nova.receives("inte här", times=0)
        assert "hon låter lugn" in await anna.opens(card)
        await anna.closes_modal()
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_inline_is_never_for_somebody_of_another_namnd(tmp_path: Path, database_url: str) -> None:
    """Sara of Södermark has duty for Norrvik's Nova: content stays out of Slack although both chose inline."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00", norrvik="inline", sodermark="inline") as night:
        sara = await night.hires("Sara Holm", SODERMARK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(sara, "2026-11-20 17:00", "2026-11-20 22:00")

        await nova.texts("hemligt för de andra")
        nova.receives("tystnadsplikt")
        sara.card()
        assert not any(
            record.contains("hemligt för de andra") for record in night.sandbox.slack.recorder.all_but("modal")
        )
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_outside_a_thread_nothing_is_sent(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        await night.sandbox.slack.say(anna.user, anna.dm, "hej, är du där?")
        await night.settles()
        anna.is_told("Jag vet inte vilket samtal det gäller")
        night.expect_nothing_else()
        await night.nothing_waits()
