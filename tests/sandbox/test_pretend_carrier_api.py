"""Twilio's own client, untouched but for the address, against the pretend Messages resource."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, encode_basic_auth
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from tests.sms.world import ACCOUNT, GUARDIAN, NOW, OURS, TOKEN, YOUTH, World, carrier_world

# Twilio's client logs in with a class that aiohttp is about to drop.
pytestmark = [
    pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'auth' parameter is deprecated:DeprecationWarning"),
]


class LocalClient(Client):
    base_url = ""

    def get_hostname(self, uri: str) -> str:
        return uri.replace("https://api.twilio.com", self.base_url)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with carrier_world() as made:
        yield made


@pytest.fixture
async def make_client(world: World) -> AsyncIterator[Callable[..., Client]]:
    http_client = AsyncTwilioHttpClient()

    def make(account: str = ACCOUNT, token: str = TOKEN) -> Client:
        client = LocalClient(account, token, http_client=http_client)  # type: ignore[no-untyped-call]
        client.base_url = world.base_url
        return client

    yield make
    await http_client.close()  # type: ignore[no-untyped-call]


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Client:
    return make_client()


async def test_a_created_message_is_described_in_full(world: World, client: Client) -> None:
    world.carrier.faults.sms = "stuck"
    message = await client.messages.create_async(to="070-174 06 05", from_=OURS, body="å" * 161)

    assert [str(word) for word in (message.status, message.direction, message.num_segments)] == [
        "queued",
        "outbound-api",
        "2",
    ]
    assert (message.to, message.from_, message.body) == (YOUTH, OURS, "å" * 161)
    assert message.date_created == NOW.replace(microsecond=0)
    assert message.date_sent is None
    assert message.sid is not None
    assert message.uri == f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{message.sid}.json"
    assert len(message.sid) == 34
    await world.carrier.quiet()
    assert (await client.messages(message.sid).fetch_async()).date_sent == NOW.replace(microsecond=0)


@pytest.mark.parametrize(("account", "token"), [(ACCOUNT, "x"), ("AC" + "1" * 32, TOKEN)])
async def test_only_our_account_and_token_are_let_in(
    make_client: Callable[..., Client], account: str, token: str
) -> None:
    messages = make_client(account, token).messages
    with pytest.raises(TwilioException):
        await messages.list_async()
    with pytest.raises(TwilioRestException) as refused:
        await messages.create_async(to=YOUTH, from_=OURS, body="hej")

    assert (refused.value.status, refused.value.code) == (401, 20003)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"from_": OURS, "body": "hej"}, 21604),
        ({"to": YOUTH, "body": "hej"}, 21603),
        ({"to": YOUTH, "from_": OURS}, 21602),
        ({"to": YOUTH, "from_": GUARDIAN, "body": "hej"}, 21606),
        ({"to": "BANKEN", "from_": OURS, "body": "hej"}, 21211),
        ({"to": "+46812345678", "from_": OURS, "body": "hej"}, 21614),
        ({"to": YOUTH, "from_": OURS, "body": "x" * 1601}, 21617),
        ({"to": YOUTH, "from_": OURS, "body": "hej", "status_callback": "ftp://bot.example.se"}, 21609),
        ({"to": YOUTH, "from_": OURS, "body": "hej", "status_callback": "http://["}, 21609),
        ({"to": YOUTH, "from_": OURS, "body": "hej", "validity_period": 0}, 90007),
    ],
)
async def test_what_twilio_refuses_is_refused_with_400(client: Client, fields: dict[str, Any], code: int) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await client.messages.create_async(**{"to": "", **fields})

    assert (refused.value.status, refused.value.code) == (400, code)


async def seed(world: World) -> None:
    """Three days, one sms in and one out at noon of each."""
    for day in range(3):
        await world.carrier.text(YOUTH, f"in {day}", OURS)
        await world.gateway.send(world.sms(f"out {day}", to=GUARDIAN))
        await world.carrier.quiet()
        world.passes(timedelta(days=1))


@pytest.mark.parametrize(
    ("filters", "bodies"),
    [
        ({}, ["out 2", "in 2", "out 1", "in 1", "out 0", "in 0"]),
        ({"to": OURS}, ["in 2", "in 1", "in 0"]),
        ({"from_": OURS}, ["out 2", "out 1", "out 0"]),
        ({"to": YOUTH}, []),
        ({"date_sent": "2026-07-02"}, ["out 1", "in 1"]),
        ({"date_sent_after": "2026-07-02"}, ["out 2", "in 2", "out 1", "in 1"]),
        ({"date_sent_before": "2026-07-02"}, ["out 1", "in 1", "out 0", "in 0"]),
        ({"date_sent_after": "2026-07-02", "to": OURS}, ["in 2", "in 1"]),
        ({"date_sent_after": datetime(2026, 7, 2, 12, 0, 1, tzinfo=UTC)}, ["out 2", "in 2"]),
        ({"date_sent_before": datetime(2026, 7, 2, 12, tzinfo=UTC)}, ["out 1", "in 1", "out 0", "in 0"]),
        ({"date_sent_after": date(2026, 7, 4)}, []),
    ],
)
async def test_the_filters_filter(world: World, client: Client, filters: dict[str, Any], bodies: list[str]) -> None:
    await seed(world)

    assert [message.body for message in await client.messages.list_async(**filters)] == bodies


async def test_a_misspelt_filter_filters_nothing_and_a_bad_date_is_refused(world: World) -> None:
    await seed(world)
    address = world.server.make_url(f"/carrier/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
    async with ClientSession(headers={"Authorization": encode_basic_auth(ACCOUNT, TOKEN)}) as session:
        async with session.get(address, params={"DateSend<": "2026-07-01"}) as answer:
            assert len((await answer.json())["messages"]) == 6
        async with session.get(address, params={"DateSent<": "yesterday"}) as answer:
            assert answer.status == 400


async def test_what_waits_has_no_date_to_filter_by(world: World, client: Client) -> None:
    world.carrier.accept(from_=OURS, to=YOUTH, body="hej", status_callback=None)

    assert len(await client.messages.list_async(to=YOUTH)) == 1
    assert not await client.messages.list_async(to=YOUTH, date_sent_after="2026-07-01")


@pytest.mark.parametrize("page_size", [1, 2, 3, 6, 7, 2000])
async def test_pages_add_up(world: World, client: Client, page_size: int) -> None:
    await seed(world)

    found = await client.messages.list_async(page_size=page_size)

    assert [message.body for message in found] == ["out 2", "in 2", "out 1", "in 1", "out 0", "in 0"]


async def test_a_newcomer_pushes_nothing_past_the_reader(world: World, client: Client) -> None:
    await seed(world)
    first = await client.messages.page_async(page_size=2)
    await world.carrier.text(YOUTH, "new", OURS)

    second = await first.next_page_async()

    assert second is not None
    assert [message.body for message in second] == ["out 1", "in 1"]
    assert second.previous_page_url is not None


async def test_a_text_is_redacted_and_a_message_deleted_once_finished(world: World, client: Client) -> None:
    world.carrier.faults.sms = "stuck"
    message = await client.messages.create_async(to=YOUTH, from_=OURS, body="hej")
    await world.carrier.quiet()
    sid = str(message.sid)
    for early in (client.messages(sid).update_async(body=""), client.messages(sid).delete_async()):
        with pytest.raises(TwilioRestException) as refused:
            await early
        assert refused.value.code == 20009

    await world.carrier.report(sid, "delivered")

    assert (await client.messages(sid).update_async(body="")).body == ""
    assert await client.messages(sid).delete_async()
    with pytest.raises(TwilioRestException) as gone:
        await client.messages(sid).fetch_async()
    assert (gone.value.status, gone.value.code) == (404, 20404)
    assert not world.on_phone()


async def test_a_body_cannot_be_rewritten(world: World, client: Client) -> None:
    message = await client.messages.create_async(to=YOUTH, from_=OURS, body="hej")
    await world.carrier.quiet()

    with pytest.raises(TwilioRestException):
        await client.messages(str(message.sid)).update_async(body="något annat")


async def test_the_fragment_of_a_callback_is_neither_sent_nor_signed(world: World, client: Client) -> None:
    address = "https://bot.example.se/twilio/status?outbox=1%2F2&b=#rc=5&rp=all"
    await client.messages.create_async(to=YOUTH, from_=OURS, body="hej", status_callback=address)
    await world.carrier.quiet()

    assert {call.path for call in world.bot.calls} == {"/twilio/status?outbox=1%2F2&b="}
    assert all(call.is_genuine for call in world.bot.calls)
