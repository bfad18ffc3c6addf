"""Is the process alive, is it fit to serve, and what has it counted."""

from aiohttp import web
from prometheus_client import generate_latest

from handlers.keys import READY, REGISTRY, SCRAPE

routes = web.RouteTableDef()


@routes.get("/livez")
async def livez(request: web.Request) -> web.Response:
    """200 as long as the event loop turns."""
    return web.json_response({"ok": True})


@routes.get("/readyz")
async def readyz(request: web.Request) -> web.Response:
    """200 when the database answers and every loop and tick has turned lately; else 503 and what is wrong."""
    problems = await request.app[READY]()
    return web.json_response({"ok": not problems, "problems": problems}, status=503 if problems else 200)


@routes.get("/metrics")
async def metrics(request: web.Request) -> web.Response:
    """Counters and gauges in Prometheus' text format; nothing in them is about a person.

    200 also while the database is away: then `beredskap_database_up` is 0, and memory tells the rest.
    """
    await request.app[SCRAPE]()
    return web.Response(body=generate_latest(request.app[REGISTRY]), content_type="text/plain")
