"""auth.*, users.*, dnd.*, apps.*, blocks.validate: who is who, and is the line alive. facts/slack.md section 7."""

from typing import Final

from . import payloads
from .arguments import Arguments
from .blocks import complaints_about
from .errors import ApiError
from .methods import Method, Scopes
from .socket_mode import SocketMode
from .state import Json, User, Workspace
from .view_rules import check_view

EMAIL_SCOPE: Final = "users:read.email"


class People:
    """Methods about users, and the few about the app itself."""

    def __init__(self, *, workspace: Workspace, scopes: Scopes, socket: SocketMode) -> None:
        self._workspace = workspace
        self._scopes = scopes
        self._socket = socket
        self.methods = {
            "api.test": Method(self.api_test, caller="anybody"),
            "auth.test": Method(self.auth_test),
            "users.info": Method(self.info, "users:read", 4),
            "users.list": Method(self.list_all, "users:read", 2),
            "users.lookupByEmail": Method(self.lookup_by_email, EMAIL_SCOPE, 3),
            "dnd.info": Method(self.dnd_info, "dnd:read", 3),
            "apps.connections.open": Method(self.connections_open, caller="app"),
            "blocks.validate": Method(self.validate, caller="anybody"),
        }

    def api_test(self, args: Arguments) -> Json:
        """api.test: echoes; fails when asked to."""
        if args.text("error"):
            raise ApiError(args.text("error"), args=args.given)
        return {"args": args.given}

    def auth_test(self, args: Arguments) -> Json:
        """auth.test: who the token is."""
        workspace = self._workspace
        return {
            "url": "http://127.0.0.1/",
            "team": "Sandlådan",
            "user": workspace.users[workspace.bot_user_id].name,
            "team_id": workspace.team_id,
            "user_id": workspace.bot_user_id,
            "bot_id": workspace.bot_id,
            "is_enterprise_install": False,
        }

    def info(self, args: Arguments) -> Json:
        """users.info."""
        user = self._workspace.users.get(args.text("user"))
        if user is None:
            raise ApiError("user_not_found")
        return {"user": self._profile(user)}

    def list_all(self, args: Arguments) -> Json:
        """users.list: the whole workspace on one page; strangers are not in it."""
        own = [user for user in self._workspace.users.values() if not user.is_stranger]
        return {
            "members": [self._profile(user) for user in own],
            "cache_ts": self._workspace.unix_now(),
            "response_metadata": {"next_cursor": ""},
        }

    def lookup_by_email(self, args: Arguments) -> Json:
        """users.lookupByEmail."""
        email = args.text("email").lower()
        for user in self._workspace.users.values():
            if email and user.email.lower() == email and not user.is_stranger and not user.deleted:
                return {"user": self._profile(user)}
        raise ApiError("users_not_found")

    def dnd_info(self, args: Arguments) -> Json:
        """dnd.info. A bot can read it and never override it (facts/slack.md section 11)."""
        user = self._workspace.users.get(args.text("user") or self._workspace.bot_user_id)
        if user is None:
            raise ApiError("user_not_found")
        until = user.dnd_until
        if until is None or until <= self._workspace.unix_now():
            return {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1, "snooze_enabled": False}
        return {
            "dnd_enabled": True,
            "next_dnd_start_ts": self._workspace.unix_now(),
            "next_dnd_end_ts": until,
            "snooze_enabled": False,
        }

    def connections_open(self, args: Arguments) -> Json:
        """apps.connections.open: a websocket url for Socket Mode (facts/slack.md section 14)."""
        return {"url": self._socket.new_url()}

    def validate(self, args: Arguments) -> Json:
        """blocks.validate: public, no token, exactly one of blocks, view, message (facts/slack.md section 8)."""
        given = {
            name: args.structure(name, "invalid_arguments")
            for name in ("blocks", "view", "message")
            if name in args.given
        }
        if len(given) != 1:
            raise ApiError("invalid_arguments", messages=["[ERROR] exactly one of blocks, view, message"])
        if "view" in given:
            check_view(given["view"], ("modal", "home"))
            return {}
        message = given.get("message")
        blocks = given["blocks"] if message is None else message.get("blocks")
        messages = complaints_about(blocks, "message", "/blocks")
        if messages:
            raise ApiError("invalid_blocks", messages=messages)
        return {}

    def _profile(self, user: User) -> Json:
        return payloads.profile(user, with_email=EMAIL_SCOPE in self._scopes.granted)
