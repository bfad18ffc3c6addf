"""The pretend carrier keeps Twilio's rules: webhooks, callbacks and the control interface."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web

from bot.sandbox.carrier import NumberTaken, UnknownNumber
from bot.sandbox.carrier.pretend import START_WORDS, STOP_WORDS
from tests.sms.world import GUARDIAN, OURS, PUBLIC, YOUTH, Answer, World, carrier_world

INBOUND, FALLBACK, STATUS = "/twilio/sms", "/twilio/sms-fallback", "/twilio/status"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with carrier_world() as made:
        yield made


async def test_a_text_arrives_signed_with_every_parameter(world: World) -> None:
    sid = await world.carrier.text(YOUTH, " hej å 😀 & + % ", OURS)

    (call,) = world.bot.calls
    assert call.path == INBOUND
    assert call.is_genuine
    assert not call.is_retry
    assert call.form["Body"] == " hej å 😀 & + % "
    assert call.form["FromCity"] == ""
    assert {call.form[name] for name in ("MessageSid", "SmsSid", "SmsMessageSid")} == {sid}
    assert (call.form["From"], call.form["To"], call.form["SmsStatus"]) == (YOUTH, OURS, "received")
    assert (call.form["NumMedia"], call.form["NumSegments"], call.form["ApiVersion"]) == ("0", "1", "2010-04-01")
    (shown,) = world.on_phone()
    assert shown == {
        "sid": sid,
        "mine": True,
        "with": OURS,
        "body": " hej å 😀 & + % ",
        "at": "2026-07-01T12:00:00+00:00",
        "status": "received",
        "error_code": None,
        "media": 0,
    }


async def test_pictures_come_with_addresses_and_another_kind_of_sid(world: World) -> None:
    sid = await world.carrier.text(YOUTH, "", OURS, media=2)

    (call,) = world.bot.calls
    assert sid.startswith("MM")
    assert call.is_genuine
    assert call.form["NumMedia"] == "2"
    assert {"MediaUrl0", "MediaUrl1", "MediaContentType1"} <= set(call.form)


@pytest.mark.parametrize("sender", ["BANKEN", "71234", "anonymous"])
async def test_odd_senders_are_passed_on_as_they_are(world: World, sender: str) -> None:
    await world.carrier.text(sender, "hej", OURS)

    assert world.bot.calls[0].form["From"] == sender
    assert len(world.on_phone(sender)) == 1


async def test_a_number_that_is_not_ours_cannot_be_texted(world: World) -> None:
    with pytest.raises(UnknownNumber):
        await world.carrier.text(YOUTH, "hej", GUARDIAN)


@pytest.mark.parametrize("status", [403, 429, 500, 503])
async def test_a_refusing_bot_is_called_at_its_fallback_and_then_left_alone(world: World, status: int) -> None:
    world.bot.answers = {INBOUND: Answer(status=status)}

    sid = await world.carrier.text(YOUTH, "hej", OURS)

    assert [call.path for call in world.bot.calls] == [INBOUND, FALLBACK]
    fallback = world.bot.calls[1]
    assert fallback.is_genuine
    assert fallback.form["MessageSid"] == sid
    assert (fallback.form["ErrorCode"], fallback.form["ErrorUrl"]) == ("11217", PUBLIC + INBOUND)
    assert [note.code for note in world.carrier.notes] == [11217]
    assert len(world.on_phone()) == 1


async def test_a_bot_that_hangs_up_is_not_tried_again_at_the_same_address(world: World) -> None:
    world.bot.answers = {INBOUND: None, FALLBACK: None}

    await world.carrier.text(YOUTH, "hej", OURS)

    assert [call.path for call in world.bot.calls] == [INBOUND, FALLBACK]
    assert [note.code for note in world.carrier.notes] == [11200, 11200]


async def test_a_bot_that_is_away_loses_the_webhook_and_not_the_sms(world: World) -> None:
    await world.bot_server.close()

    sid = await world.carrier.text(YOUTH, "hej", OURS)

    assert [note.code for note in world.carrier.notes] == [11205, 11205]
    assert world.carrier.message(sid).status == "received"


async def test_a_failed_connection_is_tried_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    async with carrier_world() as world:
        attempts: list[bool] = []
        attempt = world.carrier.webhooks._attempt

        async def fails_first(
            url: str, params: dict[str, str], twiml: bool, headers: dict[str, str]
        ) -> tuple[int | None, str]:
            attempts.append(bool(headers))
            return (11205, "") if len(attempts) == 1 else await attempt(url, params, twiml, headers)

        monkeypatch.setattr(world.carrier.webhooks, "_attempt", fails_first)
        await world.carrier.text(YOUTH, "hej", OURS)

        (call,) = world.bot.calls
        assert (call.path, call.is_retry, attempts) == (INBOUND, True, [False, True])
        assert not world.carrier.notes


async def test_a_bot_that_dawdles_is_given_up(world: World) -> None:
    world.carrier.webhooks.total_s = 0.5
    never = asyncio.Event()
    listen = world.bot.listen

    async def dawdle(request: web.Request) -> web.Response:
        answer = await listen(request)
        if request.path == INBOUND:
            world.carrier.webhooks.total_s = 15.0  # for what comes next
            await never.wait()
        return answer

    world.bot.listen = dawdle  # type: ignore[method-assign]
    app = web.Application()
    app.router.add_post("/{path:.*}", dawdle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    world.carrier.webhooks._bot_url = lambda: f"http://{host}:{port}"

    await world.carrier.text(YOUTH, "hej", OURS)
    never.set()
    await runner.cleanup()

    assert [call.path for call in world.bot.calls] == [INBOUND, FALLBACK]
    assert world.bot.calls[1].form["ErrorCode"] == "11200"


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        (Answer(status=204), []),
        (Answer(text="<Response/>", content_type="text/xml"), []),
        (Answer(text='<?xml version="1.0"?><Response></Response>', content_type="application/xml"), []),
        (Answer(text="{}", content_type="application/json"), [12300]),
        (Answer(text="<Response/>", content_type="text/html"), [12300]),
        (Answer(text="<Response>", content_type="text/xml"), [12100]),
    ],
)
async def test_the_answer_must_be_twiml_or_nothing(world: World, answer: Answer, codes: list[int]) -> None:
    world.bot.answers = {INBOUND: answer}

    await world.carrier.text(YOUTH, "hej", OURS)

    assert [note.code for note in world.carrier.notes] == codes
    assert len(world.bot.calls) == 1


async def test_the_same_webhook_may_come_many_times(world: World) -> None:
    sid = await world.carrier.text(YOUTH, "hej", OURS)

    await asyncio.gather(*(world.carrier.repeat_webhook(sid) for _ in range(19)))
    await world.carrier.repeat_webhook(sid, fallback=True)

    assert len(world.bot.at(INBOUND)) == 20
    assert len(world.bot.at(FALLBACK)) == 1
    assert {call.form["MessageSid"] for call in world.bot.calls} == {sid}
    assert all(call.is_genuine for call in world.bot.calls)


@pytest.mark.parametrize(
    ("order", "statuses"),
    [
        ("normal", ["sent", "delivered"]),
        ("reversed", ["delivered", "sent"]),
        ("doubled", ["sent", "sent", "delivered", "delivered"]),
        ("early", ["sent", "delivered"]),
    ],
)
async def test_callbacks_come_in_the_order_of_the_switch(world: World, order: str, statuses: list[str]) -> None:
    world.carrier.faults.set("callback_order", order)

    receipt = await world.gateway.send(world.sms())
    is_early = len(world.bot.calls) == len(statuses)
    await world.carrier.quiet()

    assert world.bot.statuses == statuses
    assert all(call.is_genuine for call in world.bot.calls)
    assert {call.path for call in world.bot.calls} == {f"{STATUS}?outbox=01A"}
    assert {call.form["MessageSid"] for call in world.bot.calls} == {receipt.provider_id}
    assert world.carrier.message(receipt.provider_id).status == "delivered"
    if order == "early":
        assert is_early


@pytest.mark.parametrize(
    ("switch", "statuses", "end", "code"),
    [
        ("delivered", ["sent", "delivered"], "delivered", None),
        ("undelivered", ["sent", "undelivered"], "undelivered", 30003),
        ("filtered", ["sent", "undelivered"], "undelivered", 30007),
        ("stuck", ["sent"], "sent", None),
        ("silent", [], "delivered", None),
    ],
)
async def test_an_sms_ends_where_the_switch_says(
    world: World, switch: str, statuses: list[str], end: str, code: int | None
) -> None:
    world.carrier.faults.set("sms", switch)

    await world.gateway.send(world.sms())
    await world.carrier.quiet()

    (shown,) = world.on_phone()
    assert (shown["status"], shown["error_code"]) == (end, code)
    assert world.bot.statuses == statuses
    assert [call.form["ErrorCode"] for call in world.bot.calls if "ErrorCode" in call.form] == (
        [str(code)] if code else []
    )
    assert all(
        ("RawDlrDoneDate" in call.form) == (call.form["MessageStatus"] == "delivered") for call in world.bot.calls
    )


async def test_a_late_callback_can_be_sent_by_hand(world: World) -> None:
    world.carrier.faults.set("sms", "undelivered")
    receipt = await world.gateway.send(world.sms())
    await world.carrier.quiet()

    await world.carrier.report(receipt.provider_id, "delivered")

    assert world.bot.statuses == ["sent", "undelivered", "delivered"]
    assert world.on_phone()[0]["status"] == "delivered"
    assert world.on_phone()[0]["error_code"] is None


async def test_a_lost_callback_is_lost(world: World) -> None:
    world.bot.answers = {STATUS: Answer(status=503)}

    await world.gateway.send(world.sms())
    await world.carrier.quiet()

    assert world.bot.statuses == ["sent", "delivered"]
    assert [note.code for note in world.carrier.notes] == [11217, 11217]


@pytest.mark.parametrize("word", sorted(STOP_WORDS))
async def test_stop_blocks_our_replies_and_start_lets_them_through(world: World, word: str) -> None:
    await world.carrier.text(YOUTH, f" {word.lower()} ", OURS)
    assert world.carrier.snapshot()["blocked"] == [[OURS, YOUTH]]
    assert len(world.bot.at(INBOUND)) == 1

    await world.carrier.text(YOUTH, sorted(START_WORDS)[0], OURS)
    assert world.carrier.snapshot()["blocked"] == []


@pytest.mark.parametrize("words", ["Stopp", "STOPP!", "stop it he is here", "hjälp", "sluta"])
async def test_ordinary_words_block_nothing(world: World, words: str) -> None:
    await world.carrier.text(YOUTH, words, OURS)

    await world.gateway.send(world.sms())
    assert len(world.bot.at(INBOUND)) == 1


async def test_the_default_handling_can_be_switched_off(world: World) -> None:
    world.carrier.has_default_opt_out = False
    await world.carrier.text(YOUTH, "STOP", OURS)
    await world.carrier.text(YOUTH, "HELP", OURS)

    assert len(world.on_phone()) == 2
    await world.gateway.send(world.sms())


async def test_help_is_answered_in_english_by_the_carrier(world: World) -> None:
    await world.carrier.text(YOUTH, "help", OURS)

    ours, theirs = world.on_phone()
    assert (ours["mine"], theirs["mine"]) == (True, False)
    assert "Reply STOP" in theirs["body"]


async def test_a_fault_may_be_for_a_few_calls_only(world: World) -> None:
    faults = world.carrier.faults
    faults.set("carrier", "error")
    faults.remaining = 2

    assert [faults.next_call() for _ in range(4)] == ["error", "error", "ok", "ok"]
    assert faults.switches() == {"carrier": "ok", "sms": "delivered", "callback_order": "normal"}


@pytest.mark.parametrize(("switch", "value"), [("carrier", "tired"), ("slack", "ok"), ("sms", "ok")])
async def test_an_unknown_fault_is_refused(world: World, switch: str, value: str) -> None:
    with pytest.raises(ValueError, match="no such fault"):
        world.carrier.faults.set(switch, value)


async def test_a_world_can_be_put_away_and_taken_out(world: World) -> None:
    await world.carrier.text(YOUTH, "stop", OURS)
    await world.gateway.send(world.sms(to=GUARDIAN))
    await world.carrier.quiet()
    world.carrier.faults.set("sms", "stuck")
    kept = json.loads(json.dumps(world.carrier.snapshot()))
    before = world.carrier.state()

    async with carrier_world() as other:
        other.changed.clear()
        other.carrier.restore(kept)

        assert other.carrier.state() == before
        assert other.carrier.snapshot() == kept
        assert other.changed.is_set()


async def test_a_number_belongs_to_one(world: World) -> None:
    for taken in (OURS, "070-174 06 05"):
        with pytest.raises(NumberTaken):
            world.carrier.add_phone(taken, "Ungdom 2")
        with pytest.raises(NumberTaken):
            world.carrier.add_number(taken, "Beredskapen", "beredskap")


async def test_it_is_quiet_only_when_the_last_callback_is_answered(world: World) -> None:
    await world.carrier.quiet()
    for number in range(5):
        await world.gateway.send(world.sms(f"nummer {number}"))

    await world.carrier.quiet()

    assert len(world.bot.calls) == 10


async def control(world: World, path: str, body: Any) -> tuple[int, Any]:
    text = body if isinstance(body, str) else json.dumps(body)
    async with ClientSession() as session, session.post(world.server.make_url(path), data=text) as answer:
        return answer.status, await answer.json()


async def test_the_page_can_text_and_add_phones(world: World) -> None:
    assert await control(world, "/control/phones", {"number": "070-174 06 06", "name": "Mamma"}) == (200, {"ok": True})
    status, answer = await control(world, f"/control/phones/{GUARDIAN}/text", {"body": "hej", "to": OURS, "media": 1})
    await world.carrier.quiet()

    assert status == 200
    assert [sms["sid"] for sms in world.on_phone(GUARDIAN)] == [answer["sid"]]
    assert len(world.bot.at(INBOUND)) == 1
    assert [phone["name"] for phone in world.carrier.state()["phones"]] == ["Ungdom 1", "Mamma"]
    assert world.carrier.state()["numbers"] == [{"number": OURS, "label": "Beredskapen", "world": "beredskap"}]


async def test_the_page_can_send_a_callback(world: World) -> None:
    world.carrier.faults.set("sms", "silent")
    receipt = await world.gateway.send(world.sms())
    await world.carrier.quiet()

    order = {"status": "undelivered", "error_code": 30003}
    assert await control(world, f"/control/sms/{receipt.provider_id}/status", order) == (200, {"ok": True})

    assert world.bot.statuses == ["undelivered"]
    assert world.bot.calls[0].form["ErrorCode"] == "30003"


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("/control/phones", "{", 400, "bad_json"),
        ("/control/phones", [], 400, "bad_json"),
        ("/control/phones", {"number": " ", "name": "A"}, 400, "bad_number"),
        ("/control/phones", {"number": YOUTH}, 400, "bad_name"),
        ("/control/phones", {"number": YOUTH, "name": "A"}, 409, "number_taken"),
        (f"/control/phones/{YOUTH}/text", {"body": "hej", "to": GUARDIAN}, 404, "not_found"),
        (f"/control/phones/{YOUTH}/text", {"body": 1, "to": OURS}, 400, "bad_body"),
        (f"/control/phones/{YOUTH}/text", {"body": "hej", "to": OURS, "media": 11}, 400, "bad_media"),
        ("/control/sms/SM1/status", {"status": "delivered"}, 404, "not_found"),
        ("/control/sms/SM1/status", {"status": "tired"}, 400, "bad_status"),
        ("/control/sms/SM1/status", {"status": "failed", "error_code": "x"}, 400, "bad_error_code"),
    ],
)
async def test_a_bad_order_is_told_what_is_wrong(world: World, path: str, body: Any, status: int, error: str) -> None:
    assert await control(world, path, body) == (status, {"ok": False, "error": error})


async def test_dates_follow_world_time(world: World) -> None:
    world.passes(timedelta(days=3))

    await world.carrier.text(YOUTH, "hej", OURS)

    assert world.on_phone()[0]["at"] == "2026-07-04T12:00:00+00:00"
