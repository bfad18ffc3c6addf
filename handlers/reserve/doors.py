"""What every answer of the reservväg has in common: headers, forms, cookies, and that no error is shown bare."""

import functools
import secrets
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import parse_qs

import structlog
from aiohttp import web

from bot.domain.errors import AskFirst, BadInput, BotError, Busy, CannotText, NotAllowed, NotYet
from bot.services.context import Context
from bot.services.reserve.secrets import form_token
from bot.services.reserve.session import Ended
from bot.texts import Texts
from handlers.reserve.markup import tag
from handlers.reserve.pages import ROOT, STYLE_HASH, busy_page, ended_page, refused_page, words_page

log = structlog.get_logger(__name__)

COOKIE: Final = "reserv"
MOST_BODY: Final = 64 * 1024  # bytes: an answer of 1600 emoji, percent-encoded, is 19 kB
MOST_FIELDS: Final = 10
MAIN: Final = "<main>"  # where a page begins to say something
HEADERS: Final = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

Handler = Callable[[web.Request], Awaitable[web.Response]]
Form = dict[str, str]


class Forged(BotError):
    """A form that was not ours, or is too old."""


class TooBig(BotError):
    """More than any answer can be."""


def shown(html: str, status: int = 200) -> web.Response:
    """Return a page."""
    return web.Response(text=html, status=status, content_type="text/html", headers=HEADERS)


def moved(to: str) -> web.Response:
    """Lead on with a GET, so that nothing is sent twice by going back."""
    return web.Response(status=303, headers={**HEADERS, "Location": to})


def guarded(ctx: Context, handler: Handler) -> Handler:
    """Return the handler with every error said in plain words; 503 only promises that nothing was done."""

    async def answered(request: web.Request) -> web.Response:
        texts = ctx.texts
        try:
            return await handler(request)
        except Ended:
            return without_cookie(shown(ended_page(texts), 401))
        except Busy:
            return shown(busy_page(texts, ROOT), 503)
        except Forged:
            return shown(refused_page(texts, texts.staff("reserve.forged")), 403)
        except TooBig:
            return shown(refused_page(texts, texts.staff("reserve.too_big")), 413)
        except BotError as error:
            status = 403 if isinstance(error, NotAllowed) else 404
            return shown(refused_page(texts, in_plain_words(error, texts)), status)
        except (web.HTTPException, ConnectionError):
            raise
        except Exception as error:
            log.exception("reserve_failed", kind=type(error).__name__)
            words = texts.staff("reserve.internal")
            return shown(words_page(texts, "reserve.internal_title", words), 500)

    @functools.wraps(handler)
    async def run(request: web.Request) -> web.Response:
        answer = await answered(request)
        if ctx.rules.is_trial and answer.text and MAIN in answer.text:
            answer.text = answer.text.replace(MAIN, f"{MAIN}{tag('p', ctx.texts.staff('reserve.trial'))}", 1)
        return answer

    return run


def in_plain_words(error: BotError, texts: Texts) -> str:
    """Return what to tell the person. Nobody is mentioned as in Slack: here it would be an id."""
    if isinstance(error, BadInput):
        return " ".join(texts.staff(f"problem.{key}") for key in error.problems.values())
    if isinstance(error, AskFirst):
        return texts.staff(f"ask.{error.about}", **{**error.values, "who": texts.staff("duty.somebody_else")})
    if isinstance(error, NotAllowed | CannotText | NotYet):
        return texts.staff(f"refusal.{error.reason}")
    key = f"refusal.{error.code}"
    return texts.staff(key if texts.has(key) else "refusal.internal")


async def form_of(request: web.Request) -> Form:
    """Return the posted fields, the first of each name; {} for what is no form. Raises TooBig."""
    raw = await request.read()
    if len(raw) > MOST_BODY:
        raise TooBig
    if request.content_type != "application/x-www-form-urlencoded":
        return {}
    try:
        fields = parse_qs(
            raw.decode("ascii", "replace"), keep_blank_values=True, errors="replace", max_num_fields=MOST_FIELDS
        )
    except ValueError:  # too many fields
        return {}
    return {name: values[0].replace("\r\n", "\n") for name, values in fields.items()}


def cookie_of(request: web.Request) -> str:
    """Return the session's cookie. Raises Ended when there is none."""
    found = request.cookies.get(COOKIE, "")
    if not found:
        raise Ended
    return found


def require_ours(request: web.Request, form: Form) -> None:
    """Raise Forged unless the form came from a page of this session."""
    given = form.get("form", "").encode("utf-8", "replace")
    if not secrets.compare_digest(given, form_token(cookie_of(request)).encode()):
        raise Forged


def with_cookie(ctx: Context, response: web.Response, cookie: str) -> web.Response:
    """Give the browser the session. It ends with the browser, and on our side earlier."""
    secure = ctx.reserve_url.startswith("https://")
    response.set_cookie(COOKIE, cookie, path=ROOT, httponly=True, samesite="Strict", secure=secure)
    return response


def without_cookie(response: web.Response) -> web.Response:
    response.del_cookie(COOKIE, path=ROOT)
    return response
