"""GET /kalender/<token>.ics: the calendar that a member of staff follows from their own phone."""

import re
from typing import Final

from aiohttp import web

from bot.domain.errors import Busy, NotAllowed
from bot.services.context import Context
from bot.services.rota.feed import read_feed

ROOT: Final = "/kalender"
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")
COME_AGAIN: Final = "60"  # seconds
HEADERS: Final = {
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


def calendar_routes(ctx: Context) -> list[web.RouteDef]:
    """Return the one route. It reads one person's shifts, so it is cheap however often it is asked."""

    async def feed(request: web.Request) -> web.Response:
        """200 with the calendar, or 304 when it is as it was. Unknown and revoked are the same 404.

        503 while it cannot be read, or a nödstopp stands in the way: whoever follows it comes again by itself.
        """
        token = request.match_info["token"]
        try:
            found = await read_feed(token, ctx=ctx) if TOKEN.fullmatch(token) else None
        except (Busy, NotAllowed):
            return web.Response(status=503, headers={**HEADERS, "Retry-After": COME_AGAIN})
        if found is None:
            return web.Response(status=404, headers=HEADERS)
        headers = {**HEADERS, "ETag": f'"{found.mark}"'}
        if any(tag.value == found.mark for tag in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        return web.Response(body=found.body, content_type="text/calendar", charset="utf-8", headers=headers)

    return [web.get(f"{ROOT}/{{token}}.ics", feed)]
