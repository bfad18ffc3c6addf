"""Two processes on PostgreSQL at 08:00:00: one handover per nämnd."""

import asyncio
import sys
from pathlib import Path

from bot.app_sandbox import Sandbox
from tests.acceptance.night import NORRVIK, SODERMARK, a_night, local_time
from tests.process.test_serve import environment

EIGHT = "2026-11-24 08:00"
FINISH_WITHIN_S = 60


async def test_two_processes_at_eight_give_one_handover(tmp_path: Path, postgres_database_url: str) -> None:
    async with a_night(tmp_path, postgres_database_url, "2026-11-23 16:55") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        bo = await night.hires("Bo Lind", SODERMARK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
        await night.on_beredskap(anna, "2026-11-23 17:00", "2026-11-23 22:00")
        await night.clock_reaches("2026-11-23 18:00")
        await nova.texts("hej")
        await anna.closes(anna.card("Ett sms väntar"), action="next_working_day", owner=anna.staff.id)
        await night.sandbox.stop_bot()
        await night.clock_reaches("2026-11-24 07:50")

        ahead = night.sandbox.clock.offset.total_seconds()
        children = [await _child(night.sandbox, ahead) for _ in range(2)]
        async with asyncio.timeout(FINISH_WITHIN_S):
            for child in children:
                await _is_ready(child)
            said = await asyncio.gather(*(child.communicate(b"go\n") for child in children))
        assert [child.returncode for child in children] == [0, 0], said
        assert sum(out.decode().count('"event": "digest_planned"') for out, _ in said) == 2  # one for each nämnd

        for person, channel in ((anna, "C0NORRVIK"), (bo, "C0SODERMARK")):
            assert len([m for m in person.messages(channel) if m.is_handover]) == 1
        assert "1 samtal" in anna.handover(channel="C0NORRVIK").words


async def _child(sandbox: Sandbox, ahead_s: float) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.process.bot_at",
        str(ahead_s),
        local_time(EIGHT).isoformat(),
        env=environment(sandbox),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def _is_ready(child: asyncio.subprocess.Process) -> None:
    assert child.stdout is not None
    while (line := await child.stdout.readline()) and line.strip() != b"ready":
        pass
    assert line, "it stopped before it was ready"
