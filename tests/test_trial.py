"""A trial says so on every surface, and reaches nobody but those on the list."""

import ast
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import ClientSession

from bot.domain.rules import Rules
from bot.domain.sending import OutgoingCall, OutgoingSms, SendRejected
from bot.ports import Calls, Sms
from bot.rota_page import month_page
from bot.services.rota.feed import make_feed, read_feed
from bot.slack.trial import bannered, bannered_message, bannered_view
from bot.sms.trial import TrialCarrier
from bot.texts import Texts
from handlers.slack.trial import in_trial
from tests.acceptance.night import NORRVIK, a_night

ROOT = Path(__file__).parent.parent
TEXTS = Texts()
BANNER = TEXTS.staff("trial.banner")
LISTED, OTHER = "+46701740605", "+46701740606"
ANNAS, BOS = "+46701740680", "+46701740681"
SHOWS = {"chat_postMessage", "chat_update", "views_update", "views_publish", "views_open", "views_push"}
SHOWS |= {"chat_postEphemeral", "chat_scheduleMessage", "files_upload_v2", "chat_meMessage"}


# --- every way out to Slack is one of these ---


def calls_in(path: Path) -> dict[str, set[str]]:
    """Return what is called on a client to show something, by the function that it stands in."""
    found: dict[str, set[str]] = {}
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(function, ast.AsyncFunctionDef | ast.FunctionDef):
            names = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
            found[function.name] = names
    return {name: names & SHOWS for name, names in found.items() if names & SHOWS}


def test_whatever_leaves_the_gateway_goes_by_the_banner() -> None:
    source = (ROOT / "bot/slack/gateway.py").read_text(encoding="utf-8")

    assert calls_in(ROOT / "bot/slack/gateway.py") == {
        "_update": {"chat_update"},
        "_update_view": {"views_update"},
        "publish_home": {"views_publish"},
        "_post": {"chat_postMessage"},
    }
    assert source.count("self._said(message)") == 2
    assert source.count("self._drawn(") == 2


def test_nobody_else_speaks_to_slack_but_listeners() -> None:
    """And these open modals only, with the client that Listeners has given them."""
    others = [p for d in ("bot", "handlers", "scheduler") for p in (ROOT / d).rglob("*.py") if "sandbox" not in p.parts]
    found = {p.relative_to(ROOT): set().union(*calls_in(p).values()) for p in others if calls_in(p)}
    found.pop(Path("bot/slack/gateway.py"))

    assert {path.parts[:2] for path in found} == {("handlers", "slack")}
    assert set().union(*found.values()) <= {"views_open", "views_push", "views_update"}


class Remembers:
    def __init__(self) -> None:
        self.shown: list[dict[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        def call(**given: Any) -> Awaitable[Any]:
            self.shown.append(given)
            return _nothing()

        return call


async def _nothing() -> dict[str, Any]:
    return {}


@pytest.mark.parametrize("how", ["views_open", "views_push", "views_update"])
async def test_a_modal_of_a_listener_says_so(how: str) -> None:
    client = Remembers()
    given = in_trial({"client": client, "body": {}}, TEXTS)

    await getattr(given["client"], how)(trigger_id="t", view={"type": "modal", "blocks": [{"type": "divider"}]})

    [shown] = client.shown
    assert shown["trigger_id"] == "t"
    assert shown["view"]["blocks"][0]["elements"][0]["text"] == BANNER
    assert given["body"] == {}


@pytest.mark.parametrize("name", ["ack", "respond", "say"])
@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "update", "view": {"type": "modal", "blocks": []}},
        {"text": "Klart.", "response_type": "ephemeral"},
        {"text": "Klart.", "blocks": [{"type": "divider"}]},
    ],
)
async def test_an_answer_of_a_listener_says_so(name: str, answer: dict[str, Any]) -> None:
    said: list[dict[str, Any]] = []

    async def ack(**given: Any) -> None:
        said.append(given)

    await in_trial({name: ack}, TEXTS)[name](**answer)

    assert BANNER in str(said)


async def test_an_answer_that_says_nothing_is_left_alone() -> None:
    said: list[dict[str, Any]] = []

    async def ack(**given: Any) -> None:
        said.append(given)

    await in_trial({"ack": ack}, TEXTS)["ack"](response_action="errors", errors={"a": "b"})

    assert said == [{"response_action": "errors", "errors": {"a": "b"}}]


def test_it_stands_once_and_nothing_grows_too_long() -> None:
    many = [{"type": "divider"} for _ in range(100)]

    assert len(bannered(many, TEXTS)) == 100
    assert bannered(bannered(many, TEXTS), TEXTS) == bannered(many, TEXTS)
    assert len(bannered_message({"text": "a", "blocks": many[:50]}, TEXTS)["blocks"]) == 50
    assert bannered_view({"type": "home"}, TEXTS)["blocks"][0]["elements"][0]["text"] == BANNER


# --- a whole evening ---


async def test_an_evening_of_trial(tmp_path: Path, database_url: str) -> None:
    """Whatever is shown says so; whoever is not on the list is neither answered nor texted, and the card says why."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00", trial=(LISTED, ANNAS), escalates=True) as night:
        anna = await night.hires("Anna Ek", NORRVIK, phone=ANNAS)
        bo = await night.hires("Bo Lund", NORRVIK, phone=BOS)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", LISTED, NORRVIK)
        liam, _ = await night.enrols("Liam Ask", OTHER, NORRVIK)
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        await night.on_beredskap(bo, "2026-11-20 16:00", "2026-11-20 22:00")
        for phone in (ANNAS, BOS):
            night.phone(phone)
        await nova.texts("kan nån ringa")
        await liam.texts("hallå")
        assert nova.inbox()
        assert liam.inbox() == []
        await night.minutes_pass(30)
        assert night.phone(ANNAS).inbox()
        assert all("[Provdrift]" in message["body"] for message in night.phone(ANNAS).inbox())
        assert night.phone(BOS).inbox() == []

        await anna.opens_home()
        await anna.commands()
        await anna.commands("nytt")
        await anna.closes_modal()
        for card in anna.cards():
            await anna.opens(card)
            await anna.closes_modal()
        await anna.commands("logg")
        shown = [record for record in night.sandbox.slack.recorder if "blocks" in str(record.decoded)]
        methods = {record.method for record in shown}
        assert {"chat.postMessage", "views.open", "views.update", "views.publish"} <= methods
        for record in shown:
            assert record.contains(BANNER), f"{record.method}: {str(record.decoded)[:300]}"
        address = await make_feed(anna.user, ctx=night.sandbox.bot.ctx)  # type: ignore[union-attr]
        async with ClientSession() as session, session.get(address) as answer:
            assert "SUMMARY:[Provdrift]" in await answer.text()
        async with ClientSession() as session, session.get(f"{address.partition('/kalender')[0]}/reserv") as answer:
            assert "Provdrift" in await answer.text()
        assert await read_feed("x" * 22, ctx=night.sandbox.bot.ctx) is None  # type: ignore[union-attr]


def test_a_printed_month_says_so() -> None:
    page = month_page(date(2026, 11, 1), [], str, datetime(2026, 11, 1, tzinfo=UTC), TEXTS.staff("reserve.trial"))

    assert "Provdrift" in page


# --- who is reached ---


class Carrier:
    """Takes whatever it is given."""

    def __init__(self) -> None:
        self.reached: list[str] = []

    async def send(self, sms: OutgoingSms) -> None:
        self.reached.append(sms.to)

    async def call(self, call: OutgoingCall) -> None:
        self.reached.append(call.to)


def sms_to(number: str) -> OutgoingSms:
    return OutgoingSms("1", number, "+46701740699", "hej", "http://127.0.0.1/", 60)


def call_to(number: str) -> OutgoingCall:
    return OutgoingCall("1", number, "+46701740699", "hej", "", "http://127.0.0.1/", "http://127.0.0.1/", 20)


async def test_nobody_outside_the_list_is_texted_or_called() -> None:
    rules = replace(Rules({}, {}, ()), is_trial=True, trial_numbers=frozenset({LISTED}))
    real = Carrier()
    carrier = TrialCarrier(cast(Sms, real), cast(Calls, real), rules)

    await carrier.send(sms_to(LISTED))
    await carrier.call(call_to(LISTED))
    for refused in (carrier.send(sms_to(OTHER)), carrier.call(call_to(OTHER))):
        with pytest.raises(SendRejected) as why:
            await refused
        assert why.value.reason == "outside_trial"
    assert real.reached == [LISTED, LISTED]


def test_every_text_and_call_leaves_by_that_door() -> None:
    """Nothing but the context holds the carrier, and nothing but deliveries and look-ups ask it."""
    senders = [
        p.relative_to(ROOT).as_posix()
        for p in (ROOT / "bot" / "services").rglob("*.py")
        if "ctx.sms.send(" in p.read_text(encoding="utf-8") or "ctx.calls.call(" in p.read_text(encoding="utf-8")
    ]
    app = (ROOT / "bot/app.py").read_text(encoding="utf-8")

    assert senders
    assert "sms=carrier,\n        calls=carrier,\n" in app
    for path in (ROOT / "handlers").rglob("*.py"):
        assert ".sms.send(" not in path.read_text(encoding="utf-8")
