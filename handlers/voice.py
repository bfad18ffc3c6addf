"""The carrier's webhooks about calls: verify, store, commit, answer with what is said."""

import hashlib

import structlog
from aiohttp import web

from bot.services.shared.staff_sms import trial_first
from bot.sms.twilio_voice import says
from handlers.keys import CONTEXT, TEXTS
from handlers.twilio import required, signed_form, store

log = structlog.get_logger(__name__)
routes = web.RouteTableDef()

VOICE = "twilio-voice"
KEY = "1"


@routes.post("/twilio/voice/gather")
async def gather(request: web.Request) -> web.Response:
    """Store which key was pressed, and say what comes of it. The same key in the same call is the same row.

    503 when it could not be stored: the person hears an error, and the ladder goes on.
    """
    form = await signed_form(request)
    sid, digits = required(form, "CallSid"), str(form.get("Digits", ""))
    said = "escalation.call_thanks" if digits == KEY else "escalation.call_no_key"
    key = f"{sid}:pressed:{digits}"
    answer = says(trial_first(request.app[CONTEXT], request.app[TEXTS].staff(said)))
    return await store(request, VOICE, key, f"call:{sid}", form, _step(request), answer)


@routes.post("/twilio/voice/status")
async def status(request: web.Request) -> web.Response:
    """Store one report on a call; the same report again is the same row."""
    form = await signed_form(request)
    sid = required(form, "CallSid")
    said = "|".join([sid, str(form.get("CallStatus", "")), str(form.get("SequenceNumber", ""))])
    return await store(request, VOICE, hashlib.sha256(said.encode()).hexdigest(), f"call:{sid}", form, _step(request))


def _step(request: web.Request) -> list[tuple[str, str]]:
    return [("_step", request.query["s"])] if "s" in request.query else []
