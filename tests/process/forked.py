"""The real `serve` in processes of their own, forked from one that has read every module, so that each starts at once.

The one that forks is single-threaded and does nothing else. Orders and answers are lines of JSON.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from unittest import mock

from aiohttp import ClientSession

import bot.__main__
from bot.clock import WorldClock
from tests.process.trap import Place, Trap

START_WITHIN: Final = 90  # seconds; a machine that does much else starts slowly
NOT_FINISHED: Final = 999


class Forks:
    """Starts bots, and ends every one that is still there when it is closed."""

    def __init__(self) -> None:
        self._mother = subprocess.Popen(
            [sys.executable, "-m", "tests.process.forked"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def serve(
        self,
        environment: Mapping[str, str],
        log: Path,
        *,
        port: int = 0,
        ahead: timedelta = timedelta(0),
        struck_at: Place | None = None,
        by: signal.Signals = signal.SIGKILL,
        passed: Path | None = None,
        seconds: Mapping[str, float] | None = None,
    ) -> "Served":
        """Run `beredskapsbot serve` by a clock that is `ahead`.

        At `struck_at` it sends itself the signal `by`; `passed` gets the lines that it went by. `seconds` are other
        values for spans of time that are constants, by their full names.
        """
        order = {
            "environment": dict(environment),
            "log": str(log),
            "port": port,
            "ahead_s": ahead.total_seconds(),
            "struck_at": None if struck_at is None else str(struck_at),
            "by": int(by),
            "seconds": dict(seconds or {}),
            "passed": None if passed is None else str(passed),
        }
        return Served(self, self.asked({"serve": order}), log)

    def asked(self, order: Any) -> int:
        assert self._mother.stdin is not None
        assert self._mother.stdout is not None
        self._mother.stdin.write(json.dumps(order) + "\n")
        self._mother.stdin.flush()
        return int(self._mother.stdout.readline())

    def close(self) -> None:
        assert self._mother.stdin is not None
        assert self._mother.stdout is not None
        self._mother.stdin.close()
        self._mother.wait()
        self._mother.stdout.close()


@dataclass
class Served:
    """One running bot."""

    forks: Forks
    pid: int
    log: Path
    _code: int = NOT_FINISHED

    @property
    def code(self) -> int | None:
        """What it ended with, negative for a signal; None while it runs."""
        if self._code == NOT_FINISHED:
            self._code = self.forks.asked({"wait": self.pid})
        return None if self._code == NOT_FINISHED else self._code

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return the log lines of one kind."""
        lines = [line for line in self.said.splitlines() if f'"event": "{name}"' in line]
        return [json.loads(line) for line in lines]

    def receives(self, number: signal.Signals) -> None:
        """Send it a signal; one that has gone already hears nothing."""
        if self.code is None:
            os.kill(self.pid, number)

    async def is_up(self, path: str = "/readyz") -> int:
        """Return its port once it answers; at /livez it does so as soon as it runs."""
        async with asyncio.timeout(START_WITHIN), ClientSession() as session:
            while True:
                assert self.code is None, self.said
                for event in self.events("serving"):
                    with suppress(OSError):
                        async with session.get(f"http://127.0.0.1:{event['port']}{path}") as answer:
                            if answer.status == 200:
                                return int(event["port"])
                await asyncio.sleep(0.02)

    async def ends(self, within: float) -> int:
        """Return what it ended with; raises TimeoutError when it goes on."""
        async with asyncio.timeout(within):
            while (code := self.code) is None:  # noqa: ASYNC110 - nobody tells us when a process ends
                await asyncio.sleep(0.01)
        return code


def main() -> None:
    """Take orders until there are no more; then nobody that was started here may be left."""
    running: set[int] = set()
    for line in sys.stdin:
        order = json.loads(line)
        if "serve" in order:
            pid = os.fork()
            if pid == 0:
                _serve(order["serve"])
            running.add(pid)
            print(pid, flush=True)  # noqa: T201 - the parent reads it
            continue
        pid, status = os.waitpid(order["wait"], os.WNOHANG)
        running.discard(pid)
        print(os.waitstatus_to_exitcode(status) if pid else NOT_FINISHED, flush=True)  # noqa: T201
    for pid in running:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _serve(order: dict[str, Any]) -> None:
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.clear()
    os.environ.update(order["environment"])
    ahead = timedelta(seconds=order["ahead_s"])
    mock.patch("bot.app.SystemClock", return_value=WorldClock(ahead)).start()
    for name, value in order["seconds"].items():
        mock.patch(name, timedelta(seconds=value)).start()
    trap = Trap(None if order["struck_at"] is None else Place.read(order["struck_at"]), order["by"])
    if order["struck_at"] is not None or order["passed"] is not None:
        trap.set()
    code = 1
    try:
        bot.__main__.cli(["serve", "--port", str(order["port"])])
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.settrace(None)
        if order["passed"] is not None:
            Path(order["passed"]).write_text("\n".join(map(str, trap.passed)), encoding="utf-8")
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
