"""Our gateway and Twilio's own client, against a carrier that misbehaves."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.domain.sending import (
    LookupFailed,
    OutgoingSms,
    SendError,
    SendPostponed,
    SendRejected,
    SendUncertain,
    SmsDirection,
)
from bot.sms import twilio_gateway
from bot.sms.errors import REASONS
from bot.sms.twilio_gateway import TwilioGateway
from tests.sms.world import ACCOUNT, GUARDIAN, NOW, OURS, TOKEN, YOUTH, World, carrier_world

STOCKHOLM = ZoneInfo("Europe/Stockholm")
IN, OUT = SmsDirection.INBOUND, SmsDirection.OUTBOUND


@pytest.fixture
async def hasty() -> AsyncIterator[World]:
    """A world whose gateway gives up early."""
    async with carrier_world(within=timedelta(milliseconds=50)) as made:
        yield made


async def test_a_sent_sms_reaches_the_phone(world: World) -> None:
    receipt = await world.gateway.send(world.sms("Vi hörs i morgon, å ä ö 😀"))
    await world.carrier.quiet()

    (shown,) = world.on_phone()
    assert (receipt.provider_id, receipt.status) == (shown["sid"], "queued")
    assert (shown["body"], shown["mine"], shown["status"]) == ("Vi hörs i morgon, å ä ö 😀", False, "delivered")


@pytest.mark.parametrize(
    ("sms", "reason", "code"),
    [
        (OutgoingSms("1", "+46123", OURS, "hej", "", 3600), "not_a_number", 21211),
        (OutgoingSms("1", "+46812345678", OURS, "hej", "", 3600), "not_a_mobile", 21614),
        (OutgoingSms("1", YOUTH, OURS, "", "", 3600), "empty", 21602),
        (OutgoingSms("1", YOUTH, OURS, "å" * 1601, "", 3600), "too_long", 21617),
        (OutgoingSms("1", YOUTH, GUARDIAN, "hej", "", 3600), "sender_cannot_send", 21606),
        (OutgoingSms("1", YOUTH, "", "hej", "", 3600), "incomplete", 21603),
        (OutgoingSms("1", "", OURS, "hej", "", 3600), "incomplete", 21604),
        (OutgoingSms("1", YOUTH, OURS, "hej", "https://bot_1.example.se/", 3600), "rejected", 21609),
        (OutgoingSms("1", YOUTH, OURS, "hej", "", 36001), "rejected", 90007),
    ],
)
async def test_a_refusal_has_a_reason_and_leaves_no_sms(world: World, sms: OutgoingSms, reason: str, code: int) -> None:
    with pytest.raises(SendRejected) as refused:
        await world.gateway.send(sms)

    assert (refused.value.reason, refused.value.provider_code) == (reason, code)
    assert refused.value.reason in REASONS
    assert not world.on_phone()


async def test_a_recipient_who_has_said_stop_is_not_texted(world: World) -> None:
    await world.carrier.text(YOUTH, "Stop ", OURS)

    with pytest.raises(SendRejected) as refused:
        await world.gateway.send(world.sms())
    assert refused.value.reason == "opted_out"

    await world.carrier.text(YOUTH, "start", OURS)
    await world.gateway.send(world.sms())


async def test_a_wrong_token_keeps_the_sms_and_wakes_operations(world: World) -> None:
    gateway = TwilioGateway(ACCOUNT, "x" * 32, base_url=world.base_url)
    try:
        with pytest.raises(SendPostponed) as postponed:
            await gateway.send(world.sms())
        with pytest.raises(LookupFailed) as failed:
            await gateway.list_since(NOW, IN)
    finally:
        await gateway.close()

    assert (postponed.value.reason, postponed.value.provider_code) == ("not_logged_in", 20003)
    assert postponed.value.alarm
    assert failed.value.alarm


@pytest.mark.parametrize(("asked_s", "wait_s"), [(7, 7), (10**9, 900)])
async def test_too_many_requests_waits_as_long_as_asked(world: World, asked_s: int, wait_s: int) -> None:
    world.carrier.faults.carrier = "limited"
    world.carrier.faults.retry_after_s = asked_s

    with pytest.raises(SendPostponed) as postponed:
        await world.gateway.send(world.sms())
    with pytest.raises(LookupFailed) as failed:
        await world.gateway.list_since(NOW, IN)

    assert postponed.value.wait == failed.value.wait == timedelta(seconds=wait_s)
    assert not postponed.value.alarm
    assert not world.on_phone()


async def test_429_then_200(world: World) -> None:
    world.carrier.faults.carrier, world.carrier.faults.remaining = "limited", 1
    with pytest.raises(SendPostponed):
        await world.gateway.send(world.sms())

    await world.gateway.send(world.sms())

    assert len(world.on_phone()) == 1


@pytest.mark.parametrize("fault", ["error", "down"])
async def test_what_breaks_off_is_uncertain_and_posted_once(world: World, fault: str) -> None:
    """T4: no retries of the client's own, so a fault for one call is met by one call."""
    world.carrier.faults.carrier, world.carrier.faults.remaining = fault, 1

    with pytest.raises(SendUncertain):
        await world.gateway.send(world.sms())

    assert not world.on_phone()
    assert world.carrier.faults.carrier == "ok"
    assert await world.gateway.find(world.sms(), since=NOW, known=()) is None


async def test_nobody_there_is_postponed(world: World) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening: refused
        gateway = TwilioGateway(ACCOUNT, TOKEN, base_url=f"http://127.0.0.1:{held.getsockname()[1]}")
        try:
            with pytest.raises(SendPostponed) as postponed:
                await gateway.send(world.sms())
            with pytest.raises(LookupFailed):
                await gateway.fetch_status("SM1")
        finally:
            await gateway.close()

    assert postponed.value.reason == "provider_unreachable"
    assert postponed.value.wait > timedelta(0)


@pytest.mark.parametrize("fault", ["lost_answer", "late_error"])
async def test_a_lost_answer_is_found_and_adopted(world: World, fault: str) -> None:
    """The sms is out, and there is exactly one of it."""
    world.carrier.faults.carrier, world.carrier.faults.remaining = fault, 1

    with pytest.raises(SendUncertain):
        await world.gateway.send(world.sms())
    await world.carrier.quiet()
    found = await world.gateway.find(world.sms(), since=NOW, known=())

    (shown,) = world.on_phone()
    assert found is not None
    assert (found.provider_id, found.status) == (shown["sid"], "delivered")
    assert [call.path for call in world.bot.calls] == ["/twilio/status?outbox=01A"] * 2


async def test_a_call_that_is_never_answered_is_uncertain_and_was_not_accepted(hasty: World) -> None:
    hasty.carrier.faults.carrier, hasty.carrier.faults.remaining = "hang", 1
    hasty.carrier.faults.hang_s = 0.2

    with pytest.raises(SendUncertain):
        await hasty.gateway.send(hasty.sms())
    await hasty.carrier.quiet()

    assert hasty.on_phone() == []


async def test_a_slow_answer_is_uncertain_and_adopted_once_it_was_accepted(hasty: World) -> None:
    """T2: the client's own time-out is ignored; ours is not."""
    hasty.carrier.faults.carrier, hasty.carrier.faults.remaining = "slow", 1
    hasty.carrier.faults.slow_s = 0.2
    hasty.changed.clear()

    with pytest.raises(SendUncertain):
        await hasty.gateway.send(hasty.sms())
    await hasty.changed.wait()  # only now has the carrier taken it
    await hasty.carrier.quiet()

    assert len(hasty.on_phone()) == 1


async def test_what_nobody_took_is_not_found(world: World) -> None:
    known = await world.gateway.send(world.sms())
    await world.gateway.send(world.sms("Något annat"))
    await world.gateway.send(world.sms(to=GUARDIAN))
    await world.carrier.text(YOUTH, world.sms().body, OURS)
    await world.carrier.quiet()

    assert await world.gateway.find(world.sms(), since=NOW, known={known.provider_id}) is None


async def test_an_old_sms_with_the_same_words_is_not_adopted(world: World) -> None:
    await world.gateway.send(world.sms())
    world.passes(timedelta(minutes=5))

    assert await world.gateway.find(world.sms(), since=NOW + timedelta(minutes=5), known=()) is None
    assert await world.gateway.find(world.sms(), since=NOW + timedelta(seconds=50), known=()) is not None


async def test_one_that_still_waits_is_found(world: World) -> None:
    """It has no date_sent yet, so a filter by date would miss it."""
    world.carrier.accept(from_=OURS, to=YOUTH, body=world.sms().body, status_callback=None)

    found = await world.gateway.find(world.sms(), since=NOW, known=())

    assert found is not None
    assert found.status == "queued"


async def test_find_reads_on_past_the_first_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twilio_gateway, "PAGE_SIZE", 2)
    await world.gateway.send(world.sms())
    for number in range(5):
        await world.gateway.send(world.sms(f"nummer {number}"))

    assert await world.gateway.find(world.sms(), since=NOW, known=()) is not None


async def test_the_list_has_everything_once_and_the_oldest_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six hours over midnight UTC, more than one page, both directions."""
    monkeypatch.setattr(twilio_gateway, "PAGE_SIZE", 3)
    world.passes(timedelta(hours=9))
    since = NOW + timedelta(hours=9)
    sids = []
    for hour in range(7):
        sids.append(await world.carrier.text(YOUTH, f"hej {hour}", OURS))
        await world.gateway.send(world.sms(f"svar {hour}"))
        world.passes(timedelta(hours=1))
    await world.carrier.quiet()

    came_in = await world.gateway.list_since(since, IN)
    went_out = await world.gateway.list_since(since, OUT)

    assert [sms.provider_id for sms in came_in] == sids
    assert [sms.body for sms in went_out] == [f"svar {hour}" for hour in range(7)]
    assert came_in[0].sent_at == since.replace(microsecond=0)


async def test_the_window_of_a_stockholm_night_starts_in_stockholm(world: World) -> None:
    """T10: written out as it stands, 00.30 in Stockholm would start the window two hours late."""
    half_past_midnight = datetime(2026, 7, 2, 0, 30, tzinfo=STOCKHOLM)  # 22.30 UTC the day before
    before = half_past_midnight - timedelta(minutes=1)
    world.passes(before - NOW)
    await world.carrier.text(YOUTH, "för tidigt", OURS)
    world.passes(timedelta(minutes=2))
    await world.carrier.text(YOUTH, "i tid", OURS)

    assert [sms.body for sms in await world.gateway.list_since(half_past_midnight, IN)] == ["i tid"]


async def test_a_message_in_the_same_second_is_not_missed(world: World) -> None:
    """Twilio's dates have no fractions, ours have."""
    await world.carrier.text(YOUTH, "hej", OURS)

    assert len(await world.gateway.list_since(NOW, IN)) == 1


async def test_a_picture_is_counted(world: World) -> None:
    sid = await world.carrier.text(YOUTH, "", OURS, media=2)

    (sms,) = await world.gateway.list_since(NOW, IN)
    assert (sms.provider_id, sms.media_count, sms.body) == (sid, 2, "")
    assert sid.startswith("MM")


async def test_the_status_can_be_asked_for(world: World) -> None:
    world.carrier.faults.sms = "undelivered"
    receipt = await world.gateway.send(world.sms())
    await world.carrier.quiet()

    sms = await world.gateway.fetch_status(receipt.provider_id)

    assert sms is not None
    assert (sms.status, sms.error_code) == ("undelivered", 30003)
    assert await world.gateway.fetch_status("SM" + "0" * 32) is None


async def test_redaction_waits_for_the_end_and_may_be_repeated(world: World) -> None:
    world.carrier.faults.sms = "stuck"
    receipt = await world.gateway.send(world.sms())
    await world.carrier.quiet()
    assert not await world.gateway.redact(receipt.provider_id)

    await world.carrier.report(receipt.provider_id, "delivered")

    assert await world.gateway.redact(receipt.provider_id)
    assert await world.gateway.redact("SM" + "0" * 32)
    assert world.on_phone()[0]["body"] == ""


@pytest.mark.parametrize("fault", ["down", "error", "lost_answer"])
async def test_a_failed_look_up_says_so(world: World, fault: str) -> None:
    world.carrier.faults.carrier = fault

    for call in (
        world.gateway.find(world.sms(), since=NOW, known=()),
        world.gateway.list_since(NOW, IN),
        world.gateway.fetch_status("SM1"),
        world.gateway.redact("SM1"),
    ):
        with pytest.raises(LookupFailed) as failed:
            await call
        assert failed.value.reason in REASONS


async def test_a_slow_look_up_is_given_up(hasty: World) -> None:
    hasty.carrier.faults.carrier, hasty.carrier.faults.slow_s = "slow", 0.2

    with pytest.raises(LookupFailed):
        await hasty.gateway.list_since(NOW, IN)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (201, "<html>", SendUncertain),  # a yes that we cannot read
        (201, "{}", SendUncertain),
        (201, "[]", SendUncertain),
        (201, '"ok"', SendUncertain),
        (201, "null", SendUncertain),
        (302, "", SendUncertain),
        (408, "", SendUncertain),
        (503, "<html>", SendUncertain),
        (500, '{"code": 21211, "message": "m", "status": 500}', SendUncertain),
        (400, '{"code": 21211, "message": "m", "status": 400}', SendRejected),
        (400, '{"code": 29999, "message": "m", "status": 400}', SendRejected),
        (400, "<html>", SendRejected),
        (403, '{"code": 21408, "message": "m", "status": 403}', SendRejected),
        (403, "<html>", SendPostponed),
        (400, '{"code": 21611, "message": "m", "status": 400}', SendPostponed),
        (400, '{"type": "t", "title": "m", "status": 400, "code": 21610}', SendRejected),
        (429, "", SendPostponed),
    ],
)
async def test_every_kind_of_answer_has_its_kind_of_error(status: int, body: str, kind: type[SendError]) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, text=body)

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    async with TestServer(app) as server:
        gateway = TwilioGateway(ACCOUNT, TOKEN, base_url=str(server.make_url("")))
        try:
            with pytest.raises(SendError) as error:
                await gateway.send(OutgoingSms("1", YOUTH, OURS, "hej", "", 3600))
        finally:
            await gateway.close()

    assert type(error.value) is kind
    assert error.value.reason in REASONS
    assert error.value.outbox_id == "1"


def test_retry_after_is_read_with_care() -> None:
    assert twilio_gateway._wait("3") == timedelta(seconds=3)
    for odd in (None, "", "-1", "Wed, 21 Oct 2026 07:28:00 GMT", "²"):
        assert twilio_gateway._wait(odd) == twilio_gateway.BACK_OFF


def test_it_is_made_inside_the_loop() -> None:
    """T1."""
    with pytest.raises(RuntimeError, match="event loop"):
        TwilioGateway(ACCOUNT, TOKEN)


async def test_the_real_address_is_the_default() -> None:
    gateway = TwilioGateway(ACCOUNT, TOKEN)
    try:
        address = "https://api.twilio.com/2010-04-01/Accounts.json"
        assert gateway._messages._version.domain.twilio.get_hostname(address) == address
    finally:
        await gateway.close()


async def test_no_number_and_no_word_is_logged_or_raised(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """T11, and Twilio's errors, which repeat the number."""
    caplog.set_level(logging.INFO)
    secret = "jag är rädd"
    raised: list[BaseException] = []
    await world.carrier.text(YOUTH, secret, OURS)
    await world.gateway.send(world.sms(secret))
    await world.gateway.find(world.sms(secret), since=NOW, known=())
    await world.gateway.list_since(NOW, OUT)
    for sms in (world.sms(secret, to="+46123"), world.sms(secret, to="+46812345678")):
        with pytest.raises(SendRejected) as refused:
            await world.gateway.send(sms)
        raised.append(refused.value)
    for fault in ("down", "error", "limited"):
        world.carrier.faults.set("carrier", fault)
        with pytest.raises(SendError) as error:
            await world.gateway.send(world.sms(secret))
        with pytest.raises(LookupFailed) as failed:
            await world.gateway.find(world.sms(secret), since=NOW, known=())
        raised += [error.value, failed.value]

    told = caplog.text + "".join(f"{error!r} {error} {vars(error)}" for error in raised) + repr(world.sms(secret))
    assert all(error.__cause__ is None and error.__suppress_context__ for error in raised)
    for private in ("70174", "46123", "468", secret):
        assert private not in told


async def test_many_at_once_are_each_sent_once(world: World) -> None:
    await asyncio.gather(*(world.gateway.send(world.sms(f"nummer {n}", outbox_id=f"{n}")) for n in range(30)))
    await world.carrier.quiet()

    assert sorted(shown["body"] for shown in world.on_phone()) == sorted(f"nummer {n}" for n in range(30))
    assert len(world.bot.calls) == 60
