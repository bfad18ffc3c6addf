"""manifest.yml and the program say the same, and ask for no more than is used."""

import copy
import json
import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from jsonschema import Draft7Validator

from bot.checks import WANTED_SCOPES
from bot.sandbox.world import COMMANDS
from bot.slack.ids import CLOCK_COMMAND, COMMAND, ActionId, CallbackId
from tests.manifest.code import ROOT, CodeUse, buttons_of_notices, code_use, external_selects, named_in_views
from tests.manifest.rules import EVENT_SCOPE, METHOD_SCOPE, SCOPES, problems

MANIFEST: Final = ROOT / "manifest.yml"
SCHEMA: Final = ROOT.parent / "shared" / "manifest.schema.2.0.0.json"

Manifest = dict[str, Any]


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    loaded: Manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def use() -> CodeUse:
    return code_use()


def schema() -> Manifest:
    """Slack's own schema (slackapi/manifest-schema, 2.0.0), which is not part of this repository."""
    path = Path(os.environ.get("MANIFEST_SCHEMA") or SCHEMA)
    if not path.exists():
        pytest.skip(
            f"Slack's schema is not at {path}: fetch schemas/manifest.schema.2.0.0.json from "
            "slackapi/manifest-schema and point MANIFEST_SCHEMA at it"
        )
    loaded: Manifest = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def test_manifest_and_code_agree(manifest: Manifest, use: CodeUse) -> None:
    assert problems(manifest, use) == []


def test_slack_accepts_the_manifest(manifest: Manifest) -> None:
    errors = [f"{error.json_path}: {error.message}" for error in Draft7Validator(schema()).iter_errors(manifest)]
    assert errors == []


def test_each_scope_and_event_says_why(manifest: Manifest) -> None:
    lines = MANIFEST.read_text(encoding="utf-8").splitlines()
    asked = [*manifest["oauth_config"]["scopes"]["bot"], *manifest["settings"]["event_subscriptions"]["bot_events"]]
    for name in asked:
        assert any(re.match(rf"\s+- {re.escape(name)} +# \w.{{10,}}", line) for line in lines), name


def test_the_sandbox_shows_the_same_commands(manifest: Manifest) -> None:
    shown = ("command", "description", "usage_hint")
    assert [{key: c[key] for key in shown} for c in manifest["features"]["slash_commands"]] == COMMANDS


def test_check_wants_the_scopes_of_the_manifest(manifest: Manifest) -> None:
    """`beredskapsbot check` would otherwise refuse an app that was set up from this manifest."""
    assert frozenset(manifest["oauth_config"]["scopes"]["bot"]) == WANTED_SCOPES


# --- the code by itself --------------------------------------------------------


def test_every_listener_was_seen(use: CodeUse) -> None:
    """Nothing is bound past Listeners, which holds what runs after the acknowledgement."""
    assert len(use.listeners) == use.bound


def test_each_id_has_exactly_one_listener_of_its_kind(use: CodeUse) -> None:
    assert [bound for bound, count in Counter(use.listeners).items() if count != 1] == []


def test_every_action_has_a_listener_and_the_reverse(use: CodeUse) -> None:
    assert set(use.ids("action")) == {action.value for action in ActionId}
    assert set(use.ids("action")) == named_in_views(ActionId) | buttons_of_notices()


def test_every_form_has_a_listener_and_the_reverse(use: CodeUse) -> None:
    assert set(use.ids("view")) == {callback.value for callback in CallbackId}
    assert set(use.ids("view")) == named_in_views(CallbackId) == named_in_views(CallbackId, where="submit")
    assert set(use.ids("view_closed")) <= {callback.value for callback in CallbackId}


def test_every_menu_that_asks_for_options_is_answered(use: CodeUse) -> None:
    assert set(use.ids("options")) == external_selects()


def test_the_commands_are_those_in_ids(use: CodeUse) -> None:
    assert use.ids("command") == [COMMAND, CLOCK_COMMAND]


def test_the_code_was_read(use: CodeUse) -> None:
    """The reading itself works: an empty set would agree with everything."""
    assert {"chat_postMessage", "views_open", "conversations_info", "auth_test"} <= use.methods
    assert "conversations_members" in use.methods  # handed on, called elsewhere
    assert use.events == set(EVENT_SCOPE)
    assert use.methods <= set(METHOD_SCOPE)
    assert use.paths == {"/slack/events"}
    assert "open_raw" in buttons_of_notices()


# --- the rules can fail ---------------------------------------------------------


def change(path: str, value: Any) -> Callable[[Manifest], None]:
    """Return what puts `value` at `a.b.0.c`; None takes it away."""

    def changed(manifest: Manifest) -> None:
        *way, last = path.split(".")
        place: Any = manifest
        for key in way:
            place = place[int(key)] if isinstance(place, list) else place[key]
        if value is None:
            del place[last]
        else:
            place[last] = value

    return changed


def scopes(*named: str) -> Callable[[Manifest], None]:
    return change("oauth_config.scopes.bot", list(named))


def events(*named: str) -> Callable[[Manifest], None]:
    return change("settings.event_subscriptions.bot_events", list(named))


def twice(manifest: Manifest) -> None:
    manifest["features"]["slash_commands"] *= 2


USED: Final = ("chat:write", "commands", "im:history", "users:read", "dnd:read", "groups:read")
HANDLED: Final = tuple(EVENT_SCOPE)

BREAKS: Final[list[tuple[str, Callable[[Manifest], None], str]]] = [
    ("misspelt scope", scopes("chat:wrlte", *USED[1:]), "chat:wrlte is not one that we may ask for"),
    ("scope left out", scopes(*USED[:-1]), "groups:read is used and not asked for"),
    ("scope that reads channels", scopes(*USED, "groups:history"), "groups:history is not one"),
    ("scope twice", scopes(*USED, "commands"), "a scope stands twice"),
    ("user scope", change("oauth_config.scopes.user", ["search:read"]), "oauth_config.scopes.user should be None"),
    ("event without scope", scopes("chat:write", "commands", "groups:read"), "message.im needs the scope im:history"),
    ("event nobody handles", events(*HANDLED, "message.groups"), "message.groups is subscribed to"),
    ("event left out", events("message.im"), "app_home_opened is handled and not subscribed to"),
    ("second host", change("settings.interactivity.request_url", "https://annan.example.se/slack/events"), "one host"),
    ("no https", change("features.slash_commands.0.url", "http://beredskap.example.se/slack/events"), "not https"),
    ("path that is not served", change("features.slash_commands.0.url", "https://beredskap.example.se/slack"), "path"),
    ("no command", change("features.slash_commands", None), "/beredskap stands 0 times in the manifest"),
    ("command twice", twice, "/beredskap stands 2 times in the manifest"),
    ("misspelt command", change("features.slash_commands.0.command", "/beredskab"), "0 times in the code"),
    ("no escaping", change("features.slash_commands.0.should_escape", False), "should_escape"),
    ("long name", change("display_information.name", "B" * 36), "the name is missing or longer than 35"),
    ("long description", change("display_information.description", "B" * 141), "longer than 140"),
    ("long command", change("features.slash_commands.0.command", "/" + "b" * 32), "longer than 32"),
    ("no menu address", change("settings.interactivity.message_menu_options_url", None), "no message_menu_options_url"),
    ("messages tab off", change("features.app_home.messages_tab_enabled", False), "messages_tab_enabled"),
    ("read-only tab", change("features.app_home.messages_tab_read_only_enabled", True), "messages_tab_read_only"),
    ("agent view", change("features.agent_view", {"agent_description": "nej"}), "agent_view should be None"),
    ("whole organisation", change("settings.org_deploy_enabled", True), "org_deploy_enabled"),
    ("Socket Mode", change("settings.socket_mode_enabled", True), "socket_mode_enabled"),
    ("token rotation", change("settings.token_rotation_enabled", True), "token_rotation_enabled"),
    ("version 1", change("_metadata.major_version", 1), "major version 2"),
]


@pytest.mark.parametrize(("mutate", "said"), [pytest.param(m, s, id=name) for name, m, s in BREAKS])
def test_a_wrong_manifest_is_found(
    manifest: Manifest, use: CodeUse, mutate: Callable[[Manifest], None], said: str
) -> None:
    changed = copy.deepcopy(manifest)
    mutate(changed)
    assert changed != manifest
    assert any(said in problem for problem in problems(changed, use)), problems(changed, use)


def test_a_scope_that_nothing_uses_is_found(manifest: Manifest, use: CodeUse) -> None:
    without = replace(use, methods=use.methods - {"dnd_info"})

    assert any("dnd:read is asked for, and no code uses it" in problem for problem in problems(manifest, without))


def test_the_schema_finds_what_it_can(manifest: Manifest) -> None:
    changed = copy.deepcopy(manifest)
    changed["settings"]["socket_mode_enable"] = False
    assert not Draft7Validator(schema()).is_valid(changed)


def test_every_scope_we_may_ask_for_has_a_reason() -> None:
    assert all(len(reason) > 5 for reason in SCOPES.values())
    assert {scope for scope in [*EVENT_SCOPE.values(), *METHOD_SCOPE.values()] if scope} <= set(SCOPES)
