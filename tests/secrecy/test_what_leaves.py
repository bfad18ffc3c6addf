"""Every kind of row that comes in or leaves, and every tick: where the rule is asked, and what comes to whom."""

from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa

from bot.domain.ids import StaffId
from bot.domain.outbound import OutboxKind, Priority
from bot.ports import Tx
from handlers.inbox_rows import DIGESTS
from scheduler.ticks import EVERY
from storage.tables import OutboxRow
from tests.secrecy.world import LEFT, STRANGER, THIRD, Cast, a_cast

BY_NAME: Final = (
    "for one person by name: bot/services/shared/leaving.py asks when it leaves, and its own composer after"
)
PHONE: Final = "for a family's phone: what they wrote themselves, or what somebody who was allowed has written to them"
CHANNEL: Final = "for the channel that beredskap.toml names; holds codes and counts"

INBOX: Final[dict[str, str]] = {
    "twilio": "a text from a phone: it is put before those whom duty() names; what they may see of it is asked of them",
    "twilio-status": "a report on a text of ours: a card says how it went, and is drawn as its reader may see it",
    "slack": "Home and what is typed: show_home and typed_in_slack ask, see test_home_and_typing below",
    "twilio-voice": "a call or a key: take_call and reach_contact ask about whoever's phone it is",
}
OUTBOX: Final[dict[OutboxKind, str]] = {
    OutboxKind.CARD: BY_NAME,
    OutboxKind.THREAD: "thread_reply asks whether the reader of the thread may read",
    OutboxKind.NOTICE: BY_NAME,
    OutboxKind.WITHDRAW: "takes something away: it shows nothing",
    OutboxKind.ERASE: "takes something away, of ours: it shows nothing",
    OutboxKind.SMS: PHONE,
    OutboxKind.DIGEST: BY_NAME,
    OutboxKind.ADDENDUM: "under a handover that stands, for the same readers",
    OutboxKind.HANDOVER: BY_NAME,
    OutboxKind.CLOCKS: "deliver_clocks asks whether the owner of the list may see it",
    OutboxKind.CLOCK: BY_NAME,
    OutboxKind.UNIT: BY_NAME,
    OutboxKind.STAFF_SMS: BY_NAME,
    OutboxKind.ALERT: CHANNEL,
    OutboxKind.ERASE: "takes something away at the provider: it shows nothing",
    OutboxKind.CALL: "needed() and deliver_ring_up ask whether it is still theirs; the voice says nothing of anybody",
}
TICKS: Final[dict[str, str]] = {
    "uncertain_tick": "looks for what has been sent; posts what was to be posted",
    "duty_tick": "puts conversations before whoever has duty now; each card asks as it leaves",
    "escalation_tick": "reaches for those whom duty() and the ladder name; needed() asks again",
    "calls_tick": "ends calls",
    "digests_tick": "handovers to a nämnd's own channel, or to those whom deliver_digest asks about",
    "notes_tick": "asks about the author before it reminds them",
    "actions_tick": "asks about the owner before it reminds them",
    "clocks_tick": "speaks to whoever may see the clock: deliver_clocks asks",
    "families_tick": "texts the families of booked times",
    "reserve_tick": "asks who may read before anybody is texted",
    "rest_tick": "tells leaders of the working time of those they lead",
    "incident_tick": "tells leaders of reports that are due, by kind and day",
    "ready_tick": "asks whoever has the next shift",
    "folder_tick": "reads files in the name of a member of staff, asked about as at the command line",
    "reconcile_tick": "compares lists; shows nothing",
    "watch_tick": "tells the alert channel in codes and counts",
    "numbers_tick": "tells leaders which contact numbers are old",
    "forget_tick": "deletes",
    "retention_tick": "deletes, and reports in counts",
    "audit_tick": "seals the log, and reminds leaders of their review",
    "keys_tick": "seals with the new key; shows nothing",
}
TO_ONE: Final[tuple[tuple[OutboxKind, dict[str, Any]], ...]] = (
    (OutboxKind.NOTICE, {"key": "staff_phone_text", "values": {}}),
    (OutboxKind.NOTICE, {"swap": "{offer}", "state": "open"}),
    (OutboxKind.NOTICE, {"ready": "{coming}", "stage": "first"}),
    (OutboxKind.NOTICE, {"coverage": "norrvik", "day": "2026-11-20"}),
    (OutboxKind.HANDOVER, {"shift": "{shift}"}),
    (OutboxKind.CLOCK, {"deadline": "{clock}", "why": "due"}),
    (OutboxKind.UNIT, {"namnd": "norrvik", "day": "2026-11-20", "week": ""}),
    (OutboxKind.STAFF_SMS, {"own": "test"}),
    (OutboxKind.STAFF_SMS, {"alert": "1", "what": "open"}),
    (OutboxKind.STAFF_SMS, {"ready": "{coming}", "stage": "first"}),
    (OutboxKind.STAFF_SMS, {"conversation": "{conversation}", "key": "link"}),
)
ASKS_ABOUT_A_SHIFT: Final = "walk:2"  # the third of these


def test_every_kind_of_row_and_every_tick_says_where_the_rule_is_asked() -> None:
    assert set(INBOX) == set(DIGESTS)
    assert set(OUTBOX) == set(OutboxKind)
    assert set(TICKS) == {tick.__name__ for tick in EVERY}


async def test_nothing_leaves_for_somebody_who_has_left(
    tmp_path: Path, sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was written while they still worked here."""
    async with a_cast(tmp_path, sqlite_database_url, monkeypatch) as cast:
        slack, left = cast.night.sandbox.slack, cast.refused[LEFT]
        carried = cast.night.sandbox.carrier.state()

        def plan(tx: Tx) -> None:
            for nth, (kind, payload) in enumerate(TO_ONE):
                given = {key: _id(cast, value) for key, value in payload.items()} | {"staff": left.staff.id}
                tx.outbox.add(kind, f"walk:{nth}", given, dedupe_key=f"walk:{nth}", priority=Priority.URGENT)
            for post in (
                tx.posts.ensure_card(cast.ids["conversation"], f"staff:{left.staff.id}")[0],  # type: ignore[arg-type]
                tx.posts.ensure_digest(cast.ids["digest"], f"staff:{left.staff.id}")[0],  # type: ignore[arg-type]
            ):
                kind = OutboxKind.CARD if post.conversation_id is not None else OutboxKind.DIGEST
                tx.outbox.add(kind, f"walk:{post.id}", {"post": post.id}, dedupe_key=f"walk:{post.id}")

        await cast.night.writes(plan)
        await cast.night.settles()
        assert cast.night.messages(slack.im(left.user)) == []
        assert cast.night.sandbox.carrier.state()["phones"] == carried["phones"]
        table = OutboxRow.__table__  # type: ignore[attr-defined]
        rows = cast.night.rows(sa.select(table).where(table.c.lane.startswith("walk:")))
        assert len(rows) == len(TO_ONE) + 2
        # What asks about a shift is looked at there, for the leaders must hear of it; and this shift is not theirs.
        why = {row.lane: row.last_error for row in rows if row.state == "dropped"}
        assert why == {row.lane: "no_need" if row.lane == ASKS_ABOUT_A_SHIFT else "not_staff" for row in rows}
        assert StaffId(left.staff.id) in {who for who, _, _ in cast.asked.answers}


async def test_home_and_typing(tmp_path: Path, sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Home of a stranger, and of whoever has left, says that we do not know them; nobody types themselves into more."""
    async with a_cast(tmp_path, sqlite_database_url, monkeypatch) as cast:
        slack = cast.night.sandbox.slack
        stood = cast.stands()
        for who in (STRANGER, LEFT, THIRD, "myndighet"):
            user, before = cast.user(who), len(slack.recorder)
            await slack.open_home(user)
            await slack.say(user, slack.im(user), "Hej, jag vill svara")
            await cast.night.settles()
            home = str(slack.state()["homes"][user])
            assert ("känner inte igen dig" in home) == (who in {STRANGER, LEFT}), who
            shown = [record for record in slack.recorder.records[before:] for s in cast.secrets() if record.contains(s)]
            assert shown == []
        stands = cast.stands()
        assert [table for table in stands if stands[table] != stood[table]] == ["slack_post"]  # what they were answered


async def test_time_brings_nothing_to_those_who_may_not(
    tmp_path: Path, sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every tick, over a week-end: whoever has left is told nothing, and no other world or nämnd hears of Nova."""
    async with a_cast(tmp_path, sqlite_database_url, monkeypatch) as cast:
        assert cast.night.sandbox.bot is not None
        for at in ("2026-11-20 21:00", "2026-11-21 10:00", "2026-11-23 09:30"):
            await cast.night.clock_reaches(at)
            for tick in EVERY:
                await cast.night.sandbox.bot.ticker.run(tick)
        await cast.night.settles()
        slack, codes = (
            cast.night.sandbox.slack,
            {code for card in cast.anna.cards() for code in card.words.split("\n")[:1]},
        )
        assert cast.night.messages(slack.im(cast.user(LEFT))) == []
        for who in (THIRD, "myndighet"):
            said = "\n".join(message.words for message in cast.night.messages(slack.im(cast.user(who))))
            assert not any(secret in said for secret in cast.secrets() - {"N-2026-7"})
            assert not any(code in said for code in codes if code)


def _id(cast: Cast, value: Any) -> Any:
    return cast.ids[value[1:-1]] if isinstance(value, str) and value.startswith("{") else value
