"""A restored copy texts nobody about what was before: every place that queues an sms is walked (ADR 0024).

A function that puts an sms into the outbox, or calls one that does, either asks `is_from_before` itself or leaves it
to its callers; one that nobody in bot/services calls any more, and that has not asked, must stand here with a reason.
"""

import ast
from collections import defaultdict
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
QUEUED: Final = frozenset({"SMS", "STAFF_SMS"})
ASKS: Final = "is_from_before"
Name = tuple[str, str]  # module and function

A_PERSON: Final = "a person presses or writes now: what they want said is said"
OF_STAFF: Final = "to our own staff: too often is better than not at all, and escalation goes on from what waits"
AHEAD: Final = "about a shift that is still ahead, or about how the program feels at this moment"
S: Final = "bot.services."
REASONS: Final[dict[Name, str]] = {
    (S + "clocks.summons", "book_by_hand"): A_PERSON,
    (S + "clocks.summons", "call_off"): A_PERSON,
    (S + "clocks.summons", "summon"): A_PERSON,
    (S + "reply", "reply"): A_PERSON,
    (S + "resend", "resend"): A_PERSON,
    (S + "start_conversation", "start_conversation"): A_PERSON,
    (S + "typed_in_slack", "send_held"): A_PERSON,
    (S + "write_note", "write_note"): A_PERSON,
    (S + "ready.own_sms", "_plan"): A_PERSON,
    (S + "incident.telling", "text"): OF_STAFF,
    (S + "escalation.deliver_call", "_text_instead"): OF_STAFF,
    (S + "escalation.escalate", "_reach"): OF_STAFF,
    (S + "reserve.ask_anew", "text_anew"): OF_STAFF,
    (S + "reserve.call_out", "_call"): OF_STAFF,
    (S + "ready.ask", "plan_sms"): AHEAD,
    (S + "watch.text_alerts", "_queue"): AHEAD,
}


class Function:
    """A function of a module, with those that are within it."""

    def __init__(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)} | {
            f"{inner.value.id}.{inner.attr}"
            for inner in ast.walk(node)
            if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name)
        }
        self.queues = any(
            isinstance(inner, ast.Attribute)
            and inner.attr in QUEUED
            and isinstance(inner.value, ast.Name)
            and inner.value.id == "OutboxKind"
            for call in ast.walk(node)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "add"
            for argument in call.args[:1]
            for inner in ast.walk(argument)
        )


def functions(folder: Path, root: Path) -> tuple[dict[Name, Function], dict[Name, set[Name]]]:
    """Return every function under a folder, and who uses whom: by name, as it was imported."""
    found: dict[Name, Function] = {}
    known: dict[str, dict[str, Name]] = {}
    for file in sorted(folder.rglob("*.py")):
        module = ".".join(file.relative_to(root).with_suffix("").parts)
        tree = ast.parse(file.read_text(encoding="utf-8"))
        known[module] = _imported(tree)
        for node in tree.body:
            for inner in node.body if isinstance(node, ast.ClassDef) else [node]:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                    found[(module, inner.name)] = Function(inner)
                    known[module][inner.name] = (module, inner.name)
    callers: dict[Name, set[Name]] = defaultdict(set)
    for caller, function in found.items():
        for name in function.names:
            used = _used(known[caller[0]], name)
            if used in found and used != caller:
                callers[used].add(caller)
    return found, callers


def _used(known: dict[str, Name], name: str) -> Name | None:
    """Return what a name is: "queue" a function that was imported or made here, "saying.send" one of a module."""
    whole, _, part = name.partition(".")
    found = known.get(whole)
    return (".".join(found), part) if found is not None and part else found


def _imported(tree: ast.Module) -> dict[str, Name]:
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def who_does_not_ask(folder: Path, root: Path, reasons: dict[Name, str]) -> tuple[set[Name], set[Name]]:
    """Return the ways to an sms on which nobody asks, and the reasons that were of use."""
    found, callers = functions(folder, root)
    ahead = [name for name, function in found.items() if function.queues]
    seen, silent, used = set(ahead), set(), set()
    while ahead:
        name = ahead.pop()
        if name in reasons:
            used.add(name)
        elif ASKS not in found[name].names:
            if not callers[name]:
                silent.add(name)
            ahead += [caller for caller in callers[name] if caller not in seen]
            seen |= callers[name]
    return silent, used


def test_every_way_to_an_sms_asks_or_says_why_not() -> None:
    silent, used = who_does_not_ask(ROOT / "bot" / "services", ROOT, REASONS)
    assert sorted(silent) == []
    assert used == set(REASONS), "a reason that is of no use any more"


def test_the_walk_finds_one_that_does_not_ask(tmp_path: Path) -> None:
    lines = {
        "queue": "def queue(tx):\n    tx.outbox.add(OutboxKind.SMS, 'lane', {})\n",
        "asks": "from services.queue import queue\ndef asks(tx):\n    is_from_before(tx, at) or queue(tx)\n",
        "silent": "from services.queue import queue\nasync def silent(tx):\n    def change():\n        queue(tx)\n",
        "other": "def other(tx):\n    tx.outbox.add(OutboxKind.CARD, 'lane', {})\n",
    }
    folder = tmp_path / "services"
    folder.mkdir()
    for name, text in lines.items():
        (folder / f"{name}.py").write_text(text)

    assert who_does_not_ask(folder, tmp_path, {}) == ({("services.silent", "silent")}, set())
    reasons = {("services.silent", "silent"): "why"}
    assert who_does_not_ask(folder, tmp_path, reasons) == (set(), set(reasons))
