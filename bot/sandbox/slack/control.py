"""The routes under /control/slack/: what a page or a test makes people do. docs/sandbox.md, Control interface."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .errors import ControlError
from .state import Json

if TYPE_CHECKING:
    from .pretend import PretendSlack

Act = Callable[[str, "Fields"], Awaitable[Json]]


class Fields:
    """The JSON body of a control call."""

    def __init__(self, given: Json) -> None:
        self.given = given

    def text(self, name: str, default: str | None = None) -> str:
        """Return a string; without a default it is required."""
        value = self.given.get(name, default)
        if not isinstance(value, str):
            raise ControlError(400, f"{name} must be a string")
        return value

    def maybe(self, name: str) -> str | None:
        """Return a string, None when absent or null."""
        return None if self.given.get(name) is None else self.text(name)

    def table(self, name: str) -> dict[str, dict[str, Any]]:
        """Return an object, empty when absent."""
        value = self.given.get(name) or {}
        if not isinstance(value, dict):
            raise ControlError(400, f"{name} must be an object")
        return value

    def switch(self, name: str) -> bool:
        """Return a truth value that is required."""
        value = self.given.get(name)
        if not isinstance(value, bool):
            raise ControlError(400, f"{name} must be true or false")
        return value

    def flag(self, name: str) -> bool:
        """Return a truth value, False when absent."""
        return self.given.get(name) is True


class Control:
    """Turns control calls into what the pretend Slack lets people do."""

    def __init__(self, slack: "PretendSlack") -> None:
        self._slack = slack

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        people: dict[str, Act] = {
            "say": self._say,
            "edit": self._edit,
            "delete": self._delete,
            "click": self._click,
            "suggest": self._suggest,
            "submit": self._submit,
            "close": self._close,
            "home": self._home,
            "command": self._command,
            "account": self._account,
            "guest": self._guest,
            "quiet": self._quiet,
        }
        channels: dict[str, Act] = {"invite": self._invite, "kick": self._kick, "shared": self._shared}
        return [
            *(web.post(f"/control/slack/users/{{id}}/{name}", _handler(act)) for name, act in people.items()),
            *(web.post(f"/control/slack/channels/{{id}}/{name}", _handler(act)) for name, act in channels.items()),
            web.get("/control/slack/recorder", self._recorder),
        ]

    async def _say(self, user: str, fields: Fields) -> Json:
        channel, text = fields.text("channel"), fields.text("text")
        ts = await self._slack.say(user, channel, text, fields.maybe("thread_ts"), raw=fields.flag("raw"))
        return {"ok": True, "ts": ts}

    async def _edit(self, user: str, fields: Fields) -> Json:
        await self._slack.edit(user, fields.text("channel"), fields.text("ts"), fields.text("text"))
        return {"ok": True}

    async def _delete(self, user: str, fields: Fields) -> Json:
        await self._slack.delete(user, fields.text("channel"), fields.text("ts"))
        return {"ok": True}

    async def _click(self, user: str, fields: Fields) -> Json:
        return await self._slack.click(
            user,
            channel=fields.maybe("channel"),
            ts=fields.maybe("ts"),
            view_id=fields.maybe("view_id"),
            action_id=fields.text("action_id"),
            block_id=fields.maybe("block_id"),
            selected=fields.given.get("selected"),
            values=fields.table("values"),
        )

    async def _suggest(self, user: str, fields: Fields) -> Json:
        block_id, action_id, value = (fields.text(name) for name in ("block_id", "action_id", "value"))
        channel, ts = fields.maybe("channel"), fields.maybe("ts")
        return await self._slack.suggest(
            user, fields.maybe("view_id"), block_id, action_id, value, channel=channel, ts=ts
        )

    async def _submit(self, user: str, fields: Fields) -> Json:
        return await self._slack.submit(user, fields.text("view_id"), fields.table("values"))

    async def _close(self, user: str, fields: Fields) -> Json:
        await self._slack.close_view(user, fields.text("view_id"), closes_all=fields.flag("all"))
        return {"ok": True}

    async def _home(self, user: str, fields: Fields) -> Json:
        await self._slack.open_home(user, fields.text("tab", "home"))
        return {"ok": True}

    async def _command(self, user: str, fields: Fields) -> Json:
        command, text = fields.text("command"), fields.text("text", "")
        return await self._slack.command(user, command, text, fields.maybe("channel"))

    async def _account(self, user: str, fields: Fields) -> Json:
        self._slack.set_active(user, active=fields.switch("active"))
        return {"ok": True}

    async def _guest(self, user: str, fields: Fields) -> Json:
        self._slack.set_guest(user, guest=fields.switch("guest"))
        return {"ok": True}

    async def _quiet(self, user: str, fields: Fields) -> Json:
        until = fields.maybe("until")
        try:
            at = None if until is None else datetime.fromisoformat(until)
        except ValueError:
            raise ControlError(400, "until must be a time") from None
        if at is not None and at.tzinfo is None:
            raise ControlError(400, "until needs its offset")
        self._slack.set_dnd(user, None if at is None else int(at.timestamp()))
        return {"ok": True}

    async def _invite(self, channel: str, fields: Fields) -> Json:
        self._slack.invite(channel, fields.text("user"))
        return {"ok": True}

    async def _kick(self, channel: str, fields: Fields) -> Json:
        self._slack.kick(channel, fields.text("user"))
        return {"ok": True}

    async def _shared(self, channel: str, fields: Fields) -> Json:
        self._slack.share(channel, on=fields.switch("on"))
        return {"ok": True}

    async def _recorder(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "records": self._slack.recorder.as_list()})


def _handler(act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    """An error is `{"ok": false, "error": "..."}` with status 400, 404 or 409 (docs/sandbox.md)."""

    async def handle(request: web.Request) -> web.Response:
        try:
            try:
                given = json.loads(await request.read() or b"{}")
            except ValueError:
                raise ControlError(400, "the body is no JSON") from None
            if not isinstance(given, dict):
                raise ControlError(400, "the body is no object")
            return web.json_response(await act(request.match_info["id"], Fields(given)))
        except ControlError as error:
            return web.json_response({"ok": False, "error": error.error}, status=error.status)

    return handle
