"""Requests as a stranger on the network makes them: over a bare socket, or by a client that hides nothing."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

import aiohttp
from yarl import URL

from tests.acceptance.night import Night


@dataclass(frozen=True)
class Told:
    """One answer, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def ask(
    night: Night, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Told:
    """Ask the bot for something; a redirection is not followed."""
    url = URL(night.sandbox.bot_url + path, encoded=True)
    async with (
        aiohttp.ClientSession(skip_auto_headers=["User-Agent"]) as session,
        session.request(
            method, url, data=None if body is None else BytesIO(body), headers=headers, allow_redirects=False
        ) as got,
    ):
        return Told(got.status, dict(got.headers), await got.read())


async def says(night: Night, raw: bytes, *, wait: float = 10.0) -> bytes:
    """Send bytes, nothing more, and return all that comes back until the other side closes."""
    url = URL(night.sandbox.bot_url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    try:
        writer.write(raw)
        async with asyncio.timeout(wait):
            return await reader.read()
    finally:
        writer.close()
