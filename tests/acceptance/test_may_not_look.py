"""A person who may not look is refused kindly, and it is logged."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col

from bot.domain.errors import NotAllowed
from bot.services.open_conversation import open_conversation
from storage.tables import AuditRow
from tests.acceptance.night import NORRVIK, SODERMARK, Night, Said, a_night, buttons_in


async def test_off_duty_and_of_another_namnd(tmp_path: Path, database_url: str) -> None:
    """Sara had duty yesterday: today she may write her note about it, and reads nothing."""
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

        moved = sara.card("Följs vidare")
        with pytest.raises(NotAllowed, match="not_allowed") as refused:
            await _opens(night, sara.user, old)
        assert refused.value.reason == "not_on_duty"
        assert await _denied(night) == [(sara.staff.id, "read", "not_on_duty")]

        assert moved.buttons == {"write_note"}
        sara.is_told("Anteckning saknas")
        await sara.presses("write_note", moved)
        form = str(sara.modal())
        for sealed in ("andra dagen", "första kvällen", "Hur går det", "Nova Berg"):
            assert sealed not in form
        done = await sara.writes_note(promised="Vi talade om skolan.")
        assert not done.get("errors"), done
        assert sara.modals() == []
        assert (sara.staff.id, "after_shift_note", True) in night.audit("note")
        assert "Vi talade om skolan." in await anna.opens(anna.card())
        await anna.closes_modal()

        await night.clock_reaches("2026-11-21 22:00")
        anna.is_told("Anteckning saknas")  # what Sara wrote is about her own evening
        sara.is_told("Anteckning saknas")

        await night.clock_reaches("2026-11-24 09:00")
        assert sara.card("Följs vidare").buttons == set()
        night.expected_errors.add("namnd_without_reachable_leader")
        night.expected.update((card.channel, card.ts) for card in anna.cards("C0NORRVIK") + anna.cards())
        for place in ("C0NORRVIK", anna.dm):  # three days of reminding Anna and her team
            night.expected.update((m.channel, m.ts) for m in night.messages(place))
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()


async def _opens(night: Night, user: str, card: Said) -> None:
    """Press a button that the person no longer has."""
    assert night.sandbox.bot is not None
    conversation_id = buttons_in(card.blocks)["open"]
    await open_conversation(user, conversation_id, "external", "V1", "hash", ctx=night.sandbox.bot.ctx)


async def _denied(night: Night) -> list[tuple[str, str, str]]:
    assert night.sandbox.bot is not None
    columns = (col(AuditRow.actor), col(AuditRow.act), col(AuditRow.ground))
    with night.sandbox.bot.store.engine.connect() as connection:
        rows = connection.execute(sa.select(*columns).where(col(AuditRow.is_allowed).is_(False)))
        return [(row.actor, row.act, row.ground) for row in rows]


async def test_somebody_who_is_not_staff(tmp_path: Path, database_url: str) -> None:
    """A stranger opens Home and asks who has duty."""
    async with a_night(tmp_path, database_url, "2026-11-23 09:00") as night:
        await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        slack = night.sandbox.slack
        slack.add_user("U99", "otto", "Otto Utomstående")
        slack.add_channel("C0ANNAN", "annan", ["U99"])

        await slack.open_home("U99")
        await night.settles()
        assert "känner inte igen dig" in str(slack.state()["homes"]["U99"])
        shown = await slack.command("U99", "/beredskap", "", "C0ANNAN")
        assert "känner inte igen dig" in str(shown)
        assert await _denied(night) == [("slack:U99", "enter", "not_staff")]
        night.expected.update((m.channel, m.ts) for m in night.messages("C0ANNAN"))
        night.expect_nothing_else()
        await night.nothing_waits()
