"""Starts bots: the production program, forked from one that has read every module, so that each starts at once.

It is in a hurry: what it waits for is shortened (see SHORTER), and nothing else in it is touched. Orders come and
answers go as lines of JSON; every bot logs to a file of its own.
"""

import importlib
import json
import os
import signal
import sys
import traceback
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from bot.__main__ import cli
from scheduler import ticks

CALL_WITHIN_S: Final = 1.5
LEASE_S: Final = 4.5
LONGEST_SEND_S: Final = 2.0

SHORTER: Final[tuple[tuple[str, str, Any], ...]] = (
    ("bot.worker", "LEASE", timedelta(seconds=LEASE_S)),  # 30 s
    ("bot.services.look_for_uncertain", "LONGEST_SEND", timedelta(seconds=LONGEST_SEND_S)),  # 12 s
    ("bot.slack.gateway", "CALL_WITHIN", CALL_WITHIN_S),  # 8 s
    ("bot.sms.twilio_gateway", "BACK_OFF", timedelta(seconds=1)),  # 3 s
    ("bot.services.reconcile", "IN_FLIGHT", timedelta(seconds=5)),  # 30 s
    ("storage.engine", "SQLITE_BUSY_MS", 500),  # 1.5 s
)
TICKS: Final[dict[str, timedelta]] = {
    "uncertain_tick": timedelta(seconds=1),  # 2 s
    "reconcile_tick": timedelta(seconds=float(os.environ.get("CHAOS_RECONCILE_S", "5"))),  # 3 min
}


def hurry() -> None:
    """Shorten what there is to wait for; raises AttributeError when it has another name by now."""
    for module_name, name, value in SHORTER:
        module = importlib.import_module(module_name)
        getattr(module, name)
        setattr(module, name, value)
    gateway = importlib.import_module("bot.sms.twilio_gateway").TwilioGateway
    gateway.__init__.__kwdefaults__["within"] = timedelta(seconds=CALL_WITHIN_S)  # 10 s
    for tick in ticks.EVERY:
        if tick.__name__ in TICKS:
            ticks.EVERY[tick] = TICKS[tick.__name__]


def main() -> None:
    """Take orders until there are no more; then nobody that was started here may be left."""
    hurry()
    running: set[int] = set()
    _say(0)
    for line in sys.stdin:
        order = json.loads(line)
        if "serve" in order:
            pid = os.fork()
            if pid == 0:
                _serve(order["serve"])
            running.add(pid)
            _say(pid)
        else:
            _say(_code(order["code"], running))
    for pid in running:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _code(pid: int, running: set[int]) -> int | None:
    """Return what a bot ended with, negative for a signal; None while it runs."""
    found, status = os.waitpid(pid, os.WNOHANG)
    if found == 0:
        return None
    running.discard(pid)
    return os.waitstatus_to_exitcode(status)


def _serve(order: dict[str, Any]) -> None:
    """Be a bot, and never return."""
    os.environ.update(order["environment"])
    os.close(0)
    log = os.open(Path(order["log"]), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    code = 1
    try:
        cli(["serve", "--port", str(order["port"])], standalone_mode=True)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _say(answer: int | None) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
