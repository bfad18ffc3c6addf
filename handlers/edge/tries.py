"""Counts what is not let in, by address. However many addresses try, the table stays as small as it is."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

MOST_ADDRESSES: Final = 10_000  # some 2 MB; the one that was heard of longest ago makes room


@dataclass(slots=True)
class _Window:
    began_at: datetime
    count: int = 0


@dataclass(slots=True)
class Tries:
    """At most so many tries within so long a time, for each address. Wire time; in this process only."""

    most: int
    within: timedelta
    _windows: OrderedDict[str, _Window] = field(default_factory=OrderedDict)

    def __len__(self) -> int:
        return len(self._windows)

    def note(self, bucket: str, now: datetime) -> None:
        """Count one more."""
        window = self._windows.get(bucket)
        if window is None or now - window.began_at >= self.within:
            window = self._windows[bucket] = _Window(now)
        window.count += 1
        self._windows.move_to_end(bucket)
        while len(self._windows) > MOST_ADDRESSES:
            self._windows.popitem(last=False)

    def is_over(self, bucket: str, now: datetime) -> bool:
        """Tell whether there have been so many that the next is refused."""
        window = self._windows.get(bucket)
        return window is not None and now - window.began_at < self.within and window.count >= self.most
