"""Every code that can stand in the log has a Swedish word. The stories prove it too, of each row that they write."""

import ast
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.consent import StopState
from bot.domain.conversation import Ground
from bot.domain.escalation import How, Whom
from bot.domain.notes import ActionCode
from bot.domain.outward import OutwardKind, OutwardOutcome
from bot.domain.people import Basis, LinkRole
from bot.domain.reaction import ActionState
from bot.domain.retention import DataKind
from bot.domain.secrecy import Act
from bot.services.reserve.enter import Refusal
from bot.texts import Texts
from bot.texts.log_words import is_known

TEXTS = Texts()
ROOT = Path(__file__).parents[2]
MADE_OF_CODES = {  # where an act or ground is put together or handed on: what can come of it
    "noted_": [f"noted_{kind.value}" for kind in OutwardKind],
    "import_": ["import_staff", "import_shifts", "import_youths", "import_cases"],
    "action_": [f"action_{state.value}" for state in ActionState if state is not ActionState.OPEN],
}
GROUNDS = [
    *("twilio", "twilio-status", "twilio-voice", "slack"),  # where what we could not digest came from
    *(ground.value for ground in Ground),
    *(f"{whom.value}_{how.value}" for whom, how in itertools.product(Whom, How)),
    *(code.value for code in [*ActionCode, *OutwardOutcome, *Basis, *LinkRole, *Refusal, *DataKind, *StopState]),
]


def parsed() -> Iterator[tuple[Path, ast.Module]]:
    for folder in ("bot", "handlers"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def entries() -> Iterator[tuple[Path, list[ast.expr], dict[str | None, ast.expr]]]:
    """Yield the arguments of every AuditEntry that the program makes."""
    for path, module in parsed():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "AuditEntry":
                yield path, node.args, {keyword.arg: keyword.value for keyword in node.keywords}


def literals(node: ast.expr) -> list[str]:
    """Return the codes that an argument is for certain; nothing for what is handed on."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return [*literals(node.body), *literals(node.orelse)]
    if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        return MADE_OF_CODES[str(node.values[0].value)]
    return []


def test_every_act_has_a_word() -> None:
    acts = {act for _, arguments, _ in entries() for act in literals(arguments[1])}
    constants = {
        str(node.value.value)
        for _, module in parsed()
        for node in ast.walk(module)
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and node.target.id == "ACT"
        and isinstance(node.value, ast.Constant)
    }
    assert len(acts) > 30
    wanted = acts | constants | {act.value for act in Act} | set(itertools.chain(*MADE_OF_CODES.values()))
    assert sorted(act for act in wanted if not is_known("act", act, TEXTS)) == []


def test_every_ground_has_a_word() -> None:
    said = {ground for _, arguments, _ in entries() for ground in literals(arguments[3])}
    ruled = {
        str(node.args[0].value)
        for _, module in parsed()
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"Allowed", "Denied"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert len(ruled) > 15
    assert sorted(ground for ground in said | ruled | set(GROUNDS) if not is_known("ground", ground, TEXTS)) == []


def test_every_kind_of_subject_has_a_word() -> None:
    kinds = set()
    for _, arguments, _ in entries():
        subject = arguments[2]
        if isinstance(subject, ast.JoinedStr) and isinstance(subject.values[0], ast.Constant):
            kinds.add(str(subject.values[0].value).rstrip(":"))
    assert len(kinds) > 10
    assert sorted(kind for kind in kinds if not is_known("subject", kind, TEXTS)) == []


@pytest.mark.parametrize("kind", ["conversation:", "deadline:"])
def test_what_may_be_of_either_world_says_which(kind: str) -> None:
    """Without it a leader of the other world would be shown the row."""
    silent = [
        f"{path.relative_to(ROOT)}:{arguments[0].lineno}"
        for path, arguments, keywords in entries()
        if isinstance(arguments[2], ast.JoinedStr)
        and isinstance(arguments[2].values[0], ast.Constant)
        and arguments[2].values[0].value == kind
        and "world" not in keywords
    ]
    assert silent == []


def test_what_is_of_the_world_of_myndighet_says_so() -> None:
    silent = [
        f"{path.relative_to(ROOT)}:{arguments[0].lineno}"
        for path, arguments, keywords in entries()
        if ("clocks" in path.parts or path.name == "cases.py") and "world" not in keywords
    ]
    assert silent == []
