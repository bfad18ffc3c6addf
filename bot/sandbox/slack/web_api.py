"""The Web API's front door: tokens, scopes, limits, faults and the recorder; the methods live in api_*.py."""

import asyncio
import hmac
from collections.abc import Mapping

from aiohttp import web

from .arguments import Arguments, decode, readable
from .errors import ApiError
from .faults import SlackFaults
from .methods import Method, Scopes
from .rate_limits import RateLimits
from .recorder import Kind, Recorder
from .state import Json


class WebApi:
    """Answers `GET` and `POST /slack/api/{method}` as slack.com would."""

    def __init__(
        self,
        *,
        methods: Mapping[str, Method],
        scopes: Scopes,
        limits: RateLimits,
        faults: SlackFaults,
        recorder: Recorder,
        bot_token: str,
        app_token: str | None,
    ) -> None:
        self._methods = methods
        self._scopes = scopes
        self._limits = limits
        self._faults = faults
        self._recorder = recorder
        self._bot_token = bot_token
        self._app_token = app_token

    async def handle(self, request: web.Request) -> web.Response:
        """Serve one call. Whatever happens to it, what the bot sent is recorded first."""
        name = request.match_info["method"]
        body = await request.read()
        query = request.rel_url.raw_query_string
        try:
            given = decode(query, request.headers.get("Content-Type", ""), body)
            refusal = None
        except ApiError as error:
            given, refusal = {}, error
        fault = self._faults.take(name)
        sent = b"\n".join(part for part in (query.encode(), body) if part)
        self._recorder.add(self._kind(name, given), name, sent, readable(given), fault=fault)
        early = await struck(request, fault, self._faults)
        if early is not None:
            return early
        try:
            if refusal is not None:
                raise refusal
            answer = self._response({"ok": True, **self._call(name, _token(request, given), given)})
        except ApiError as error:
            answer = self._response(error.body(), error.status, error.retry_after_s)
        return said_after(request, fault, answer)

    def _call(self, name: str, token: str, given: Json) -> Json:
        method = self._methods.get(name)
        if method is None:
            raise ApiError("unknown_method", req_method=name)
        self._check_token(method, token)
        if method.scope is not None:
            self._scopes.need(method.scope)
        self._limits.take_call(name, method.tier)
        return method.call(Arguments(given))

    def _check_token(self, method: Method, token: str) -> None:
        """facts/slack.md section 14: Socket Mode takes the app-level token, everything else the bot's."""
        if method.caller == "anybody":
            return
        if not token:
            raise ApiError("not_authed")
        is_bot = hmac.compare_digest(token.encode(), self._bot_token.encode())
        is_app = self._app_token is not None and hmac.compare_digest(token.encode(), self._app_token.encode())
        if not is_bot and not is_app:
            raise ApiError("invalid_auth")
        if is_bot != (method.caller == "bot"):
            raise ApiError("not_allowed_token_type")

    def _kind(self, name: str, given: Json) -> Kind:
        method = self._methods.get(name)
        if method is None:
            return "query"
        view = readable(given).get("view")
        if method.kind == "modal" and isinstance(view, dict) and view.get("type") == "home":
            return "home"
        return method.kind

    def _response(self, body: Json, status: int = 200, retry_after_s: int | None = None) -> web.Response:
        headers = {"X-OAuth-Scopes": ",".join(sorted(self._scopes.granted))}
        if retry_after_s is not None:
            headers["Retry-After"] = str(retry_after_s)
        return web.json_response(body, status=status, headers=headers)


async def struck(request: web.Request, fault: str, faults: SlackFaults) -> web.Response | None:
    """Return what a fault answers instead of doing anything; None when the call is to be carried out."""
    if fault == "down":
        return hang_up(request)
    if fault == "slow":
        await asyncio.sleep(faults.slow_s)
    if fault == "hang":
        await asyncio.sleep(faults.hang_s)
        return hang_up(request)
    if fault == "limited":  # 429 with Retry-After in seconds, facts/slack.md section 7
        headers = {"Retry-After": str(faults.retry_after_s)}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
    if fault == "error":
        return web.json_response({"ok": False, "error": "internal_error"}, status=500)
    return None


def said_after(request: web.Request, fault: str, answer: web.Response) -> web.Response:
    """Return what a fault lets the caller hear of something that has been done."""
    if fault == "lost_answer":
        return hang_up(request)
    return web.json_response({"ok": False, "error": "internal_error"}, status=500) if fault == "late_error" else answer


def hang_up(request: web.Request) -> web.Response:
    """Close the connection; the response that is returned reaches nobody (facts/slack.md section 6, S2 and S3)."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()


def _token(request: web.Request, given: Json) -> str:
    """Return the token from the header, or from the form as Slack also allows."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else str(given.get("token", ""))
