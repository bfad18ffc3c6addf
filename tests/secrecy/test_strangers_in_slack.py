"""Guests, people of other organisations, bots, and channels that others can read (facts: slack, section 15)."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.ids import new_id
from bot.domain.membership import Membership
from bot.domain.people import Role
from bot.domain.readiness import Account
from handlers.slack.app import _is_foreign
from storage.tables import AlertRow, AuditRow, InboxRow
from tests.acceptance.night import CHANNELS, NORRVIK, Night, Person, a_night
from tests.conftest import FRIDAY_EVENING
from tests.manifest.code import example_settings

NOVA = "+46701740605"
EVENING, OFFICE = "2026-11-20 18:00", "2026-11-20 10:00"


@pytest.mark.parametrize(
    ("account", "is_members"),
    [
        (Account(is_active=True), True),
        (Account(is_active=False), False),
        (Account(is_active=True, is_guest=True), False),
        (Account(is_active=True, is_bot=True), False),
    ],
)
def test_whose_account_is_a_members(account: Account, is_members: bool) -> None:
    membership = Membership()
    assert membership.must_ask("U1", FRIDAY_EVENING)
    membership.has_asked("U1", account, FRIDAY_EVENING)

    assert account.is_members is is_members
    assert not membership.must_ask("U1", FRIDAY_EVENING)
    assert membership.must_ask("U1", FRIDAY_EVENING + timedelta(minutes=1)) is not is_members
    assert membership.must_ask("U1", FRIDAY_EVENING + timedelta(hours=24))


@pytest.mark.parametrize("flag", ["is_restricted", "is_ultra_restricted", "is_stranger", "deleted"])
async def test_somebody_who_is_no_member_is_shown_nothing(tmp_path: Path, database_url: str, flag: str) -> None:
    """Slack's word of Sara's account is lost: a day later it is asked, and she is told kindly."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        sara = await night.hires("Sara Holm", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        await night.on_beredskap(sara, "2026-11-20 17:00", "2026-11-22 22:00")
        await nova.texts("kan nån ringa mig")
        assert "kan nån ringa mig" in await sara.opens(sara.cards()[-1])
        await sara.closes_modal()

        setattr(night.sandbox.slack.workspace.person(sara.user), flag, True)
        assert "kan nån ringa mig" in await sara.opens(sara.cards()[-1])  # Slack's word of it was lost
        await sara.closes_modal()
        await night.clock_reaches("2026-11-21 18:05")
        said = await sara.opens(sara.cards()[-1])
        assert "gästkonto" in said
        assert "kan nån ringa mig" not in said
        assert ("read", "guest") in {(row.act, row.ground) for row in night.audited(sara) if not row.is_allowed}

        setattr(night.sandbox.slack.workspace.person(sara.user), flag, False)
        await night.clock_reaches("2026-11-22 18:10")
        await sara.closes_modal()
        assert "gästkonto" not in await sara.opens(sara.cards()[-1])


async def test_a_guest_is_refused_at_once(tmp_path: Path, database_url: str) -> None:
    """At 18.10 Sara's account becomes a guest's, with what a child wrote on her screen. Slack tells; nobody asks."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        sara = await night.hires("Sara Holm", NORRVIK)
        lena = await night.hires("Lena Dahl", NORRVIK, Role.LEADER)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        await night.on_beredskap(sara, "2026-11-20 17:00", "2026-11-22 22:00")
        await nova.texts("kan nån ringa mig")
        assert "kan nån ringa mig" in await sara.opens(sara.cards()[-1])

        await night.clock_reaches("2026-11-20 18:10")
        asked = len(night.sandbox.slack.recorder.calls("users.info"))
        night.sandbox.slack.set_guest(sara.user, guest=True)
        await night.settles()
        assert "kan nån ringa mig" not in json.dumps(sara.modals(), ensure_ascii=False, default=str)
        await sara.closes_modal()
        said = await sara.opens(sara.cards()[-1])
        assert "gästkonto" in said
        assert "kan nån ringa mig" not in said
        assert len(night.sandbox.slack.recorder.calls("users.info")) == asked
        assert told(night) == [("account_refused", f"staff:{sara.staff.id}")]
        lena.is_told("är gäst i Slack och får inte ha beredskap")
        assert "Sara" not in json.dumps(await events_kept(night))
        await sara.closes_modal()

        await night.restarts()
        assert "gästkonto" in await sara.opens(sara.cards()[-1])
        await sara.closes_modal()
        await night.minutes_pass(1)  # Slack tells in whole seconds
        night.sandbox.slack.set_guest(sara.user, guest=False)
        await night.settles()
        assert "kan nån ringa mig" in await sara.opens(sara.cards()[-1])
        assert told(night)[1:] == [("account_let_in", f"staff:{sara.staff.id}")]


async def test_slack_tells_in_any_order_and_of_everybody(tmp_path: Path, database_url: str) -> None:
    """What comes late says nothing any more, and what is about somebody else is not kept."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await nova.texts("kan nån ringa mig")
        now = night.sandbox.slack.workspace.unix_now()
        gone, back = {"id": anna.user, "deleted": True, "real_name": "Anna Ek"}, {"id": anna.user, "deleted": False}
        for event_time, user in ((now, back), (now - 60, gone), (now, {**gone, "id": "U77"})):
            answer = await night.sandbox.slack.courier.send("events_api", user_change(night, user, event_time))
            assert answer.status == 200
        await night.settles()
        assert told(night) == []
        assert "kan nån ringa mig" in await anna.opens(anna.cards()[-1])
        kept = await events_kept(night)
        assert [event["user"]["id"] for event in kept] == [anna.user] * 2
        assert "Anna Ek" not in json.dumps(kept)


async def test_of_what_slack_tells_in_one_second_the_no_stands(tmp_path: Path, sqlite_database_url: str) -> None:
    """A name was changed and the account closed at once, and the older is heard last. Slack knows when it is asked."""
    async with a_night(tmp_path, sqlite_database_url, EVENING) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await nova.texts("kan nån ringa mig")
        now = night.sandbox.slack.workspace.unix_now()
        for is_deleted in (True, False):
            event = user_change(night, {"id": anna.user, "deleted": is_deleted}, now)
            await night.sandbox.slack.courier.send("events_api", event)
            await night.settles()
        assert "kan nån ringa mig" not in await anna.opens(anna.cards()[-1])
        await anna.closes_modal()
        assert told(night) == [("account_refused", f"staff:{anna.staff.id}")]

        await night.minutes_pass(2)
        assert "kan nån ringa mig" in await anna.opens(anna.cards()[-1])
        assert told(night)[1:] == [("account_let_in", f"staff:{anna.staff.id}")]


def user_change(night: Night, user: dict[str, Any], event_time: int) -> dict[str, Any]:
    """Return what Slack sends of a change of an account (docs.slack.dev/reference/events/user_change)."""
    of = {"team_id": night.sandbox.slack.workspace.team_id, "api_app_id": night.sandbox.slack.workspace.app_id}
    event = {"type": "user_change", "user": user}
    return {"type": "event_callback", **of, "event_id": new_id(), "event_time": event_time, "event": event}


def told(night: Night) -> list[tuple[str, str]]:
    """Return what the log says of accounts."""
    table = AuditRow.__table__  # type: ignore[attr-defined]
    rows = night.rows(sa.select(table).where(table.c.act.startswith("account_")).order_by(table.c.id))
    return [(row.act, row.subject) for row in rows]


async def events_kept(night: Night) -> list[dict[str, Any]]:
    """Return the changes of accounts that are kept, whole."""
    table = InboxRow.__table__  # type: ignore[attr-defined]
    ids = [row.id for row in night.rows(sa.select(table.c.id).where(table.c.provider == "slack"))]
    raw: list[str] = await night.writes(lambda tx: [tx.inbox.get(row_id).raw for row_id in ids])
    events = [json.loads(text)["event"] for text in raw]
    return [event for event in events if event["type"] == "user_change"]


async def test_slack_that_cannot_be_asked_stops_nobody(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await nova.texts("kan nån ringa mig")
        scopes = night.sandbox.slack.scopes
        scopes.granted = scopes.granted - {"users:read"}
        assert "kan nån ringa mig" in await anna.opens(anna.cards()[-1])


@pytest.mark.parametrize("flag", ["is_ext_shared", "is_pending_ext_shared", "is_general", "is_private"])
async def test_nothing_is_posted_in_a_channel_that_others_can_read(
    tmp_path: Path, database_url: str, flag: str
) -> None:
    """By day a text goes to the team's channel; shared since yesterday, the leader has it instead."""
    async with a_night(tmp_path, database_url, OFFICE) as night:
        await night.hires("Anna Ek", NORRVIK)
        gun: Person = await night.hires("Gun Alm", NORRVIK, Role.LEADER)
        night.opens_channels()
        channel = night.sandbox.slack.workspace.channels[CHANNELS[NORRVIK]]
        setattr(channel, flag, flag != "is_private")
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        await nova.texts("kan nån ringa mig")
        assert [said for said in night.messages(channel.id) if said.user == "U0BOT"] == []
        assert "Nytt sms" in gun.cards()[-1].text
        assert "kan nån ringa mig" in await gun.opens(gun.cards()[-1])
        opened = [row.key for row in night.rows(sa.select(AlertRow.__table__))]  # type: ignore[attr-defined]
        assert opened == [f"channel_open:{channel.id}"]


@pytest.mark.parametrize(
    ("more", "is_foreign"),
    [
        ({}, False),
        ({"enterprise": None, "enterprise_id": None}, False),
        ({"enterprise": {"id": "E0OURS", "name": "x"}}, False),
        ({"enterprise": {"id": "E0THEIRS", "name": "x"}}, True),
        ({"enterprise_id": "E0THEIRS"}, True),
        ({"team": {"id": "T0OURS", "enterprise_id": "E0THEIRS"}}, True),
        ({"user": {"id": "U1", "team_id": "T0OURS", "enterprise_id": "E0THEIRS"}}, True),
        ({"user": {"id": "U1", "team_id": "T0THEIRS"}}, True),
        ({"event": {"type": "message", "user": "U1", "team": "T0OURS"}}, False),
        ({"event": {"type": "message", "user": "U1", "user_team": "T0THEIRS"}}, True),
        ({"event": {"type": "message", "user": "U1", "source_team": "T0THEIRS"}}, True),
        ({"api_app_id": "A0THEIRS"}, True),
    ],
)
def test_what_is_foreign(more: dict[str, Any], is_foreign: bool) -> None:
    settings = example_settings()
    ours = {"team_id": "T0OURS", "enterprise_id": "E0OURS", "app_id": "A0OURS"}
    slack = settings.file.slack.model_copy(update=ours)
    mine = settings.model_copy(update={"file": settings.file.model_copy(update={"slack": slack})})

    assert _is_foreign({"team_id": "T0OURS", "api_app_id": "A0OURS", **more}, mine) is is_foreign
