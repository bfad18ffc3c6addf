"""`python -m tests.mutation`: make each mistake in turn, and see that a test fails. Non-zero when one survives.

With `secrecy` or `duty:97` after it, only those of a module or a line are made.

Each mistake is tried in a process of its own, forked from one that has the test tools loaded already; those of the
program are imported there, the one with the mistake among them.
"""

import importlib.abc
import importlib.machinery
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, ModuleType
from typing import Final

import hypothesis
import pytest

from tests.mutation.mutants import Mutant, mutants

ROOT: Final = Path(__file__).parents[2]
MODULES: Final = ("bot.domain.secrecy", "bot.domain.duty")
TESTS: Final = (
    "tests/secrecy/test_table.py",
    "tests/secrecy/test_laws.py",
    "tests/domain/test_duty.py",
    "tests/domain/test_secrecy.py",
)
FEW: Final = 40  # examples of each property: the table has the rest


class _WithMistake(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from code that we have made."""

    def __init__(self, name: str, code: CodeType) -> None:
        self._name, self._code = name, code

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(fullname, self) if fullname == self._name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, module.__dict__)


def is_noticed(name: str, code: CodeType) -> bool:
    """Run the tests against a module; tell whether one fails. Never returns to a process with the module in it."""
    child = os.fork()
    if child == 0:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        os._exit(_run(name, code))
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) != 0


def _run(name: str, code: CodeType) -> int:
    assert not [module for module in sys.modules if module.startswith("bot")], "the program is loaded already"
    sys.meta_path.insert(0, _WithMistake(name, code))
    hypothesis.settings.register_profile("few", max_examples=FEW, derandomize=True, database=None, deadline=None)
    hypothesis.settings.load_profile("few")
    return int(
        pytest.main(
            ["-x", "-q", "--noconftest", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:randomly", *TESTS]
        )
    )


def _all() -> Iterator[tuple[str, Mutant]]:
    for name in MODULES:
        path = ROOT / (name.replace(".", "/") + ".py")
        for mutant in mutants(path.read_text(encoding="utf-8"), name):
            yield name, mutant


def _is_wanted(name: str, mutant: Mutant, wanted: list[str]) -> bool:
    module = name.rpartition(".")[2]
    return module in wanted or f"{module}:{mutant.line}" in wanted


def main() -> int:
    """Say how far it has come, and then what survived."""
    os.chdir(ROOT)
    for name in MODULES:
        path = ROOT / (name.replace(".", "/") + ".py")
        if is_noticed(name, compile(path.read_text(encoding="utf-8"), name, "exec")):
            print(f"{name}: the tests fail without any mistake")
            return 2
    wanted = sys.argv[1:]  # for instance duty, or secrecy:240
    found = [(name, mutant) for name, mutant in _all() if not wanted or _is_wanted(name, mutant, wanted)]
    began = time.monotonic()
    survivors = []
    for nth, (name, mutant) in enumerate(found, 1):
        if not is_noticed(name, mutant.code):
            survivors.append((name, mutant))
            print(f"\r{name} line {mutant.line}: {mutant.what}")
        print(
            f"\r{nth}/{len(found)}  survivors: {len(survivors)}  {time.monotonic() - began:.0f} s", end="", flush=True
        )
    print()
    for name in MODULES:
        mine = [mutant for module, mutant in survivors if module == name]
        made = sum(module == name for module, _ in found)
        print(f"{name:24} {made:4} mistakes {made - len(mine):4} noticed {len(mine):4} survived")
        for mutant in mine:
            print(f"  line {mutant.line}: {mutant.what}")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
