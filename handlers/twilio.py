"""The carrier's webhooks: verify, store, commit, answer. Everything else happens later."""

import asyncio
import hashlib

import structlog
from aiohttp import web
from multidict import MultiDictProxy

from bot.domain.errors import Busy
from bot.ports import Incoming
from bot.sms.twilio_inbound import raw_of
from handlers.keys import CLOCK, COUNTERS, STORE, STRANGERS, VERIFIER

log = structlog.get_logger(__name__)
routes = web.RouteTableDef()

Form = MultiDictProxy[str | bytes | bytearray | web.FileField]
TWIML = "<Response/>"
STORE_WITHIN = 10.0  # seconds; the carrier waits for 15, and hears sooner from us that it must come again
SMS, STATUS = "twilio", "twilio-status"


@routes.post("/twilio/sms")
@routes.post("/twilio/sms-fallback")
async def twilio_sms(request: web.Request) -> web.Response:
    """Store one incoming sms. 200 promises "stored, new or repeat".

    A wrong signature is 403 and writes nothing: a genuine text comes in by reconciliation. If we could not store
    it we say 503, so that Twilio calls the fallback; a 200 here would lose the text.
    """
    form = await _signed_form(request)
    sid = _required(form, "MessageSid", "SmsSid")
    sender = str(form.get("From", ""))
    return await _store(request, SMS, sid, f"sms:{sender}", form)


@routes.post("/twilio/status")
async def twilio_status(request: web.Request) -> web.Response:
    """Store one report on a text of ours; the same report again is the same row."""
    form = await _signed_form(request)
    sid = _required(form, "MessageSid", "SmsSid")
    said = "|".join([sid, str(form.get("MessageStatus", form.get("SmsStatus", ""))), str(form.get("ErrorCode", ""))])
    key = hashlib.sha256(said.encode()).hexdigest()
    extra = [("_delivery", request.query["d"])] if "d" in request.query else []
    return await _store(request, STATUS, key, f"status:{sid}", form, extra)


async def _signed_form(request: web.Request) -> Form:
    """Return the form untouched, for the signature is over every pair; 403 when it does not verify."""
    form = await request.post()
    if not request.app[VERIFIER].is_genuine(request.raw_path, form, request.headers):
        request.app[COUNTERS].bad_signatures.labels(_route(request)).inc()
        request.app[STRANGERS].note(request.app[CLOCK].wire_now())
        log.warning("bad_signature", route=_route(request))
        raise web.HTTPForbidden(text="")
    return form


async def _store(
    request: web.Request,
    provider: str,
    provider_id: str,
    lane: str,
    form: Form,
    extra: list[tuple[str, str]] | None = None,
) -> web.Response:
    raw = raw_of([*((name, value) for name, value in form.items() if isinstance(value, str)), *(extra or [])])
    incoming = Incoming(provider, provider_id, lane, raw, request.app[CLOCK].now())
    try:
        async with asyncio.timeout(STORE_WITHIN):
            is_new = await request.app[STORE].put(incoming)
    except (Busy, TimeoutError):  # it may still be stored, and is then a repeat when it comes again
        request.app[COUNTERS].not_stored.labels(_route(request)).inc()
        log.error("webhook_not_stored", route=_route(request))
        raise web.HTTPServiceUnavailable(text="") from None
    request.app[COUNTERS].received.labels(_route(request), str(is_new)).inc()
    if not is_new:  # what is new is in the inbox, and counted: a line for each would cost more than storing it
        log.info("webhook_repeated", route=_route(request), provider_id=provider_id)
    return web.Response(text=TWIML, content_type="text/xml")


def _required(form: Form, *names: str) -> str:
    for name in names:
        value = form.get(name)
        if isinstance(value, str) and value:
            return value
    raise web.HTTPBadRequest(text="")


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "?"
