"""What was written, by whom and from where is deleted everywhere once the nämnd's time is out, and not before."""

from pathlib import Path

import pytest

from bot.domain.errors import BadInput, NotAllowed
from bot.domain.people import LinkRole, Role, Youth
from bot.services.amend.end_enrolment import end_enrolment
from bot.services.context import Context
from bot.services.retention.hold import HoldWanted, lift_hold, set_hold
from bot.services.retention.waive import waive
from storage.tables import ConversationRow, EpisodeRow, ErasurePlaceRow, InboxRow, MessageRow
from tests.acceptance.night import NORRVIK, SODERMARK, Night, Person, a_night
from tests.retain.given import SETTINGS, found, rows_of

NOVA, MOTHER, STRANGER = "+46701740605", "+46701740606", "+46701740607"
NAMES = ("Nova Berg", "Mona Berg")
WORDS = ("pappa är full igen", "gå till mormor", "Hon var ledsen", "Bråk igen hemma")
LENA = "lena@example.se"


def ctx_of(night: Night) -> Context:
    assert night.sandbox.bot is not None
    return night.sandbox.bot.ctx


async def an_evening(night: Night) -> tuple[Person, Person, Youth]:
    """Anna has the duty on Friday; Nova texts, is answered and noted; on Monday it stands in the handover."""
    anna = await night.hires("Anna Ek", NORRVIK)
    lena = await night.hires("Lena Holm", NORRVIK, Role.LEADER)
    await night.hires("Bo Lind", SODERMARK, Role.LEADER)
    nova, youth = await night.enrols(NAMES[0], NOVA, NORRVIK)
    await night.enrols(NAMES[1], MOTHER, NORRVIK, role=LinkRole.GUARDIAN, of=youth)
    night.opens_channels()
    await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
    await night.clock_reaches("2026-11-20 18:00")
    await nova.texts(WORDS[0], media=1)
    await anna.replies(WORDS[1])
    await anna.closes(anna.card(), WORDS[3], WORDS[2])
    await night.clock_reaches("2026-11-23 08:00")
    return anna, lena, youth


async def carries_over(anna: Person) -> None:
    await anna.presses("meeting", anna.handover(channel="C0NORRVIK"))
    await anna.presses_in_modal("transfer")
    await anna.submits({"reference": {"field": "2026/123"}})
    await anna.closes_modal()


async def test_everything_goes_everywhere(tmp_path: Path, database_url: str) -> None:
    """Words after eight days, names and numbers when the enrolment has ended, the coded rows last."""
    async with a_night(tmp_path, database_url, "2026-11-20 16:55", settings=SETTINGS) as night:
        anna, lena, youth = await an_evening(night)
        await carries_over(anna)
        await night.clock_reaches("2026-11-30 12:00")
        assert {place for place, _ in found(night, WORDS)} >= {"message.body", "note.support", "carrier"}

        await night.clock_reaches("2026-12-01 12:00")

        assert found(night, WORDS) == []
        assert [place for place, _ in found(night, [NOVA])] == ["contact.number"]
        assert rows_of(night, ErasurePlaceRow) == []
        assert [row.transferred_at is not None for row in rows_of(night, EpisodeRow)] == [True]
        assert len(rows_of(night, MessageRow)) > 1
        assert any(ground == "conversations" for _, ground, _ in night.audit("erase"))

        told = lena.is_told("Gallringen i Norrvik, 2026-11").words
        assert "Mottagna rådata" in told
        assert "Hålls kvar" not in told
        await end_enrolment(youth.case_code, "dnr 77", ctx=ctx_of(night), as_email="anna@example.se")
        await night.clock_reaches("2026-12-10 13:00")

        assert found(night, [*WORDS, *NAMES, NOVA, MOTHER, "2026/123", "dnr 77"]) == []
        assert (rows_of(night, ConversationRow), rows_of(night, MessageRow)) == ([], [])

        await night.nothing_waits()


async def test_nothing_goes_before_it_is_in_the_record_or_waived(tmp_path: Path, database_url: str) -> None:
    """The leader is told why it is still there, waives it with a reason, and it goes when its time is out again."""
    async with a_night(tmp_path, database_url, "2026-11-20 16:55", settings=SETTINGS) as night:
        _, lena, youth = await an_evening(night)
        await night.clock_reaches("2026-12-01 12:00")
        assert {place for place, _ in found(night, WORDS)} >= {"message.body", "note.support", "carrier"}
        assert "1 samtal som varken är förda till akten" in lena.is_told("Gallringen i Norrvik, 2026-11").words

        ctx, code = ctx_of(night), youth.case_code
        with pytest.raises(BadInput):
            await waive(code, "", "dnr 9", ctx=ctx, as_email=LENA)
        for other in ("anna@example.se", "bo@example.se"):
            with pytest.raises(NotAllowed):
                await waive(code, "dubblett", "dnr 9", ctx=ctx, as_email=other)
        assert await waive(code, "dubblett", "dnr 9", ctx=ctx, as_email=LENA) == 1
        assert await waive(code, "dubblett", "dnr 9", ctx=ctx, as_email=LENA) == 0
        await night.clock_reaches("2026-12-09 13:00")

        assert found(night, WORDS) == []


async def test_what_is_on_hold_stays_until_it_is_let_go(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 16:55", settings=SETTINGS) as night:
        anna, lena, youth = await an_evening(night)
        await carries_over(anna)
        ctx = ctx_of(night)
        wanted = HoldWanted("mål 12-26", code=youth.case_code)
        [hold] = await set_hold(wanted, ctx=ctx, as_email=LENA)
        await end_enrolment(youth.case_code, "dnr 77", ctx=ctx, as_email=LENA)
        await night.clock_reaches("2026-12-05 12:00")

        assert {place for place, _ in found(night, WORDS)} >= {"message.body", "note.support", "carrier"}
        assert {place for place, _ in found(night, NAMES)} >= {"youth.name", "contact_link.name"}
        assert "Undantaget från gallring: 1" in lena.is_told("Gallringen i Norrvik, 2026-11").words

        for other in ("anna@example.se", "bo@example.se"):
            with pytest.raises(NotAllowed):
                await lift_hold(hold, ctx=ctx, as_email=other)
        await lift_hold(hold, ctx=ctx, as_email=LENA)
        await night.clock_reaches("2026-12-06 12:00")
        assert found(night, [*WORDS, *NAMES, NOVA, MOTHER]) == []


async def test_nothing_comes_back(tmp_path: Path, database_url: str) -> None:
    """A late report, the carrier's list, an old button and a second copy of the webhook change nothing."""
    async with a_night(tmp_path, database_url, "2026-11-20 16:55", settings=SETTINGS) as night:
        anna, _, _ = await an_evening(night)
        await carries_over(anna)
        [texted] = [sms for sms in night.sandbox.carrier.snapshot()["messages"] if sms["body"] == WORDS[0]]
        answer = next(sms for sms in night.sandbox.carrier.snapshot()["messages"] if sms["body"] == WORDS[1])
        card = anna.cards()[-1]
        conversation = rows_of(night, ConversationRow)[0].id
        copy = night.sandbox.carrier.message(texted["sid"])
        late = night.sandbox.carrier.message(answer["sid"])
        await night.clock_reaches("2026-12-01 12:00")
        assert found(night, WORDS) == []
        assert [m for m in anna.cards() if m.ts == card.ts] == []

        night.sandbox.carrier._book.messages[copy.sid] = copy  # it was only made blank there
        night.sandbox.carrier._book.messages[late.sid] = late
        copy.sent_at = late.sent_at = night.sandbox.carrier.now()
        await night.sandbox.carrier.repeat_webhook(copy.sid)
        await night.sandbox.carrier.report(late.sid, "undelivered", 30003)
        await night.reconciles()
        assert "finns inte" in await night.forges(anna, "open", conversation, "{}")

        said = [row for row in rows_of(night, MessageRow) if row.source == f"sms:{copy.sid}"]
        assert len(said) == 1
        assert [row.is_open for row in rows_of(night, ConversationRow)] == [False]
        assert [m.words for m in anna.cards()] == []
        assert found(night, WORDS) == []


async def test_what_cannot_go_today_goes_tomorrow(tmp_path: Path, database_url: str) -> None:
    """The carrier has no final word on a text yet; after a restart it is tried again until it is gone."""
    async with a_night(tmp_path, database_url, "2026-11-20 16:55", settings=SETTINGS) as night:
        anna, _, _ = await an_evening(night)
        await carries_over(anna)
        answer = next(sms for sms in night.sandbox.carrier.snapshot()["messages"] if sms["body"] == WORDS[1])
        night.sandbox.carrier.message(answer["sid"]).status = "sent"
        await night.clock_reaches("2026-12-03 12:00")
        assert [place for place, _ in found(night, WORDS)] == ["carrier"]
        left = rows_of(night, ErasurePlaceRow)
        assert {row.error for row in left} == {"not_final"}

        night.sandbox.carrier.message(answer["sid"]).status = "delivered"
        await night.restarts()
        await night.clock_reaches("2026-12-05 12:00")
        assert found(night, WORDS) == []
        assert rows_of(night, ErasurePlaceRow) == []


async def test_an_unknown_number_goes_with_its_words(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 16:55", settings=SETTINGS) as night:
        anna, _, _ = await an_evening(night)
        stranger = night.phone(STRANGER)
        await night.on_beredskap(anna, "2026-11-23 17:00", "2026-11-23 22:00")
        await night.clock_reaches("2026-11-23 18:00")
        await stranger.texts("vem är du egentligen")
        await anna.closes(anna.card("Ett sms väntar"), "Fel nummer.", "Inget.")
        await night.clock_reaches("2026-11-24 08:00")
        await waive(anna.cards()[-1].header.split(" · ")[1], "felsms", "dnr 9", ctx=ctx_of(night), as_email=LENA)
        await night.clock_reaches("2026-12-05 12:00")

        assert found(night, ["vem är du egentligen", "Fel nummer.", STRANGER]) == []


def states(night: Night) -> list[str]:
    return [row.state for row in rows_of(night, InboxRow)]


async def test_without_a_decision_nothing_goes(tmp_path: Path, database_url: str) -> None:
    """Norrvik has decided and Södermark has not: raw payloads, which are nobody's, stay; so does all of Södermark's."""
    settings = (
        '[retention]\ninbox = { days = 1, decision = "" }\nslack_posts = { days = 1, decision.norrvik = "dnr" }\n'
    )
    async with a_night(tmp_path, database_url, "2026-11-20 16:55", settings=settings) as night:
        anna, _, _ = await an_evening(night)
        await carries_over(anna)
        await night.clock_reaches("2026-11-27 12:00")
        assert set(states(night)) == {"done"}
        assert {place for place, _ in found(night, WORDS)} >= {"message.body", "note.support", "carrier", "inbox.raw"}
