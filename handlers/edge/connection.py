"""The connections of our server: one that is slow, or speaks no HTTP, costs us little and learns nothing."""

from asyncio import AbstractEventLoop
from typing import Final

from aiohttp import web

from handlers.edge.answers import HEADERS, bare_of

LINGER_FOR: Final = 2.0  # seconds in which the rest of a body that was refused is thrown away


class Connection(web.RequestHandler):
    """As the library's, but for three things.

    `header_within` seconds after it was made, or after its last answer, a connection on which no whole request head
    has come is closed: the library counts from there too, but for an hour. Bodies are taken as they came: nobody who
    signs sends them packed. And what cannot be parsed is neither repeated in the answer nor traced in the log.
    """

    __slots__ = ()

    def __init__(self, server: web.Server, loop: AbstractEventLoop, header_within: float) -> None:
        super().__init__(
            server,
            loop=loop,
            access_log=None,  # type: ignore[arg-type]  # a path may hold a secret
            keepalive_timeout=header_within,
            lingering_time=LINGER_FOR,
            auto_decompress=False,
        )

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer; a refusal from outside our guard, as of an odd Expect, without what it repeats."""
        bare = bare_of(resp) if isinstance(resp, web.HTTPException) else resp
        return await super().finish_response(request, bare, start_time)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no request with a number alone, and close."""
        if request.writer.output_size > 0:
            raise ConnectionError("some of an answer has been sent")
        response = web.Response(status=status, headers={**HEADERS, "Server": ""})  # or the library puts its name there
        response.force_close()
        return response
