"""A person who may not look is refused kindly, and it is logged."""

from pathlib import Path

import sqlalchemy as sa

from storage.tables import AuditRow
from tests.acceptance.night import NORRVIK, SODERMARK, Said, a_night


async def test_off_duty_and_of_another_namnd(tmp_path: Path, database_url: str) -> None:
    """Sara had duty yesterday; her old card opens nothing today."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        sara = await night.hires("Sara Holm", SODERMARK)
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(sara, "2026-11-20 17:00", "2026-11-20 22:00")
        await night.on_beredskap(anna, "2026-11-21 10:00", "2026-11-21 22:00")

        await nova.texts("första kvällen här")
        nova.receives("tystnadsplikt")
        old = sara.card()
        await sara.replies("Hej! Hur går det?", card=old)
        nova.receives("Hej! Hur går det?")

        await night.clock_reaches("2026-11-21 11:00")
        await nova.texts("andra dagen nu")
        nova.receives("tystnadsplikt", times=2)
        anna.card()
        anna.is_told("Nytt sms")
        assert "Följs vidare" in sara.card().words
        stale = Said(old.channel, old.ts, old.user, old.text, old.blocks, None, None, False)
        done = (
            await night.sandbox.slack.click(sara.user, action_id="open", channel=stale.channel, ts=stale.ts)
            if "open" in sara.card().buttons
            else None
        )
        assert done is None  # the button is gone; somebody who kept it open is refused by the service:
        assert night.sandbox.bot is not None
        from bot.domain.errors import NotAllowed
        from bot.services.open_conversation import open_conversation

        conversation_id = next(b for b in old.buttons if b == "open") and _value(old, "open")
        try:
            await open_conversation(sara.user, conversation_id, "x", "V", "h", ctx=night.sandbox.bot.ctx)
            raise AssertionError("Sara was let in")
        except NotAllowed as refusal:
            assert refusal.reason == "not_on_duty"
        with night.sandbox.bot.store.engine.connect() as connection:
            denied = connection.execute(
                sa.select(AuditRow.actor, AuditRow.act, AuditRow.ground).where(sa.not_(AuditRow.is_allowed))  # type: ignore[call-overload]
            ).all()
        assert [(d.actor, d.act, d.ground) for d in denied] == [(sara.staff.id, "read", "not_on_duty")]
        night.expect_nothing_else()
        await night.nothing_waits()


def _value(said: Said, action: str) -> str:
    from tests.acceptance.night import buttons_in

    return buttons_in(said.blocks)[action]


async def test_somebody_who_is_not_staff(tmp_path: Path, database_url: str) -> None:
    """A stranger in the channel presses the button, opens Home and asks who has duty."""
    async with a_night(tmp_path, database_url, "2026-11-23 09:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        slack = night.sandbox.slack
        slack.add_user("U99", "otto", "Otto Utomstående")
        slack.add_channel("C0ANNAN", "annan", ["U99"])
        await nova.texts("svarar ni nu")
        card = anna.card(channel="C0NORRVIK")
        nova.receives("under dagen")

        await slack.open_home("U99")
        await night.settles()
        assert "känner inte igen dig" in str(slack.state()["homes"]["U99"])
        shown = await slack.command("U99", "/beredskap", "", "C0ANNAN")
        assert "känner inte igen dig" in str(shown)
        assert card.buttons >= {"open", "take"}
        night.expected.update((m.channel, m.ts) for m in night.messages("C0ANNAN"))
        night.expect_nothing_else()
        await night.nothing_waits()
