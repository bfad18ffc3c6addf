"""Follows a process line by line through the files that carry a text, and kills or freezes it at a given line.

Between any two lines the machine may lose its power; here it does, at each of them in turn.
"""

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]
WATCHED: Final = (
    "bot/sender.py",
    "bot/worker.py",
    "bot/domain/errand.py",
    "bot/services/deliver.py",
    "bot/services/look_for_uncertain.py",
    "bot/services/open_conversation.py",
    "bot/services/receive_sms.py",
    "bot/services/receive_status.py",
    "bot/services/reply.py",
    "bot/services/shared/placing.py",
    "bot/services/shared/saying.py",
    "bot/slack/gateway.py",
    "bot/sms/twilio_gateway.py",
    "handlers/inbox_rows.py",
    "handlers/slack/live_modal.py",
    "handlers/twilio.py",
    "storage/repos/inbox.py",
    "storage/repos/outbox.py",
    "storage/store.py",
    "storage/threads.py",
)
DOOR: Final = "handlers/twilio.py"  # the evening begins when the first text knocks here


class Place(NamedTuple):
    """The moment before a line runs for the `time`-th time since the evening began."""

    file: str
    line: int
    time: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}#{self.time}"

    @staticmethod
    def read(text: str) -> "Place":
        file, _, rest = text.rpartition(":")
        line, _, time = rest.partition("#")
        return Place(file, int(line), int(time))


def line_with(file: str, words: str) -> Place:
    """Return the first line of `file` that holds `words`, to be met for the first time."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return Place(file, next(number for number, line in enumerate(lines, 1) if words in line), 1)


@dataclass
class Trap:
    """A trace function. With a place it sends the process a signal there; it remembers every line that was passed."""

    place: Place | None = None
    signal: int = signal.SIGKILL
    passed: list[Place] = field(default_factory=list)
    _is_armed: bool = False
    _times: Counter[tuple[str, int]] = field(default_factory=Counter)
    _names: dict[str, str] = field(default_factory=lambda: {str(ROOT / name): name for name in WATCHED})

    def set(self) -> None:
        """Follow this thread and every thread that is started from now on."""
        threading.settrace(self._entered)
        sys.settrace(self._entered)

    def _entered(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        name = self._names.get(frame.f_code.co_filename)
        if name == DOOR:
            self._is_armed = True
        return None if name is None else self._line

    def _line(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any]:
        if event == "line" and self._is_armed:
            where = (self._names[frame.f_code.co_filename], frame.f_lineno)
            self._times[where] += 1
            place = Place(*where, self._times[where])
            if place == self.place:
                os.kill(os.getpid(), self.signal)
            self.passed.append(place)
        return self._line
