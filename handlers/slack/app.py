"""The Bolt application. Built in a factory; nothing happens at import."""

import asyncio
import json
import logging
from typing import Any, Final

import structlog
from aiohttp import ClientError, web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import Busy
from bot.ports import Incoming
from bot.services.context import Context
from bot.services.know_member import know_member
from bot.settings import Settings
from bot.slack.accounts import OF_ACCOUNTS
from bot.slack.views.conversation import message_modal
from handlers.counters import Counters
from handlers.inbox_rows import SLACK
from handlers.slack import (
    absences,
    active_time,
    amends,
    audit_reviews,
    backgrounds,
    calendars,
    calls,
    clicks,
    clock_forms,
    clock_presses,
    clock_summons,
    clocks,
    commands,
    consents,
    enrolment,
    forms,
    incidents,
    live_modal,
    look_back,
    meeting,
    notes,
    outward,
    pins,
    ready,
    swaps,
    take_outs,
    unit,
)
from handlers.slack.listeners import Background, Listeners
from handlers.slack.shapes import is_as_promised

log = structlog.get_logger(__name__)

SAY_WITHIN: Final = 2.0  # seconds; the click itself must be answered within 3
STORE_WITHIN: Final = 2.5  # seconds, of the same 3
USER_CHANGE: Final = "user_change"
LONGEST_TIMESTAMP: Final = 12  # digits


def bolt_logger() -> logging.Logger:
    logger = logging.getLogger("beredskap.bolt")
    logger.setLevel(logging.WARNING)
    return logger


def build_bolt(
    settings: Settings, client: AsyncWebClient, ctx: Context, counters: Counters, background: Background
) -> AsyncApp:
    """Return the Bolt app with every listener. `authorize` is our own: listening does not depend on Slack's health."""
    slack = settings.file.slack
    token = settings.env.slack_bot_token.get_secret_value()

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=slack.enterprise_id or None,
            team_id=slack.team_id,
            bot_token=token,
            bot_id=slack.bot_id or None,
            bot_user_id=slack.bot_user_id,
        )

    app = AsyncApp(
        name="beredskap",  # without one Bolt reads the source of the whole stack to find it
        signing_secret=settings.env.slack_signing_secret.get_secret_value(),
        authorize=authorize,
        client=client,
        logger=bolt_logger(),
    )
    for name in ("slack_bolt", "slack_sdk"):
        logging.getLogger(name).setLevel(logging.WARNING)

    async def gate(req: AsyncBoltRequest, context: Any, next_: Any) -> BoltResponse | None:
        """Refuse strangers, store events; let clicks, commands and forms through."""
        body: dict[str, Any] = dict(req.body or {})
        if _is_foreign(body, settings):
            counters.foreign.inc()
            log.warning("foreign_slack_request")
            return await _refuse(body, context, ctx)
        kind = body.get("type")
        if kind == "event_callback" and (body.get("event") or {}).get("type") == USER_CHANGE:
            return await _keep_account(body, ctx)
        if kind == "event_callback":
            await know_member(_who(body.get("event") or {}), ctx=ctx)
            return await _keep(body, ctx)
        if kind == "app_rate_limited":
            log.error("slack_limits_our_events")
            return BoltResponse(status=200, body="")
        await know_member(_who(body), ctx=ctx)
        passed: BoltResponse | None = await next_()
        return passed

    async def middleware(req: AsyncBoltRequest, context: Any, next: Any) -> BoltResponse | None:
        return await gate(req, context, next)

    app.middleware(middleware)
    beredskap = (clicks, commands, enrolment, forms, live_modal, notes, meeting, backgrounds, look_back, pins, outward)
    consent = (consents, amends)
    telephone = (calls,)
    rota = (ready, swaps, calendars)
    myndighet = (clocks, clock_forms, clock_presses, clock_summons, unit, absences)
    working_time = (active_time,)
    emergency = (incidents,)
    log_review = (audit_reviews,)
    taking_out = (take_outs,)
    watched = emergency + log_review + taking_out
    trial = settings.texts if settings.rules.is_trial else None
    for module in beredskap + consent + telephone + rota + myndighet + working_time + watched:
        module.register(Listeners(app, background, trial), ctx)
    return app


async def _keep(body: dict[str, Any], ctx: Context) -> BoltResponse:
    """Insert, commit, 200; a repeat too. What cannot be stored is 503, so that Slack sends it again."""
    event = body.get("event") or {}
    sender = event.get("user") or (event.get("message") or {}).get("user") or event.get("channel") or "?"
    if isinstance(sender, dict):
        sender = sender.get("id", "?")
    raw = json.dumps(body, ensure_ascii=False)
    incoming = Incoming(SLACK, str(body["event_id"]), f"slack:{sender}", raw, ctx.clock.now())
    try:
        async with asyncio.timeout(STORE_WITHIN):
            await ctx.store.put(incoming)
    except (Busy, TimeoutError):
        return BoltResponse(status=503, body="")
    return BoltResponse(status=200, body="")


async def _keep_account(body: dict[str, Any], ctx: Context) -> BoltResponse:
    """Keep that an account of our staff has changed. Slack tells of everybody in the workspace: the rest is forgotten.

    Nor is a name, a picture or a status of our own kept.
    """
    event = body["event"]
    user = event["user"] if isinstance(event.get("user"), dict) else {}
    try:
        async with asyncio.timeout(STORE_WITHIN):
            person = await ctx.store.read(lambda tx: tx.staff.by_slack_id(str(user.get("id", ""))))
    except (Busy, TimeoutError):
        return BoltResponse(status=503, body="")
    if person is None:
        return BoltResponse(status=200, body="")
    known = {name: user[name] for name in OF_ACCOUNTS if name in user}
    told = {name: body.get(name) for name in ("type", "event_id", "event_time")}
    return await _keep({**told, "event": {"type": USER_CHANGE, "user": known}}, ctx)


def _is_foreign(body: dict[str, Any], settings: Settings) -> bool:
    """Bolt does not compare the team (facts: slack, section 4), so we do; actors from elsewhere count too."""
    ours = settings.file.slack
    teams = [body.get("team_id"), (body.get("team") or {}).get("id") if isinstance(body.get("team"), dict) else None]
    user, event = body.get("user"), body.get("event") or {}
    if isinstance(user, dict):
        teams.append(user.get("team_id"))
    teams += [event.get(key) for key in ("team", "user_team", "source_team") if isinstance(event.get(key), str)]
    if any(team not in {None, "", ours.team_id} for team in teams):
        return True
    if ours.enterprise_id and any(org not in {"", ours.enterprise_id} for org in _organisations(body)):
        return True
    app_id = body.get("api_app_id")
    return bool(ours.app_id and app_id and app_id != ours.app_id)


def _organisations(body: dict[str, Any]) -> list[str]:
    """Return the Enterprise organisations that a request names, of the workspace, of the person and of the event."""
    found = [body.get("enterprise_id"), body.get("context_enterprise_id")]
    for place in ("enterprise", "team", "user"):
        inner = body.get(place)
        if isinstance(inner, dict):
            found.append(inner.get("id") if place == "enterprise" else inner.get("enterprise_id"))
    return [str(org) for org in found if org]


def _who(body: dict[str, Any]) -> str:
    """Return whose doing a request, or an event, is; "" where it is nobody's."""
    user = body.get("user") or body.get("user_id") or ""
    return str(user.get("id") or "") if isinstance(user, dict) else str(user)


async def _refuse(body: dict[str, Any], context: Any, ctx: Context) -> BoltResponse:
    """Do nothing, and say so where Slack lets us; a form stays open under the words, with what was typed."""
    words = ctx.texts.staff("refusal.foreign_team")
    if body.get("command"):
        return BoltResponse(status=200, body={"response_type": "ephemeral", "text": words})
    if body.get("type") == "view_submission":
        drawn = message_modal(ctx.texts, "modal.refused_title", words)
        return BoltResponse(status=200, body={"response_action": "push", "view": drawn})
    if body.get("type") == "block_actions" and body.get("response_url"):
        try:
            async with asyncio.timeout(SAY_WITHIN):
                await context.respond(text=words, response_type="ephemeral", replace_original=False)
        except (ClientError, OSError, TimeoutError) as error:
            log.info("refusal_not_said", kind=type(error).__name__)
    return BoltResponse(status=200, body="")


def slack_routes(app: AsyncApp, signing_secret: str) -> list[web.RouteDef]:
    """Slack's events, interactivity and commands all arrive here.

    Nothing is parsed before its signature is found right: Bolt parses first, and stumbles over what a stranger sends.
    """
    verifier = SignatureVerifier(signing_secret)

    def is_genuine(body: bytes, timestamp: str, signature: str) -> bool:
        is_time = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= LONGEST_TIMESTAMP
        try:
            return is_time and signature.isascii() and verifier.is_valid(body, timestamp, signature)
        except UnicodeError:  # Slack writes UTF-8
            return False

    async def slack_events(request: web.Request) -> web.Response:
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not is_genuine(await request.read(), timestamp, signature):
            return web.Response(status=401, text="")
        try:
            bolt_request = await to_bolt_request(request)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):  # no letters, no JSON, no object
            return web.Response(status=400, text="")
        if not is_as_promised(bolt_request.body):
            log.warning("slack_request_misshapen")
            return web.Response(status=400, text="")
        return await to_aiohttp_response(await app.async_dispatch(bolt_request))

    return [web.post("/slack/events", slack_events)]
