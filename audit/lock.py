"""requirements.lock, read: everything that is installed stands in it by exact version and hash."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.markers import Marker

LOCK: Final = Path("requirements.lock")
PINNED: Final = re.compile(
    r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[^\s;]+)(?:\s*;\s*(?P<marker>.*?))?\s*\\?$"
)


@dataclass(frozen=True, slots=True)
class Pinned:
    """One package. `is_here` tells whether it is for a machine such as this one."""

    name: str
    version: str
    is_here: bool = True


def read_lock(path: Path = LOCK) -> list[Pinned]:
    """Return what is pinned, in the order of the file."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        match = PINNED.match(line)
        if match:
            marker = match["marker"]
            found.append(Pinned(match["name"], match["version"], not marker or Marker(marker).evaluate()))
    return found
