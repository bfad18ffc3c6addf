"""The reservväg over HTTP. A GET of a link uses nothing up, for phones fetch what they are texted."""

import functools
import re
import string
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from aiohttp import web

from bot.domain.errors import AskFirst, BadInput, Busy, CannotText, NotAllowed, NotFound, NotYet, Stale
from bot.domain.ids import new_id
from bot.domain.people import Staff
from bot.domain.reserve import PIN_DIGITS
from bot.services.background import read_background
from bot.services.context import Context
from bot.services.reserve.answer import Written, answer
from bot.services.reserve.ask_anew import ask_anew
from bot.services.reserve.enter import Entered, Refusal, enter, may_open
from bot.services.reserve.read import list_conversations, read_conversation
from bot.services.reserve.secrets import Crowded, form_token
from bot.services.reserve.session import Ended, by_reserve, entered, leave, slack_id_of
from bot.services.voice.ring_up import RingUp, ring_up
from bot.texts import Texts, when
from handlers.reserve import pages
from handlers.reserve.doors import (
    Forged,
    Form,
    cookie_of,
    form_of,
    guarded,
    in_plain_words,
    moved,
    require_ours,
    shown,
    with_cookie,
    without_cookie,
)

TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")
ID: Final = re.compile(r"[A-Za-z0-9]{1,64}")
LONGEST_KEY: Final = 64
LAST_DIGITS: Final = 9

Answer = Callable[[Context, web.Request], Awaitable[web.Response]]


def reserve_routes(ctx: Context) -> list[web.RouteDef]:
    """Return the routes, all under /reserv."""
    gets: list[tuple[str, Answer]] = [
        ("", _list),
        ("/samtal/{conversation}", _conversation),
        ("/samtal/{conversation}/bakgrund/{youth}", _background),
        ("/{token}", _link),
    ]
    posts: list[tuple[str, Answer]] = [
        ("/ut", _leave),
        ("/samtal/{conversation}", _answer),
        ("/ring/{conversation}", _ring_up),
        ("/{token}", _enter),
        ("/{token}/ny", _anew),
    ]
    bound = [web.get(pages.ROOT + path, guarded(ctx, functools.partial(handler, ctx))) for path, handler in gets]
    return bound + [
        web.post(pages.ROOT + path, guarded(ctx, functools.partial(handler, ctx))) for path, handler in posts
    ]


# --- with a link ---------------------------------------------------------------


async def _link(ctx: Context, request: web.Request) -> web.Response:
    """Ask for the PIN, or say that the link is of no use: unknown, old and used are the same."""
    token = request.match_info["token"]
    if TOKEN.fullmatch(token) and await may_open(token, ctx=ctx):
        return shown(pages.pin_page(ctx.texts, token))
    try:
        await entered(cookie_of(request), ctx=ctx)
    except Ended:
        return _no_link(ctx.texts, token)
    return moved(pages.ROOT)  # the same link pressed again, by whoever came in with it


async def _enter(ctx: Context, request: web.Request) -> web.Response:
    """Use the link up when the PIN is right."""
    token, form = request.match_info["token"], await form_of(request)
    if not TOKEN.fullmatch(token):
        return _no_link(ctx.texts, token)
    pin = "".join(form.get(pages.PIN_FIELD, "").split())
    if len(pin) != PIN_DIGITS or not set(pin) <= set(string.digits):
        return shown(pages.pin_page(ctx.texts, token, ctx.texts.staff("reserve.pin_shape")), 400)
    try:
        came = await enter(token, pin, ctx=ctx)
    except Crowded:
        return shown(pages.pin_page(ctx.texts, token, ctx.texts.staff("refusal.crowded")), 503)
    if came.refusal is None:
        return with_cookie(ctx, moved(pages.ROOT), came.cookie)
    return _not_let_in(ctx, token, came)


def _not_let_in(ctx: Context, token: str, came: Entered) -> web.Response:
    texts = ctx.texts
    if came.refusal is Refusal.WRONG_PIN:
        key = "reserve.wrong_pin_one" if came.tries_left == 1 else "reserve.wrong_pin_many"
        return shown(pages.pin_page(texts, token, texts.staff(key, count=came.tries_left)), 403)
    if came.refusal is Refusal.LOCKED and came.locked_until is not None:
        words = texts.staff("reserve.locked", until=when(came.locked_until, ctx.clock.now()))
        return shown(pages.words_page(texts, "reserve.locked_title", words), 403)
    return _no_link(texts, token)


async def _anew(ctx: Context, request: web.Request) -> web.Response:
    """Promise nothing: whether there was anything to send is told by sms only."""
    token = request.match_info["token"]
    if TOKEN.fullmatch(token):
        await ask_anew(token, ctx=ctx)
    words = ctx.texts.staff("reserve.anew_done")
    return shown(pages.words_page(ctx.texts, "reserve.anew_title", words))


def _no_link(texts: Texts, token: str) -> web.Response:
    kept = token if TOKEN.fullmatch(token) else "-" * 22  # nothing of a stranger's making stands in our form
    return shown(pages.no_link_page(texts, kept), 404)


# --- in a session --------------------------------------------------------------


async def _list(ctx: Context, request: web.Request) -> web.Response:
    cookie = cookie_of(request)
    staff = await entered(cookie, ctx=ctx)
    lines = await list_conversations(staff, ctx=ctx)
    return shown(pages.list_page(ctx.texts, staff.name, lines, ctx.clock.now(), form_token(cookie)))


async def _leave(ctx: Context, request: web.Request) -> web.Response:
    require_ours(request, await form_of(request))
    await leave(cookie_of(request), ctx=ctx)
    return without_cookie(shown(pages.words_page(ctx.texts, "reserve.left_title", ctx.texts.staff("reserve.left"))))


async def _conversation(ctx: Context, request: web.Request) -> web.Response:
    """Show one; the grant is in the log before anything of it leaves."""
    cookie = cookie_of(request)
    staff = await entered(cookie, ctx=ctx)
    done = request.query_string
    draft = pages.Draft(new_id(), 0, is_sent=done == "skickat", is_calling=done == "ringer")
    return await _drawn(ctx, staff, _id(request, "conversation"), draft, cookie)


async def _drawn(
    ctx: Context, staff: Staff, conversation_id: str, draft: pages.Draft, cookie: str, status: int = 200
) -> web.Response:
    """Draw a conversation. The form says how far it reached, so that what comes in meanwhile is asked about."""
    view, reached = await read_conversation(staff, conversation_id, last_seen=draft.last_seen, ctx=ctx)
    draft = replace(draft, last_seen=reached)
    return shown(pages.conversation_page(ctx.texts, view, draft, ctx.clock.now(), form_token(cookie)), status)


async def _background(ctx: Context, request: web.Request) -> web.Response:
    staff = await entered(cookie_of(request), ctx=ctx)
    conversation_id, youth_id = _id(request, "conversation"), _id(request, "youth")
    read = await read_background(slack_id_of(staff), youth_id, conversation_id, ctx=by_reserve(ctx))
    return shown(pages.background_page(ctx.texts, read, conversation_id, ctx.clock.now()))


async def _answer(ctx: Context, request: web.Request) -> web.Response:
    """Send once, whatever is pressed twice; whatever goes wrong, what was written stays in the form."""
    form, cookie, conversation_id = await form_of(request), cookie_of(request), _id(request, "conversation")
    require_ours(request, form)
    draft = _draft(form)
    written = Written(conversation_id, draft.text, draft.key, draft.last_seen, draft.warned_of)
    try:
        staff = await entered(cookie, ctx=ctx)
        try:
            await answer(staff, written, ctx=ctx)
        except (BadInput, CannotText, AskFirst) as error:
            asked = error.values["asked"] if isinstance(error, AskFirst) else draft.warned_of
            problem = in_plain_words(error, ctx.texts)
            kept = pages.Draft(draft.key, draft.last_seen, draft.text, asked, problem)
            return await _drawn(ctx, staff, conversation_id, kept, cookie, 409)
    except Busy:
        draft = pages.Draft(draft.key, draft.last_seen, draft.text, draft.warned_of)
        again = pages.answer_form(ctx.texts, conversation_id, "", draft, form_token(cookie))
        return shown(pages.busy_page(ctx.texts, pages.ROOT, again), 503)
    except Ended:
        return shown(pages.ended_page(ctx.texts, draft.text), 401)  # with the cookie, so that it can be shown again
    except NotAllowed as error:
        return shown(pages.refused_page(ctx.texts, in_plain_words(error, ctx.texts), draft.text), 403)
    return moved(f"{pages.conversation_path(conversation_id)}?skickat")


async def _ring_up(ctx: Context, request: web.Request) -> web.Response:
    """Order a call, once, whatever is pressed twice: first to their own phone, as in Slack."""
    form, cookie, conversation_id = await form_of(request), cookie_of(request), _id(request, "conversation")
    require_ours(request, form)
    key = _key(form)
    staff = await entered(cookie, ctx=ctx)
    try:
        await ring_up(RingUp(slack_id_of(staff), conversation_id, f"reserve:{staff.id}:{key}"), ctx=by_reserve(ctx))
    except (NotYet, Stale) as error:
        kept = pages.Draft(new_id(), 0, problem=in_plain_words(error, ctx.texts))
        return await _drawn(ctx, staff, conversation_id, kept, cookie, 409)
    return moved(f"{pages.conversation_path(conversation_id)}?ringer")


def _id(request: web.Request, name: str) -> str:
    """Return an id from the path. Raises NotFound for what none of ours looks like."""
    found = request.match_info[name]
    if not ID.fullmatch(found):
        raise NotFound
    return found


def _draft(form: Form) -> pages.Draft:
    """Read the form. Raises Forged for fields that no form of ours holds."""
    key, last_seen = _key(form), form.get("last_seen", "")
    if not (last_seen.isascii() and last_seen.isdecimal() and len(last_seen) <= LAST_DIGITS):
        raise Forged
    return pages.Draft(key, int(last_seen), form.get(pages.TEXT_FIELD, ""), form.get("warned_of", ""))


def _key(form: Form) -> str:
    """Return what makes a form happen once. Raises Forged for what none of ours holds."""
    key = form.get("key", "")
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isalnum()):
        raise Forged
    return key
