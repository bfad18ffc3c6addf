"""What the program asks of Slack, read from the program itself."""

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final, cast
from unittest.mock import patch

from prometheus_client import CollectorRegistry
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import machine_now
from bot.domain.calendar import local
from bot.domain.digest import LookBack
from bot.domain.people import LinkRole
from bot.services.context import Context
from bot.settings import Settings, load
from bot.slack.views import forms
from bot.slack.views.background import background_pick_modal
from bot.slack.views.conversation import loading_modal
from bot.slack.views.look_back import look_back_modal
from bot.texts import Texts
from handlers import inbox_rows
from handlers.counters import Counters
from handlers.slack import app as slack_app
from handlers.slack.listeners import Background, Listeners
from storage.vault import generate_key

ROOT: Final = Path(__file__).parents[2]
VIEWS: Final = ROOT / "bot" / "slack" / "views"


@dataclass(frozen=True, slots=True)
class CodeUse:
    """What the code binds, handles and calls."""

    listeners: tuple[tuple[str, str], ...]  # kind and id, in the order in which they are bound
    bound: int  # listeners that Bolt itself counts
    events: frozenset[str]
    methods: frozenset[str]  # of the Web API
    paths: frozenset[str]

    def ids(self, kind: str) -> list[str]:
        return [name for of_kind, name in self.listeners if of_kind == kind]


class _Recorder:
    """Binds as the app would, and remembers what was bound."""

    def __init__(self, app: AsyncApp, seen: list[tuple[str, str]]) -> None:
        self._app = app
        self._seen = seen

    def __getattr__(self, kind: str) -> Any:
        def bind(listener_id: str) -> Any:
            self._seen.append((kind, listener_id))
            return getattr(self._app, kind)(listener_id)

        return bind


def code_use() -> CodeUse:
    """Build the Bolt app with the bot's own factory, and read the rest from the source."""
    seen: list[tuple[str, str]] = []

    def listeners(app: AsyncApp, background: Background, trial: Texts | None) -> Listeners:
        return Listeners(cast("AsyncApp", _Recorder(app, seen)), background, trial)

    with patch.object(slack_app, "Listeners", listeners):
        app = slack_app.build_bolt(
            example_settings(),
            AsyncWebClient(),
            cast("Context", None),  # services ask for it when they run; here none does
            Counters(CollectorRegistry()),
            Background(),
        )
    return CodeUse(
        listeners=tuple(seen),
        bound=len(app._async_listeners),
        events=frozenset(_events_of(inspect.getsource(inbox_rows.digest_slack))),
        methods=frozenset(_methods()),
        paths=frozenset(route.path for route in slack_app.slack_routes(app, "0" * 32)),
    )


def example_settings() -> Settings:
    """Settings as the examples give them; the secrets are made up."""
    return load(
        environment={
            "slack_bot_token": "xoxb-not-a-token",
            "slack_signing_secret": "not-a-secret",
            "twilio_account_sid": "AC" + "0" * 32,
            "twilio_auth_token": "not-a-token-either",
            "public_base_url": "https://beredskap.example.se",
            "encryption_keys": generate_key(),
            "beredskap_config": ROOT / "beredskap.example.toml",
        }
    )


def external_selects() -> set[str]:
    """Return the action ids of the menus in our forms whose options Slack asks us for."""
    texts, pairs = Texts(), [("a", "A")]
    views = [
        forms.new_text_modal(texts, "key", is_trial=True),
        forms.hand_over_modal(texts, "id", pairs),
        forms.link_modal(texts, "id", pairs),
        forms.link_modal(texts, "id", [(str(n), f"Namn {n}") for n in range(forms.MOST_OPTIONS + 1)]),
        *(forms.enrol_modal(texts, "key", pairs, pairs, what) for what in LinkRole),
        loading_modal(texts, "id"),
        background_pick_modal(texts),
        look_back_modal(_nothing_to_look_back_at(), texts, machine_now()),
    ]
    return {str(piece["action_id"]) for piece in pieces(views) if piece.get("type") == "external_select"}


def _nothing_to_look_back_at() -> LookBack:
    return LookBack(
        namnd="norrvik",
        namnd_name="Norrvik",
        namnder=(("norrvik", "Norrvik"),),
        youth=None,
        until=local(machine_now()).date(),
        digests=(),
        lines=(),
        has_more=False,
    )


def named_in_views(ids: type[Enum], *, where: str = "") -> set[str]:
    """Return the members of `ids` that our views name, as values.

    With `where` only those within calls that are given an argument of that name: `submit` leaves out the modals that
    nobody can submit.
    """
    found = set()
    for path in VIEWS.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        within = [tree] if not where else [call for call in ast.walk(tree) if _is_given(call, where)]
        for node in (node for part in within for node in ast.walk(part)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == ids.__name__:
                found.add(str(ids[node.attr].value))
    return found


def buttons_of_notices() -> set[str]:
    """Return the action ids of the buttons under what staff are told in DM; services name them by value."""
    return {
        str(keyword.value.value)
        for path in (ROOT / "bot" / "services").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "button" and isinstance(keyword.value, ast.Constant)
    }


def _is_given(node: ast.AST, argument: str) -> bool:
    return isinstance(node, ast.Call) and any(keyword.arg == argument for keyword in node.keywords)


def pieces(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping within `value`, itself included."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from pieces(item)


def _events_of(source: str) -> Iterator[str]:
    """Yield what `event.get("type")` is compared with; `channel_type` in the same condition is its suffix."""
    for test in (node.test for node in ast.walk(ast.parse(source)) if isinstance(node, ast.If)):
        compared = {
            key: words
            for node in ast.walk(test)
            if isinstance(node, ast.Compare) and (key := _asked_for(node.left)) is not None
            for words in [[c.value for c in ast.walk(node.comparators[0]) if isinstance(c, ast.Constant)]]
        }
        for word in compared.get("type", []):
            yield ".".join([str(word), *map(str, compared.get("channel_type", []))])


def _asked_for(node: ast.expr) -> str | None:
    """Return "type" for `event.get("type")`, also within `str(...)`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        key = node.args[0]
        return str(key.value) if isinstance(key, ast.Constant) else None
    return None


def _methods() -> Iterator[str]:
    """Yield the Web API methods of something called `client` that are called, or handed on to be called.

    The sandbox plays the other side.
    """
    for folder in ("bot", "handlers", "scheduler"):
        for path in (ROOT / folder).rglob("*.py"):
            if "sandbox" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute):
                    owner = ast.unparse(node.value).rsplit(".", 1)[-1]
                    if owner.endswith("client") and inspect.iscoroutinefunction(
                        getattr(AsyncWebClient, node.attr, None)
                    ):
                        yield node.attr
