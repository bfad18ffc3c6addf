"""How fast we go towards Slack: 429 is obeyed, what is urgent goes first, and nothing is pushed back for ever."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import served
from bot.domain.errand import Errand, TooLateToLeave, on
from bot.domain.outbound import PACED
from bot.domain.sending import SendPostponed, SendUncertain
from bot.slack import gateway
from bot.slack.gateway import BURST, UPDATE_BURST, SlackChat
from bot.slack.pace import RATELIMITED, Pace
from tests.conftest import FRIDAY_EVENING
from tests.frozen import FrozenClock

SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(FRIDAY_EVENING)


def taken(pace: Pace, what: str = "D1", *, is_urgent: bool = False, burst: int = 4) -> timedelta | None:
    """Take a token; return how long to wait for it when there is none."""
    try:
        pace.take(what, per_s=1, burst=burst, is_urgent=is_urgent)
    except SendPostponed as later:
        return later.wait if later.reason == PACED else None
    return None


def test_the_last_token_is_kept_for_what_is_urgent(clock: FrozenClock) -> None:
    pace = Pace(clock)
    assert [taken(pace) for _ in range(4)] == [None, None, None, SECOND]
    assert taken(pace, is_urgent=True) is None
    assert taken(pace, is_urgent=True) == SECOND


def test_a_queue_of_the_ordinary_never_takes_what_an_urgent_one_needs(clock: FrozenClock) -> None:
    """However long the queue, an urgent card leaves at once; and the ordinary go on, one a second."""
    pace = Pace(clock)
    ordinary = 0
    for _ in range(60):
        clock.passes(SECOND)
        ordinary += sum(taken(pace) is None for _ in range(10))
        assert taken(pace, "D1", is_urgent=False) is not None
    assert taken(pace, is_urgent=True) is None
    assert ordinary >= 60


def test_who_waits_for_the_pace_waits_no_longer_the_second_time(clock: FrozenClock) -> None:
    pace = Pace(clock)
    for _ in range(4):
        assert taken(pace, is_urgent=True) is None
    for _ in range(5):
        wait = taken(pace, is_urgent=True)
        assert wait is not None
        assert wait <= SECOND
        clock.passes(wait)
        assert taken(pace, is_urgent=True) is None


def test_each_who_waits_gets_a_turn_of_their_own(clock: FrozenClock) -> None:
    """Or all that wait would come back for each token, and all but one in vain."""
    pace = Pace(clock)
    while taken(pace) is None:
        pass
    waits = [taken(pace) for _ in range(40)]
    assert waits[:3] == [2 * SECOND, 3 * SECOND, 4 * SECOND]
    assert waits[-1] == 21 * SECOND
    pace.take("D1", per_s=1, burst=4, is_urgent=True)
    assert taken(pace, is_urgent=True) == SECOND  # behind nobody who is less urgent

    clock.passes(60 * SECOND)
    assert taken(pace) is None


def paused(pace: Pace, method: str, place: str) -> timedelta | None:
    try:
        pace.require_no_pause(method, place, is_urgent=True)
    except SendPostponed as later:
        return later.wait if later.reason == RATELIMITED else None
    return None


def test_a_429_pauses_its_method_and_place_and_no_other(clock: FrozenClock) -> None:
    pace = Pace(clock)
    pace.told_to_wait("chat.postMessage", "D1", 30 * SECOND, is_by_place=True)

    clock.passes(SECOND)
    assert paused(pace, "chat.postMessage", "D1") == 29 * SECOND
    assert paused(pace, "chat.postMessage", "D2") is None
    assert paused(pace, "chat.update", "D1") is None
    clock.passes(29 * SECOND)
    assert paused(pace, "chat.postMessage", "D1") is None


def test_a_second_place_that_is_limited_meanwhile_means_the_whole_workspace(clock: FrozenClock) -> None:
    pace = Pace(clock)
    pace.told_to_wait("chat.postMessage", "D1", 30 * SECOND, is_by_place=True)
    pace.told_to_wait("chat.postMessage", "D2", 10 * SECOND, is_by_place=True)

    assert paused(pace, "chat.postMessage", "D3") == 10 * SECOND
    assert paused(pace, "chat.update", "D3") is None
    clock.passes(10 * SECOND)
    assert paused(pace, "chat.postMessage", "D3") is None
    assert paused(pace, "chat.postMessage", "D1") == 20 * SECOND


def test_after_a_429_of_a_method_that_is_counted_for_the_workspace_we_go_slowly_for_a_while(clock: FrozenClock) -> None:
    """Else all that has waited would leave in the same moment, and be refused again, the urgent with it."""
    pace = Pace(clock)
    pace.told_to_wait("chat.update", "D1", 10 * SECOND, is_by_place=False)
    clock.passes(10 * SECOND)

    def calls(seconds: int, *, is_urgent: bool) -> int:
        through = 0
        for n in range(seconds * 10):
            clock.passes(SECOND / 10)
            with suppress(SendPostponed):
                pace.require_no_pause("chat.update", f"D{n}", is_urgent=is_urgent)
                through += 1
        return through

    assert 16 <= calls(20, is_urgent=False) <= 19
    pace.require_no_pause("chat.update", "D0", is_urgent=True)
    clock.passes(60 * SECOND)
    assert calls(2, is_urgent=False) == 20


def test_what_is_full_again_is_forgotten(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.slack.pace.MOST_BUCKETS", 10)
    pace = Pace(clock)
    for n in range(30):
        taken(pace, f"D{n}")
        clock.passes(30 * SECOND)
    assert len(pace._buckets) <= 12


class Slack:
    """Answers as the test says, and counts."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.refuses: Iterator[tuple[int, dict[str, str], Any]] = iter(())

    async def answer(self, request: web.Request) -> web.Response:
        given = {**request.query, **(await request.post()), **(await request.json() if _is_json(request) else {})}
        method, channel = request.match_info["method"], str(given.get("channel", ""))
        self.calls.append((method, channel))
        status, headers, body = next(
            self.refuses, (200, {}, {"ok": True, "channel": channel, "ts": f"{len(self.calls)}.1"})
        )
        if isinstance(body, str):
            return web.Response(text=body, status=status, content_type="text/html")
        return web.json_response(body, status=status, headers=headers)


def _is_json(request: web.Request) -> bool:
    return request.content_type == "application/json"


LIMITED = (429, {"Retry-After": "7"}, {"ok": False, "error": "ratelimited"})


@asynccontextmanager
async def chat(clock: FrozenClock) -> AsyncIterator[tuple[SlackChat, Slack]]:
    slack, app = Slack(), web.Application()
    app.router.add_route("*", "/api/{method}", slack.answer)
    async with served(app, "127.0.0.1", 0) as port, ClientSession() as session:
        client = AsyncWebClient(
            token="xoxb-1", base_url=f"http://127.0.0.1:{port}/api/", session=session, retry_handlers=[]
        )
        yield SlackChat(client, None, clock, bot_user_id="U0BOT"), slack  # type: ignore[arg-type]


MESSAGE: dict[str, Any] = {"text": "Hej", "blocks": []}


async def test_retry_after_is_waited_for_before_the_next_call(clock: FrozenClock) -> None:
    async with chat(clock) as (gateway_, slack):
        slack.refuses = iter([LIMITED])
        with pytest.raises(SendPostponed) as first:
            await gateway_._post("D1", MESSAGE, 1)
        assert first.value.wait == 7 * SECOND
        clock.passes(3 * SECOND)
        with pytest.raises(SendPostponed) as second:
            await gateway_._post("D1", MESSAGE, 1)
        assert second.value.wait == 4 * SECOND
        await gateway_._post("D2", MESSAGE, 2)
        clock.passes(4 * SECOND)
        await gateway_._post("D1", MESSAGE, 1)

        assert [channel for _, channel in slack.calls] == ["D1", "D2", "D1"]


async def test_a_pause_costs_no_tokens(clock: FrozenClock) -> None:
    """When the time has come, what has waited may leave in a burst."""
    async with chat(clock) as (gateway_, slack):
        slack.refuses = iter([LIMITED])
        for _ in range(20):
            with pytest.raises(SendPostponed):
                await gateway_._post("D1", MESSAGE, 1)
        clock.passes(7 * SECOND)
        for _ in range(BURST):
            await gateway_._post("D1", MESSAGE, 1)


async def test_one_message_is_updated_a_few_times_at_once_and_then_once_a_second(clock: FrozenClock) -> None:
    async with chat(clock) as (gateway_, slack):
        for _ in range(UPDATE_BURST):
            await gateway_._update("D1", "1.1", MESSAGE)
        with pytest.raises(SendPostponed) as later:
            await gateway_._update("D1", "1.1", MESSAGE)
        assert (later.value.reason, later.value.wait) == (PACED, SECOND)
        await gateway_._update("D1", "2.1", MESSAGE)
        assert len(slack.calls) == UPDATE_BURST + 1


@pytest.mark.parametrize("what", ["post", "update", "withdraw"])
async def test_what_is_too_late_does_not_leave(clock: FrozenClock, what: str) -> None:
    """Asked at the last moment: a sender that was frozen past its lease wakes up, and nothing reaches Slack."""
    async with chat(clock) as (gateway_, slack):

        async def does() -> object:
            if what == "post":
                return await gateway_._post("D1", MESSAGE, 1)
            if what == "update":
                await gateway_._update("D1", "1.1", MESSAGE)
                return None
            await gateway_.withdraw("D1", "1.1")
            return None

        with on(Errand(lambda: False)) as late, pytest.raises(TooLateToLeave):
            await does()
        assert not late.has_left
        assert slack.calls == []
        with on(Errand(lambda: True)) as errand:
            await does()
        assert errand.has_left
        assert len(slack.calls) == 1


async def test_a_look_is_no_leaving(clock: FrozenClock) -> None:
    async with chat(clock) as (gateway_, _):
        with on(Errand(lambda: False)) as errand:
            assert await gateway_.find("D1", 1, clock.now(), None) is None
        assert not errand.has_left


async def test_a_call_that_takes_too_long_is_uncertain(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "CALL_WITHIN", 0)
    async with chat(clock) as (gateway_, _):
        with on(Errand(lambda: True)) as errand, pytest.raises(SendUncertain):
            await gateway_._post("D1", MESSAGE, 1)
        assert errand.has_left


@pytest.mark.parametrize("status", [404, 502])
async def test_a_proxy_that_answers_in_slacks_place_leaves_us_uncertain(clock: FrozenClock, status: int) -> None:
    async with chat(clock) as (gateway_, slack):
        slack.refuses = iter([(status, {}, "<html>Bad gateway</html>")])
        with pytest.raises(SendUncertain):
            await gateway_._post("D1", MESSAGE, 1)
