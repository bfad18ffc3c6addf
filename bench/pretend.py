"""A Slack and a carrier that answer at once and remember when they were asked, in a process of their own.

    python -m bench.pretend

Prints its port. Each line on standard input is answered with a line of JSON, what there is to tell since the last.
No limits, no faults, no callbacks: for those there is the sandbox, which the storm is measured against.
"""

import asyncio
import json
import re
import secrets
import sys
import time
from typing import Any, Final

from aiohttp import web

from bot.app import served

COUNT: Final = re.compile(r"\*(Ett|\d+) sms väntar på svar\*")


class Outside:
    """Every post and update that shows a count: when (monotonic seconds), where, and how many texts it counts."""

    def __init__(self) -> None:
        self._posts = 0
        self._told: list[tuple[float, str, str, int]] = []
        self._calls = 0
        self._texts = 0

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/slack/api/{method}", self._slack),
            web.post("/carrier/2010-04-01/Accounts/{account}/Messages.json", self._carrier),
            web.get("/carrier/2010-04-01/Accounts/{account}/Messages.json", self._nothing),
        ]

    def told(self) -> dict[str, Any]:
        told, self._told = self._told, []
        return {"told": told, "calls": self._calls, "texts": self._texts}

    async def _slack(self, request: web.Request) -> web.Response:
        given = await request.json() if request.content_type == "application/json" else dict(await request.post())
        method = request.match_info["method"]
        self._calls += 1
        channel, ts = str(given.get("channel", "")), str(given.get("ts", ""))
        if method == "chat.postMessage":
            self._posts += 1
            channel, ts = channel.replace("U", "D", 1), f"1700000000.{self._posts:06}"
        if method in {"chat.postMessage", "chat.update"}:
            found = COUNT.search(json.dumps(given.get("blocks", ""), ensure_ascii=False))
            if found is not None:
                count = 1 if found[1] == "Ett" else int(found[1])
                self._told.append((time.monotonic(), channel, ts, count))
        return web.json_response({"ok": True, "channel": channel, "ts": ts, "view": {"hash": "1"}})

    async def _carrier(self, request: web.Request) -> web.Response:
        form = await request.post()
        self._texts += 1
        sid = "SM" + secrets.token_hex(16)
        answer = {
            "sid": sid,
            "status": "queued",
            "to": form.get("To"),
            "from": form.get("From"),
            "body": "",
            "num_media": "0",
        }
        return web.json_response(answer, status=201)

    async def _nothing(self, request: web.Request) -> web.Response:
        return web.json_response({"messages": [], "next_page_uri": None})


async def main() -> None:
    outside, app = Outside(), web.Application()
    app.add_routes(outside.routes())
    async with served(app, "127.0.0.1", 0) as port:
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        while await asyncio.to_thread(sys.stdin.readline):
            sys.stdout.write(json.dumps(outside.told()) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
