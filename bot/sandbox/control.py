"""The control interface and the page. docs/sandbox.md is the contract."""

import asyncio
import json
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from bot.clock import ClockWentBack
from bot.sandbox.world import PRESETS, World

PAGE: Final = Path(str(files("bot.sandbox") / "page"))
KEEP_ALIVE: Final = 15.0  # seconds between comments on a silent stream
FARTHEST: Final = timedelta(days=400)
POLICY: Final = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def control_routes(world: World) -> list[web.RouteDef]:
    """Return the routes of the page, the clock, the faults and the state; both services add their own."""

    async def index(request: web.Request) -> web.FileResponse:
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
        return web.FileResponse(PAGE / "index.html", headers=headers)

    async def asset(request: web.Request) -> web.FileResponse:
        path = (PAGE / request.match_info["name"]).resolve()
        if path.parent != PAGE.resolve() or not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Cache-Control": "no-cache"})

    async def state(request: web.Request) -> web.Response:
        return web.json_response(world.state())

    async def changes(request: web.Request) -> web.StreamResponse:
        return await _stream(request, world)

    async def clock(request: web.Request) -> web.Response:
        given = await _json(request)
        now = world.clock.now()
        try:
            to = _target(given, now)
        except (KeyError, ValueError, TypeError):
            return _problem("bad_time", 400)
        if to - now > FARTHEST:
            return _problem("too_far", 400)
        try:
            await world.jump(to)
        except ClockWentBack:
            return _problem("clock_only_moves_forward", 409)
        return web.json_response({"ok": True, "now": world.clock.now().isoformat()})

    async def settle(request: web.Request) -> web.Response:
        await world.settle()
        return web.json_response({"ok": True})

    async def reset(request: web.Request) -> web.Response:
        if world.hooks is not None:
            await world.hooks.start_afresh()
        return web.json_response({"ok": True})

    async def faults(request: web.Request) -> web.Response:
        given = await _json(request)
        try:
            for name, value in given.items():
                world.set_fault(str(name), value)
        except ValueError as error:
            return _problem(f"unknown_fault: {error}", 400)
        world.touch()
        return web.json_response({"ok": True, "faults": world.state()["faults"]})

    return [
        web.get("/", index),
        web.get("/page/{name}", asset),
        web.get("/control/state", state),
        web.get("/control/changes", changes),
        web.post("/control/clock", clock),
        web.post("/control/settle", settle),
        web.post("/control/reset", reset),
        web.post("/control/faults", faults),
    ]


def _target(given: dict[str, Any], now: datetime) -> datetime:
    if "advance_s" in given:
        return now + timedelta(seconds=float(given["advance_s"]))
    if "preset" in given:
        return PRESETS[given["preset"]](now)
    at = datetime.fromisoformat(given["to"])
    if at.tzinfo is None:
        raise ValueError("a time needs its offset")
    return at


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        given = await request.json()
    except ValueError:
        raise web.HTTPBadRequest(text='{"ok": false, "error": "not_json"}', content_type="application/json") from None
    return given if isinstance(given, dict) else {}


def _problem(error: str, status: int) -> web.Response:
    return web.json_response({"ok": False, "error": error}, status=status)


async def _stream(request: web.Request, world: World) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(request)
    sent = -1
    try:
        while True:
            if sent != world.version:
                sent = world.version
                await response.write(f"data: {json.dumps({'version': sent})}\n\n".encode())
            try:
                async with asyncio.timeout(KEEP_ALIVE):
                    await world.wait_for_change()
            except TimeoutError:
                await response.write(b": still here\n\n")
    except (ConnectionResetError, asyncio.CancelledError):
        return response
