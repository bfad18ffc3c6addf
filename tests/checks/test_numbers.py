"""`check` asks the carrier whether what is sent to our numbers is brought to us."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, Final

import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer

from bot.check_numbers import Finding, check_numbers, findings

OURS: Final = "+46701740699"
BASE: Final = "https://beredskap.example.se"
ACCOUNT: Final = "AC" + "0" * 32
RIGHT: Final[dict[str, Any]] = {
    "phone_number": OURS,
    "capabilities": {"sms": True, "mms": False, "voice": True, "fax": False},
    "sms_url": f"{BASE}/twilio/sms#ct=2000&rt=2500&rc=5&rp=all",
    "sms_method": "POST",
    "sms_fallback_url": f"{BASE}/twilio/sms-fallback",
    "sms_fallback_method": "POST",
    "sms_application_sid": "",
    "voice_url": f"{BASE}/twilio/voice/incoming",
    "voice_method": "POST",
    "voice_fallback_url": f"{BASE}/twilio/voice/incoming-fallback",
    "voice_fallback_method": "POST",
    "status_callback": f"{BASE}/twilio/voice/over",
    "status_callback_method": "POST",
}


def found(**changes: Any) -> list[Finding]:
    return findings("Beredskapen", OURS, [{**RIGHT, **changes}], BASE)


def test_all_is_right() -> None:
    [only] = found()
    assert only.is_fine
    assert not only.is_lost


@pytest.mark.parametrize(
    "changes",
    [
        {"sms_url": ""},
        {"sms_url": None},
        {"sms_url": f"{BASE}/twilio/sms-fallback"},
        {"sms_url": "https://another.example.se/twilio/sms"},
        {"sms_url": "http://beredskap.example.se/twilio/sms"},
        {"sms_method": "GET"},
    ],
)
def test_texts_that_do_not_reach_us_are_an_error(changes: dict[str, Any]) -> None:
    [only] = found(**changes)
    assert only.is_lost
    assert f"{BASE}/twilio/sms (" in only.sentence


@pytest.mark.parametrize(
    "name", ["sms_fallback_url", "voice_url", "voice_fallback_url", "status_callback", "sms_application_sid"]
)
def test_what_else_is_missing_is_a_warning(name: str) -> None:
    [only] = found(**{name: "APxx" if name == "sms_application_sid" else ""})
    assert (only.is_fine, only.is_lost) == (False, False)


def test_a_number_that_cannot_be_called_needs_no_addresses_for_calls() -> None:
    [only] = found(capabilities={"sms": True, "voice": False}, voice_url="", voice_fallback_url="", status_callback="")
    assert only.is_fine


def test_a_number_that_is_not_on_the_account_is_an_error() -> None:
    [only] = findings("Beredskapen", OURS, [], BASE)
    assert only.is_lost
    [only] = findings("Beredskapen", OURS, [{**RIGHT, "phone_number": f"{OURS}9"}], BASE)
    assert only.is_lost


@pytest.fixture
async def carrier() -> AsyncIterator[tuple[BaseTestServer, list[str]]]:
    asked: list[str] = []

    async def listed(request: web.Request) -> web.Response:
        asked.append(request.query["PhoneNumber"])
        return web.json_response({"incoming_phone_numbers": [RIGHT]})

    app = web.Application()
    app.router.add_get(f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers.json", listed)
    async with TestServer(app) as server:
        yield server, asked


def settings(base: str, account: str = ACCOUNT) -> Any:
    token = SimpleNamespace(get_secret_value=lambda: "hemlig-nyckel")
    number = SimpleNamespace(number=OURS, label="Beredskapen")
    env = SimpleNamespace(
        twilio_api_base_url=base, twilio_account_sid=account, twilio_auth_token=token, public_base_url=BASE
    )
    return SimpleNamespace(env=env, rules=SimpleNamespace(numbers={OURS: number}))


async def test_each_number_is_asked_for(carrier: tuple[BaseTestServer, list[str]]) -> None:
    server, asked = carrier
    [only] = await check_numbers(settings(str(server.make_url("")).rstrip("/")))
    assert only.is_fine
    assert asked == [OURS]
    assert OURS not in only.sentence


async def test_a_carrier_that_does_not_answer_is_a_warning(carrier: tuple[BaseTestServer, list[str]]) -> None:
    server, _ = carrier
    [only] = await check_numbers(settings(str(server.make_url("")).rstrip("/"), account="AC" + "1" * 32))
    assert (only.is_fine, only.is_lost) == (False, False)
    assert OURS not in only.sentence
