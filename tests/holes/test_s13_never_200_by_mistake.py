"""MoveOn Spoke: "answers 200 to everything including exceptions" - "exception in the webhook gives 5xx" (facts:
storage, section 13).
"""

from pathlib import Path

import pytest

from bot.domain.errors import Busy
from storage.store import SqlStore
from tests.acceptance.night import a_night
from tests.holes.given import AUTOMATIC, EVENING, duty, inbox
from tests.http.doors import Doors, form


@pytest.mark.parametrize("error", [RuntimeError("bug"), Busy(), OSError(28, "No space left on device")], ids=repr)
async def test_what_was_not_stored_is_not_said_to_be(
    tmp_path: Path, sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Neither the carrier nor Slack hears 2xx, and both may come again: then it is stored, once."""

    async def put(*_: object) -> bool:
        raise error

    async with a_night(tmp_path, sqlite_database_url, EVENING) as night:
        anna, _ = await duty(night)
        doors = Doors(night)
        event = {
            "type": "event_callback",
            "team_id": "T0SANDBOX",
            "api_app_id": "A0SANDBOX",
            "event_id": "Ev13",
            "event": {"type": "message", "channel_type": "im", "channel": anna.dm, "user": anna.user, "ts": "1.2"},
        }
        with monkeypatch.context() as broken:
            broken.setattr(SqlStore, "put", put)
            assert (await doors.twilio(form("SM13"))).status >= 500
            assert (await doors.twilio(form("SM13"), path="/twilio/sms-fallback")).status >= 500
            assert (
                await doors.twilio([("MessageSid", "SM1"), ("MessageStatus", "sent")], path="/twilio/status")
            ).status >= 500
            assert (await doors.slack(event)).status >= 500
        assert doors.stored() + doors.stored("slack") + doors.stored("twilio-status") == []

        assert (await doors.twilio(form("SM13"))).status == 200
        assert (await doors.slack(event)).status == 200
        await night.settles()
        assert (doors.stored(), doors.stored("slack")) == (["SM13"], ["Ev13"])


async def test_one_that_we_cannot_digest_does_not_hold_up_the_next(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even when telling of it fails too: it is set aside with an ERROR line, and the next text is answered."""

    def cannot(*_: object, **__: object) -> None:
        raise RuntimeError("a bug of ours")

    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await duty(night)
        night.expected_errors.update({"row_parked", "parked_untold"})
        liam = night.phone("+46701740606")
        with monkeypatch.context() as broken:
            broken.setattr("handlers.inbox_rows.receive_sms", cannot)
            broken.setattr("bot.services.open_raw.notice", cannot)
            await nova.texts("den här går sönder")
        await liam.texts("hör ni mig nu")
        await nova.texts("och mig då")
        anna.card("Ungdom, Norrvik")
        anna.card("Okänt nummer")
        nova.receives(AUTOMATIC)
        liam.receives("Vi känner inte igen numret")
        assert [row.state for row in inbox(night)] == ["parked", "done", "done"]
        night.expect_nothing_else()
        await night.nothing_waits()
