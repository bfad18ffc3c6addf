"""What every answer carries, whoever gives it, and what none does."""

from typing import Final

from aiohttp import hdrs, web

HEADERS: Final = {  # a page of ours says more (handlers.reserve.doors); nothing else is meant for a browser
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
KEPT: Final = (hdrs.ALLOW, hdrs.RETRY_AFTER)  # of what an error says in its headers


async def dress(request: web.Request, response: web.StreamResponse) -> None:
    """Add what is missing, and take the name and version of the server away; a signal of the application."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.popall(hdrs.SERVER, None)


def bare(status: int, **headers: str) -> web.Response:
    """Return an answer with nothing in it: who is refused learns no more than that."""
    return web.Response(
        status=status, text="", headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def bare_of(error: web.HTTPException) -> web.Response:
    """Return the same refusal without the words that the framework puts in."""
    kept = {name: error.headers[name] for name in KEPT if name in error.headers}
    return web.Response(status=error.status, text="", headers=kept)
