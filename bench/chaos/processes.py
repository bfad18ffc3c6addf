"""The bots as the machine sees them: started, killed, frozen, told to stop, started again."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout

ROOT: Final = Path(__file__).parent.parent.parent
START_WITHIN: Final = 60.0
STOP_WITHIN: Final = 40.0
AGAIN_AFTER_S: Final = 0.5
REFUSED_BY: Final = {  # what a bot logs when it runs into a door that is shut
    "Slack": ('"reason": "slack_unreachable"', '"kind": "ClientConnectorError"'),
    "Twilio": ('"reason": "provider_unreachable", "alarm": false, "event": "send_postponed"',),
}


class BotFailed(Exception):
    """A bot did not start, or did not stop when told to; the message says which and what it logged last."""


class Mother:
    """The process that forks the bots."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()

    @classmethod
    async def start(cls, environment: Mapping[str, str]) -> "Mother":
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bench.chaos.hurried",
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        mother = cls(process)
        async with asyncio.timeout(START_WITHIN):
            await mother._answer()
        return mother

    async def asked(self, order: dict[str, Any]) -> int | None:
        async with self._turn:
            if self._process.stdin is None:
                raise BotFailed("nobody is left to start a bot")
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            await self._process.stdin.drain()
            return await self._answer()

    async def close(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()

    async def _answer(self) -> int | None:
        line = b"" if self._process.stdout is None else await self._process.stdout.readline()
        if not line:
            raise BotFailed("what starts the bots has stopped")
        answer: int | None = json.loads(line)
        return answer


@dataclass
class Bot:
    """One bot, which keeps its port over restarts; one that ends by itself while it starts is started again."""

    mother: Mother
    environment: Mapping[str, str]
    log: Path
    port: int = field(default_factory=lambda: _free_port())
    pid: int = 0
    is_up: bool = False
    stillborn: int = 0  # how often it ended before it was ready, as it may when the database is away

    async def start(self) -> None:
        """Return when it says that it is ready; raises BotFailed when it cannot be brought to."""
        order = {"environment": dict(self.environment), "log": str(self.log), "port": self.port}
        try:
            async with asyncio.timeout(START_WITHIN):
                while not self.is_up:
                    self.pid = await self.mother.asked({"serve": order}) or 0
                    self.is_up = await self._becomes_ready()
                    if not self.is_up:
                        self.stillborn += 1
                        await asyncio.sleep(AGAIN_AFTER_S)
        except TimeoutError:
            raise BotFailed(f"the bot on port {self.port} was not ready in time:\n{self.last_words()}") from None

    async def kill(self) -> None:
        self.is_up = False
        os.kill(self.pid, signal.SIGKILL)
        await self.ended()

    async def stop(self) -> None:
        """SIGTERM; raises BotFailed when it does not end by itself, or not well."""
        self.is_up = False
        os.kill(self.pid, signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_WITHIN):
                code = await self.ended()
        except TimeoutError:
            raise BotFailed(f"the bot on port {self.port} did not stop:\n{self.last_words()}") from None
        if code != 0:
            raise BotFailed(f"the bot on port {self.port} stopped with {code}:\n{self.last_words()}")

    async def freeze(self, seconds: float) -> None:
        os.kill(self.pid, signal.SIGSTOP)
        await asyncio.sleep(seconds)
        os.kill(self.pid, signal.SIGCONT)

    async def ended(self) -> int:
        """Return what it ended with, once it has."""
        while (code := await self.mother.asked({"code": self.pid})) is None:  # noqa: ASYNC110 - only a parent is told
            await asyncio.sleep(0.02)
        return code

    def last_words(self) -> str:
        return "\n".join(self.said().splitlines()[-12:])

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def refusals(self) -> Counter[str]:
        """Count how often it has told of a door that was shut."""
        said = self.said()
        return Counter({where: sum(said.count(words) for words in some) for where, some in REFUSED_BY.items()})

    async def _becomes_ready(self) -> bool:
        """Wait until it answers that it is; False when it has ended instead."""
        async with ClientSession(timeout=ClientTimeout(total=2)) as session:
            while True:
                if await self.mother.asked({"code": self.pid}) is not None:
                    return False
                try:
                    async with session.get(f"http://127.0.0.1:{self.port}/readyz") as answer:
                        if answer.status == 200:
                            return True
                except (ClientError, OSError, TimeoutError):
                    pass
                await asyncio.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])
