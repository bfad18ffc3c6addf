"""Processes of our own, each on its own loop, so that what measures does not slow what is measured."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.load import Order, Report

ROOT = Path(__file__).parent.parent


@asynccontextmanager
async def running(
    module: str, *arguments: str, environment: dict[str, str] | None = None
) -> AsyncIterator[tuple[int, asyncio.subprocess.Process]]:
    """Run `python -m module` until the block ends; yields the port that it prints first, and the process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        cwd=ROOT,
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=64 * 2**20,
    )
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    try:
        async with asyncio.timeout(60):
            line = await process.stdout.readline()
        if not line:
            raise RuntimeError(f"{module} did not start")
        yield int(line), process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def asked(process: asyncio.subprocess.Process, question: str) -> Any:
    """Ask a process of ours something over its pipe; it answers with one line of JSON."""
    assert process.stdin is not None  # noqa: S101 - both are pipes
    assert process.stdout is not None  # noqa: S101
    process.stdin.write(question.encode() + b"\n")
    await process.stdin.drain()
    return json.loads(await process.stdout.readline())


async def texted(order: Order) -> Report:
    """Have the phones text, and return what they saw."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.load",
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate(json.dumps(asdict(order)).encode() + b"\n")
    return Report(**json.loads(said))


def cpu_of(process: asyncio.subprocess.Process) -> float:
    """Return the processor time that a process has used, in seconds: it says what work costs whoever else works."""
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
