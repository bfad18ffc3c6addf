"""Calls through our number: verify, store, commit, and tell the provider what to do at once, for somebody waits."""

import asyncio
import hashlib
from dataclasses import replace
from typing import Final

import structlog
from aiohttp import web

from bot.domain.errors import Busy
from bot.domain.phone_call import TAKE_KEY, Connect, Dial, HangUp, Move, Speak
from bot.services.context import Context
from bot.services.shared.staff_sms import trial_first
from bot.services.voice.receive import Told, receive_told
from bot.services.voice.spoken import trouble
from bot.sms.twilio_inbound import raw_of
from bot.sms.twilio_voice import screens, told_of_call, told_to
from handlers.keys import CONTEXT
from handlers.twilio import Form, keep, required, signed_form
from handlers.voice import VOICE

log = structlog.get_logger(__name__)
routes = web.RouteTableDef()

DECIDED_WITHIN: Final = 12.0  # seconds from the webhook; the carrier waits for 15, and somebody hears it ring


@routes.post("/twilio/voice/incoming")
@routes.post("/twilio/voice/incoming-fallback")
async def incoming(request: web.Request) -> web.Response:
    """Store one incoming call and say whom to ring. 503 when it could not be stored, so that the fallback is called.

    When it is stored and we cannot decide in time, the caller hears so; it is found in the inbox, and is missed.
    """
    form = await signed_form(request)
    sid = required(form, "CallSid")
    return await _told(request, form, Told.BEGUN, sid, Speak(trouble(request.app[CONTEXT])))


@routes.post("/twilio/voice/screen")
async def screen(request: web.Request) -> web.Response:
    """Ask whoever answers for a key. Nothing happens yet, so nothing is stored."""
    await signed_form(request)
    ctx = request.app[CONTEXT]
    says, no_key = trial_first(ctx, ctx.texts.staff("voice.screen")), ctx.texts.staff("voice.no_key")
    return _xml(screens(says, no_key, f"{ctx.voice_url}/pressed?l={request.query.get('l', '')}"))


@routes.post("/twilio/voice/pressed")
async def pressed(request: web.Request) -> web.Response:
    """Store which key was pressed, and put the two together or not.

    Whoever has pressed it is not hung up on because we cannot note it in time: the inbox has it.
    """
    form = await signed_form(request)
    digits = str(form.get("Digits", ""))
    key = f"{required(form, 'CallSid')}:pressed:{digits}"
    connected = Connect(request.app[CONTEXT].texts.staff("voice.connecting"))
    return await _told(request, form, Told.PRESSED, key, connected if digits == TAKE_KEY else HangUp())


@routes.post("/twilio/voice/next")
async def next_phone(request: web.Request) -> web.Response:
    """A phone that was rung is done with: store how it went, and say what comes next."""
    form = await signed_form(request)
    key = f"{required(form, 'CallSid')}:next:{request.query.get('l', '')}"
    return await _told(request, form, Told.NEXT, key, Speak(trouble(request.app[CONTEXT])))


@routes.post("/twilio/voice/leg")
async def leg(request: web.Request) -> web.Response:
    """Store one report on one phone; the same report again is the same row."""
    form = await signed_form(request)
    said = [required(form, "CallSid"), str(form.get("CallStatus", "")), str(form.get("SequenceNumber", ""))]
    return await _kept(request, form, Told.LEG, hashlib.sha256("|".join(said).encode()).hexdigest())


@routes.post("/twilio/voice/over")
async def over(request: web.Request) -> web.Response:
    """Store that a call to our number is over: the caller has hung up, or we have."""
    form = await signed_form(request)
    return await _kept(request, form, Told.OVER, f"{required(form, 'CallSid')}:over")


def _extra(request: web.Request, what: Told) -> list[tuple[str, str]]:
    return [("_told", what.value), ("_ours", request.query.get("l", ""))]


async def _store(request: web.Request, form: Form, what: Told, key: str) -> None:
    call = str(form.get("ParentCallSid") or form.get("CallSid"))
    lane = f"call:{call}"  # what is told of one call is taken in order
    await keep(request, VOICE, key, lane, form, _extra(request, what))


async def _kept(request: web.Request, form: Form, what: Told, key: str) -> web.Response:
    await _store(request, form, what, key)
    return _xml("<Response/>")


async def _told(request: web.Request, form: Form, what: Told, key: str, otherwise: Move) -> web.Response:
    """Store it, take it in at once, and answer with what is to be done: `otherwise` when that cannot be decided now.

    The row stays in the inbox and is taken in again by the worker, which changes nothing if this went well.
    """
    decided_by = asyncio.get_running_loop().time() + DECIDED_WITHIN
    await _store(request, form, what, key)
    ctx = request.app[CONTEXT]
    pairs = [(name, value) for name, value in form.items() if isinstance(value, str)]
    told = told_of_call(raw_of([*pairs, *_extra(request, what)]))
    move: Move | None = None
    try:
        async with asyncio.timeout_at(decided_by):
            move = await ctx.store.write(lambda tx: receive_told(tx, ctx, what, told))
    except (Busy, TimeoutError) as error:
        log.error("call_not_decided", what=what.value, provider_id=told.provider_id, kind=type(error).__name__)
    except Exception as error:  # a bug of ours must not leave a child with a machine's error; the row is parked
        log.error("call_stumbled", what=what.value, provider_id=told.provider_id, kind=type(error).__name__)
    move = move or otherwise
    if isinstance(move, Dial) and not ctx.rules.may_text(move.to):
        log.warning("refused_outside_trial", provider_id=told.provider_id)
        move = HangUp()
    return _xml(told_to(_heard(ctx, move), ctx.voice_url))


def _heard(ctx: Context, move: Move) -> Move:
    """Whoever hears us in a trial hears that first."""
    return replace(move, words=trial_first(ctx, move.words)) if isinstance(move, Speak | Connect) else move


def _xml(twiml: str) -> web.Response:
    return web.Response(text=twiml, content_type="text/xml")
