"""Guests, people of other organisations, bots, and channels that others can read (facts: slack, section 15)."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.membership import Membership
from bot.domain.people import Role
from bot.domain.readiness import Account
from handlers.slack.app import _is_foreign
from storage.tables import AlertRow
from tests.acceptance.night import CHANNELS, NORRVIK, Person, a_night
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
    membership.learn("U1", account, FRIDAY_EVENING)

    assert account.is_members is is_members
    assert membership.is_refused("U1") is not is_members
    assert not membership.must_ask("U1", FRIDAY_EVENING)
    assert not membership.is_refused(None)


@pytest.mark.parametrize("flag", ["is_restricted", "is_ultra_restricted", "is_stranger", "deleted"])
async def test_somebody_who_is_no_member_is_shown_nothing(tmp_path: Path, database_url: str, flag: str) -> None:
    """Sara's account became a guest's after she was employed; a day later it is learned, and she is told kindly."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        sara = await night.hires("Sara Holm", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        await night.on_beredskap(sara, "2026-11-20 17:00", "2026-11-22 22:00")
        await nova.texts("kan nån ringa mig")
        assert "kan nån ringa mig" in await sara.opens(sara.cards()[-1])
        await sara.closes_modal()

        setattr(night.sandbox.slack.workspace.person(sara.user), flag, True)
        assert "kan nån ringa mig" in await sara.opens(sara.cards()[-1])  # asked once a day
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
