"""What the program holds in memory, when it has started and after many texts."""

from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from bench.databases import Fresh
from bench.evening import evening
from bench.world import Town

RATE = 400.0  # texts a second: the outbox keeps up


@dataclass(frozen=True, slots=True)
class Size:
    texts: int
    town: Town


FULL = Size(20_000, Town(60, 5))
QUICK = Size(1_000, Town(20, 5))


async def measure(place: Path, fresh: dict[str, Fresh], size: Size) -> Table:
    table = Table(title=f"Memory: resident, MiB, before and after {size.texts:,} texts")
    for heading in ("database", "before", "half-way", "after"):
        table.add_column(heading, justify="left" if heading == "database" else "right")
    for name, make in fresh.items():
        async with evening(place, make(), size.town) as tonight:
            held = [resident(tonight.bot.pid)]
            for _ in range(2):
                await tonight.text(size.texts // 2, connections=32, rate=RATE)
                await tonight.quiet()
                held.append(resident(tonight.bot.pid))
            tonight.check()
        table.add_row(name, *(f"{mib:.0f}" for mib in held))
    return table


def resident(pid: int) -> float:
    """Return the resident memory of a process, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS:"))
