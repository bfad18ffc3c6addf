"""What the figures were taken on: a figure for durable writes must name what its disk takes to say yes."""

import os
import platform
import statistics
import time
from pathlib import Path
from typing import Final

ROUNDS: Final = 200


def describe(place: Path) -> list[tuple[str, str]]:
    """Return what there is to know of the machine, and of the disk that `place` is on."""
    median, worst = fsync_delay(place)
    return [
        ("Cores", str(os.cpu_count())),
        ("Processor", _model()),
        ("Memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}"),
        ("System", f"{platform.system()} {platform.release()}"),
        ("fdatasync", f"{1000 * median:.2f} ms median, {1000 * worst:.1f} ms at most of {ROUNDS}"),
        ("Load before", f"{os.getloadavg()[0]:.1f}"),
    ]


def fsync_delay(place: Path) -> tuple[float, float]:
    """Return the median and the longest of many durable appends of 4 KiB, in seconds."""
    path = place / "fsync"
    taken = []
    with path.open("wb", buffering=0) as file:
        for _ in range(ROUNDS):
            file.write(b"x" * 4096)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - began)
    path.unlink()
    return statistics.median(taken), max(taken)


def _model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "?")
