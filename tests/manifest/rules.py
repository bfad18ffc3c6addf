"""What Slack's own schema does not notice: a manifest that disagrees with the program, or asks for too much."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from tests.manifest.code import CodeUse

SCOPES: Final = {  # all that we may ever ask for, and why (facts: slack, section 16)
    "chat:write": "post, update and withdraw our own messages",
    "commands": "/beredskap and /frist",
    "im:history": "message.im, and looking in a DM for a post of ours that is uncertain",
    "groups:read": "refuse a team channel that is public, shared or general, and hand over only before the team",
    "users:read": "before a shift: is the account of whoever has it active, and no guest's",
    "dnd:read": "before a shift: warn that Do Not Disturb will be on",
}
EVENT_SCOPE: Final[dict[str, str | None]] = {
    "message.im": "im:history",
    "app_home_opened": None,
    "app_uninstalled": None,
    "tokens_revoked": None,
    "user_change": "users:read",
}
METHOD_SCOPE: Final[dict[str, str | None]] = {
    "auth_test": None,
    "chat_delete": "chat:write",
    "chat_postMessage": "chat:write",
    "chat_update": "chat:write",
    "conversations_history": "im:history",  # DMs only; see SlackChat.find
    "conversations_info": "groups:read",  # team channels are private
    "conversations_members": "groups:read",
    "conversations_replies": "im:history",
    "dnd_info": "dnd:read",
    "users_info": "users:read",
    "views_open": None,
    "views_publish": None,
    "views_push": None,
    "views_update": None,
}
SETTLED: Final = {  # decided once; a change wants a decision, not a click
    "features.app_home.home_tab_enabled": True,
    "features.app_home.messages_tab_enabled": True,
    "features.app_home.messages_tab_read_only_enabled": False,
    "settings.interactivity.is_enabled": True,
    "settings.org_deploy_enabled": False,
    "settings.socket_mode_enabled": False,
    "settings.token_rotation_enabled": False,
    "features.agent_view": None,
    "features.assistant_view": None,
    "oauth_config.scopes.user": None,
    "oauth_config.scopes.user_optional": None,
    "oauth_config.scopes.bot_optional": None,
    "settings.event_subscriptions.user_events": None,
}
NAME, DESCRIPTION, COMMAND = 35, 140, 32  # characters


def problems(manifest: dict[str, Any], use: CodeUse) -> list[str]:
    """Return what is wrong, as sentences; an empty list when manifest and code agree."""
    return [
        *_settled(manifest),
        *_lengths(manifest),
        *_urls(manifest, use),
        *_scopes(manifest, use),
        *_events(manifest, use),
        *_commands(manifest, use),
        *_options(manifest, use),
    ]


def at(manifest: dict[str, Any], path: str) -> Any:
    """Return what stands at `a.b.c`, None when there is nothing."""
    found: Any = manifest
    for key in path.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _settled(manifest: dict[str, Any]) -> Iterator[str]:
    if at(manifest, "_metadata.major_version") != 2:
        yield "the manifest is not of major version 2"
    for path, value in SETTLED.items():
        if at(manifest, path) != value:
            yield f"{path} should be {value}"


def _lengths(manifest: dict[str, Any]) -> Iterator[str]:
    texts = [
        ("name", at(manifest, "display_information.name"), NAME),
        ("display name", at(manifest, "features.bot_user.display_name"), NAME),
        ("description", at(manifest, "display_information.description"), DESCRIPTION),
    ]
    for command in at(manifest, "features.slash_commands") or []:
        texts.append(("command", command.get("command"), COMMAND))
        texts.append(("command's description", command.get("description"), DESCRIPTION))
        texts.append(("usage hint", command.get("usage_hint"), DESCRIPTION))
    for what, text, most in texts:
        if not text or len(text) > most:
            yield f"the {what} is missing or longer than {most} characters"


def urls_of(manifest: dict[str, Any]) -> dict[str, str | None]:
    """Return every address that Slack calls, by where it stands."""
    found: dict[str, str | None] = {
        path: at(manifest, path)
        for path in (
            "settings.event_subscriptions.request_url",
            "settings.interactivity.request_url",
            "settings.interactivity.message_menu_options_url",
        )
    }
    for command in at(manifest, "features.slash_commands") or []:
        found[f"url of {command.get('command')}"] = command.get("url")
    return found


def _urls(manifest: dict[str, Any], use: CodeUse) -> Iterator[str]:
    urls = urls_of(manifest)
    for where, url in urls.items():
        parts = urlsplit(url or "")
        if parts.scheme != "https":
            yield f"{where} is not https"
        if parts.path not in use.paths:
            yield f"{where} is no path that the program serves"
    if len({urlsplit(url or "").netloc for url in urls.values()}) > 1:
        yield "the addresses have more than one host"


def _scopes(manifest: dict[str, Any], use: CodeUse) -> Iterator[str]:
    asked = at(manifest, "oauth_config.scopes.bot") or []
    if len(set(asked)) != len(asked):
        yield "a scope stands twice"
    for method in sorted(use.methods - set(METHOD_SCOPE)):
        yield f"the code calls {method}, which nobody has given a scope in tests/manifest/rules.py"
    needed = {METHOD_SCOPE.get(method) for method in use.methods} | {EVENT_SCOPE.get(event) for event in use.events}
    if use.ids("command"):
        needed.add("commands")
    for scope in sorted(set(asked) - set(SCOPES)):
        yield f"the scope {scope} is not one that we may ask for"
    for scope in sorted((set(asked) & set(SCOPES)) - needed):
        yield f"the scope {scope} is asked for, and no code uses it"
    for scope in sorted(s for s in needed if s is not None and s not in asked):
        yield f"the scope {scope} is used and not asked for"


def _events(manifest: dict[str, Any], use: CodeUse) -> Iterator[str]:
    subscribed = set(at(manifest, "settings.event_subscriptions.bot_events") or [])
    for event in sorted(subscribed - use.events):
        yield f"the event {event} is subscribed to, and no code handles it"
    for event in sorted(use.events - subscribed):
        yield f"the event {event} is handled and not subscribed to"
    for event in sorted(subscribed):
        if event not in EVENT_SCOPE:
            yield f"the event {event} has no scope in tests/manifest/rules.py"
        elif (scope := EVENT_SCOPE[event]) is not None and scope not in (at(manifest, "oauth_config.scopes.bot") or []):
            yield f"the event {event} needs the scope {scope}"


def _commands(manifest: dict[str, Any], use: CodeUse) -> Iterator[str]:
    listed = at(manifest, "features.slash_commands") or []
    names = Counter(str(command.get("command")) for command in listed)
    bound = Counter(use.ids("command"))
    for name in sorted(set(names) | set(bound)):
        if (names[name], bound[name]) != (1, 1):
            yield f"the command {name} stands {names[name]} times in the manifest and {bound[name]} times in the code"
    for command in listed:
        if command.get("should_escape") is not True:
            yield f"the command {command.get('command')} should have should_escape: true"


def _options(manifest: dict[str, Any], use: CodeUse) -> Iterator[str]:
    url = at(manifest, "settings.interactivity.message_menu_options_url")
    if use.ids("options") and not url:
        yield "menus ask for options and there is no message_menu_options_url"
    if url and not use.ids("options"):
        yield "there is a message_menu_options_url and no menu asks for options"
