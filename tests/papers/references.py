"""What a paper points at: a file, a test, a command, a setting. Each is looked up: no sentence outlives its proof."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any, Final, get_args

import click
from pydantic import BaseModel

from bot.__main__ import cli
from bot.settings.environment import Environment
from bot.settings.file import FileConfig
from bot.settings.go_live import GO_LIVE_REFERENCES
from storage.tables import Base

ROOT: Final = Path(__file__).parents[2]
QUOTED: Final = re.compile(r"`([^`]+)`")
COMMAND: Final = "beredskapsbot "
TABLE: Final = "tabellen "
FREE: Final = {"references": set(GO_LIVE_REFERENCES)}  # tables of the file whose keys are free in the model


def quoted(text: str) -> list[str]:
    return QUOTED.findall(text)


def what_is_wrong(token: str) -> str | None:
    """Return None where `token` names something that is there, else what is missing."""
    if token.startswith(COMMAND):
        return _command(token.removeprefix(COMMAND).split())
    if token.startswith("make "):
        return None if _has_target(token.split()[1]) else "no such target in the Makefile"
    if token.startswith(TABLE):
        return None if token.removeprefix(TABLE) in tables() else "no such table"
    if token.startswith("/"):
        return None if token in routes() else "no such address"
    path, _, name = token.partition("::")
    if name:
        return _function(ROOT / path, name)
    if "/" in path or path.endswith((".md", ".toml", ".yml", ".lock", ".example")):
        return None if (ROOT / path).exists() else "no such file"
    if token.isupper():
        return None if token.lower() in Environment.model_fields else "no such variable"
    return _setting(token)


def tables() -> frozenset[str]:
    return frozenset(Base.metadata.tables)


@cache
def routes() -> frozenset[str]:
    """Return the addresses that the handlers answer at, as they are written in them."""
    written = (re.findall(r"\"(/[a-z][\w{}/.-]*)\"", file.read_text()) for file in (ROOT / "handlers").rglob("*.py"))
    return frozenset(address for found in written for address in found)


def _command(words: list[str]) -> str | None:
    here: click.Command = cli
    while words and isinstance(here, click.Group):
        found = here.commands.get(words.pop(0))
        if found is None:
            return "no such command"
        here = found
    known = {name for parameter in here.params for name in parameter.opts}
    unknown = [word for word in words if word.startswith("--") and word not in known]
    return f"no such option: {unknown[0]}" if unknown else None


def _has_target(name: str) -> bool:
    return re.search(rf"^{re.escape(name)}:", (ROOT / "Makefile").read_text(), re.MULTILINE) is not None


def _function(path: Path, name: str) -> str | None:
    if not path.exists():
        return "no such file"
    defined = ast.walk(ast.parse(path.read_text()))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return None if any(isinstance(node, kinds) and node.name == name for node in defined) else "nothing of that name"


def _setting(token: str) -> str | None:
    """Follow "namnd.<nämnd>.chat_content" through the models; what stands in <> is a key that somebody chooses."""
    names = token.strip("[]").split(".")
    here: Any = FileConfig
    for before, name in zip(["", *names], names, strict=False):
        if name in FREE.get(before, ()):
            return None
        if name.startswith("<"):
            continue
        if not _is_model(here) or name not in here.model_fields:
            return "no such setting"
        here = _model_within(here.model_fields[name].annotation)
    return None


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _model_within(kind: Any) -> Any:
    """Return the model of a field: of a list that of its entries, of a table that of its values."""
    if _is_model(kind):
        return kind
    return next((found for inner in get_args(kind) if _is_model(found := _model_within(inner))), None)
