"""The carrier's webhooks: verify, store, commit, answer. Everything else happens later."""

import asyncio
import hashlib

import structlog
from aiohttp import web
from multidict import MultiDict, MultiDictProxy

from bot.domain.errors import Busy
from bot.ports import Incoming
from bot.sms.twilio_inbound import raw_of
from handlers.keys import CLOCK, COUNTERS, STORE, STRANGERS, TOO_MANY, VERIFIER

log = structlog.get_logger(__name__)
routes = web.RouteTableDef()

Form = MultiDictProxy[str | bytes | bytearray | web.FileField]
TWIML = "<Response/>"
FORM_TYPE = "application/x-www-form-urlencoded"
STORE_WITHIN = 10.0  # seconds; the carrier waits for 15, and hears sooner from us that it must come again
ACTED_UPON = (
    *("MessageSid", "SmsSid", "From", "To", "Body", "NumMedia", "MessageStatus", "SmsStatus", "ErrorCode"),
    *("CallSid", "ParentCallSid", "Digits", "CallStatus", "DialCallStatus", "DialBridged", "SequenceNumber"),
)
SMS, STATUS = "twilio", "twilio-status"


@routes.post("/twilio/sms")
@routes.post("/twilio/sms-fallback")
async def twilio_sms(request: web.Request) -> web.Response:
    """Store one incoming sms. 200 promises "stored, new or repeat".

    A wrong signature is 403 and writes nothing: a genuine text comes in by reconciliation. If we could not store
    it we say 503, so that Twilio calls the fallback; a 200 here would lose the text.
    """
    form = await signed_form(request)
    sid = required(form, "MessageSid", "SmsSid")
    sender = str(form.get("From", ""))
    return await store(request, SMS, sid, f"sms:{sender}", form)


@routes.post("/twilio/status")
async def twilio_status(request: web.Request) -> web.Response:
    """Store one report on a text of ours; the same report again is the same row."""
    form = await signed_form(request)
    sid = required(form, "MessageSid", "SmsSid")
    said = "|".join([sid, str(form.get("MessageStatus", form.get("SmsStatus", ""))), str(form.get("ErrorCode", ""))])
    key = hashlib.sha256(said.encode()).hexdigest()
    extra = [("_delivery", request.query["d"])] if "d" in request.query else []
    return await store(request, STATUS, key, f"status:{sid}", form, extra)


async def signed_form(request: web.Request) -> Form:
    """Return the form untouched, for the signature is over every pair; 403 when it does not verify.

    What is signed is every name with its value after it and nothing between them: words from within a text could be
    told as a field of their own. So what we act upon may stand once only.
    """
    form = await _form_of(request)
    if any(len(form.getall(name, ())) > 1 for name in ACTED_UPON) or not request.app[VERIFIER].is_genuine(
        request.raw_path, form, request.headers
    ):
        request.app[COUNTERS].bad_signatures.labels(_route(request)).inc()
        request.app[STRANGERS].note(request.app[CLOCK].wire_now())
        if not request.get(TOO_MANY):
            log.warning("bad_signature", route=_route(request))
        raise web.HTTPForbidden(text="")
    return form


async def _form_of(request: web.Request) -> Form:
    """Return the posted form, untouched; an empty one for what is none, which nobody has signed."""
    empty: Form = MultiDictProxy(MultiDict())
    if request.content_type != FORM_TYPE:
        return empty
    try:
        return await request.post()
    except (UnicodeError, LookupError, ValueError):  # no such letters, no such charset
        return empty


async def store(
    request: web.Request,
    provider: str,
    provider_id: str,
    lane: str,
    form: Form,
    extra: list[tuple[str, str]] | None = None,
    answer: str = TWIML,
) -> web.Response:
    """Store one webhook and answer; 503 when it could not be stored, so that it comes again."""
    await keep(request, provider, provider_id, lane, form, extra)
    return web.Response(text=answer, content_type="text/xml")


async def keep(
    request: web.Request,
    provider: str,
    provider_id: str,
    lane: str,
    form: Form,
    extra: list[tuple[str, str]] | None = None,
) -> None:
    """Store one webhook durably; 503 when it could not be stored."""
    raw = raw_of([*((name, value) for name, value in form.items() if isinstance(value, str)), *(extra or [])])
    incoming = Incoming(provider, provider_id, lane, raw, request.app[CLOCK].now())
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(STORE_WITHIN):
            is_new = await request.app[STORE].put(incoming)
    except (Busy, TimeoutError):  # it may still be stored, and is then a repeat when it comes again
        request.app[COUNTERS].not_stored.labels(_route(request)).inc()
        log.error("webhook_not_stored", route=_route(request))
        raise web.HTTPServiceUnavailable(text="") from None
    finally:
        request.app[COUNTERS].storing.labels(_route(request)).observe(loop.time() - began)
    request.app[COUNTERS].received.labels(_route(request), str(is_new)).inc()
    if not is_new:  # what is new is in the inbox, and counted: a line for each would cost more than storing it
        log.info("webhook_repeated", route=_route(request), provider_id=provider_id)


def required(form: Form, *names: str) -> str:
    """Return the first of these fields that is there; 400 when none is."""
    for name in names:
        value = form.get(name)
        if isinstance(value, str) and value:
            return value
    raise web.HTTPBadRequest(text="")


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "?"
