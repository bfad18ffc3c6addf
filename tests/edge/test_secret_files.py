"""Secrets come from the environment or from files that only we can read, and are never said again."""

import ast
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from bot.__main__ import cli
from bot.settings import BadSettings, Environment, load
from bot.settings.secret_files import SECRET
from storage.vault import generate_key
from tests.test_settings import GOOD

ROOT = Path(__file__).parents[2]
KEYS = generate_key()
PLANTED = {
    "slack_bot_token": "xoxb-planterad-hemlighet",
    "slack_signing_secret": "planterad-signing-hemlighet",
    "slack_app_token": "xapp-planterad-hemlighet",
    "twilio_auth_token": "planterad-twilio-hemlighet",
    "twilio_auth_token_secondary": "planterad-andra-hemlighet",
    "database_url": "postgresql://bot:planterat-hemligt@127.0.0.1/bot",
    "encryption_keys": KEYS,
}
OPEN: dict[str, Any] = {"twilio_account_sid": "AC" + "0" * 32, "public_base_url": "https://beredskap.example.se"}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Every secret in a file of its own, and nothing of it in the environment."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "beredskap.toml").write_text(GOOD, encoding="utf-8")
    for name, secret in PLANTED.items():
        monkeypatch.delenv(name.upper(), raising=False)
        path = tmp_path / name
        path.write_text(f"{secret}\n", encoding="utf-8")
        path.chmod(0o400)
    return {**OPEN, **{f"{name}_file": str(tmp_path / name) for name in PLANTED}}


def problems(environment: dict[str, Any]) -> list[str]:
    with pytest.raises(BadSettings) as caught:
        load(environment=environment)
    said = str(caught.value) + repr(caught.value)
    assert not [secret for secret in PLANTED.values() if secret in said]
    return caught.value.problems


def test_every_secret_may_stand_in_a_file(files: dict[str, Any]) -> None:
    env = load(environment=files).env
    read = {name: getattr(env, name) for name in SECRET}
    assert {name: getattr(v, "get_secret_value", lambda v=v: v)() for name, v in read.items()} == PLANTED


def test_the_process_is_told_in_the_same_way(files: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """One of them named in .env, the others in the environment."""
    named = dict(files)
    Path(".env").write_text(f"TWILIO_AUTH_TOKEN_FILE={named.pop('twilio_auth_token_file')}\n", encoding="utf-8")
    for name, value in named.items():
        monkeypatch.setenv(name.upper(), value)
    assert load().env.twilio_auth_token.get_secret_value() == PLANTED["twilio_auth_token"]
    assert load().env.database_url == PLANTED["database_url"]


@pytest.mark.skipif(os.name != "posix", reason="there are no such rights elsewhere")
@pytest.mark.parametrize("right", [stat.S_IRGRP, stat.S_IROTH, stat.S_IWGRP, stat.S_IXOTH])
def test_a_file_that_others_have_rights_to(files: dict[str, Any], right: int) -> None:
    Path(files["encryption_keys_file"]).chmod(0o600 | right)
    assert problems(files) == ["ENCRYPTION_KEYS_FILE: filen kan läsas av andra; kör chmod 600 på den"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "filen är tom"),
        (b" \n", "filen är tom"),
        (b"\xff\xfe", "filen är ingen text"),
        (b"a" * 70_000, "för stor"),
    ],
)
def test_a_file_that_is_of_no_use(files: dict[str, Any], content: bytes, said: str) -> None:
    path = Path(files["twilio_auth_token_file"])
    path.chmod(0o600)
    path.write_bytes(content)
    (problem,) = problems(files)
    assert problem.startswith("TWILIO_AUTH_TOKEN_FILE: ")
    assert said in problem


def test_no_file_and_no_regular_file(files: dict[str, Any], tmp_path: Path) -> None:
    gone = problems({**files, "slack_bot_token_file": str(tmp_path / "gone")})
    assert [p.split(": ")[0] for p in gone] == ["SLACK_BOT_TOKEN_FILE"]
    assert problems({**files, "slack_bot_token_file": str(tmp_path)}) == ["SLACK_BOT_TOKEN_FILE: är ingen fil"]


def test_both_at_once_is_one_too_many(files: dict[str, Any]) -> None:
    said = problems({**files, "slack_bot_token": PLANTED["slack_bot_token"]})
    assert said == ["SLACK_BOT_TOKEN_FILE: SLACK_BOT_TOKEN är också satt; välj det ena"]


def test_settings_are_shown_without_them(files: dict[str, Any]) -> None:
    settings = load(environment=files)
    shown = f"{settings!r} {settings} {settings.env!r} {settings.env.model_dump()!r}".replace(
        PLANTED["database_url"], ""
    )
    for secret in [*PLANTED.values(), "planterat-hemligt"]:
        assert secret not in shown
    assert "planterat-hemligt" not in repr(settings) + str(settings)


def test_every_secret_setting_is_listed() -> None:
    """A new one is a SecretStr, and may then stand in a file as well."""
    hidden = {name for name, f in Environment.model_fields.items() if "SecretStr" in str(f.annotation) or not f.repr}
    assert hidden == set(SECRET) == set(PLANTED)


def test_no_secret_is_given_on_a_command_line() -> None:
    """Everybody on the machine can read those."""
    words = re.compile(r"token|secret|password|key(?!$)|pin$", re.IGNORECASE)
    for command in _commands(cli):
        for parameter in command.params:
            assert not words.search(parameter.name or ""), (command.name, parameter.name)


def _commands(group: click.Group) -> Iterator[click.Command]:
    for command in group.commands.values():
        yield command
        if isinstance(command, click.Group):
            yield from _commands(command)


SECRET_WORDS = re.compile(r"(^|_)(token|secret|signature|pin|cookie|password)(_hash)?$|^hashed$|^form_token$")
EXPLAINED = {  # what is compared, and why that tells nobody anything
    "column == hashed": "looked up by a keyed hash, of which a guess tells nothing",
    "pin != again": "two fields that one person has typed in one form",
    "pin[:2] * 3 == pin": "the shape of a PIN that is being chosen",
    "pin.pin_hash != tried.pin_hash": "ours with ours: whether it was changed meanwhile",
    "col(ReserveLinkRow.token_hash) == token_hash": "looked up by a hash, of which a guess tells nothing",
    "col(CalendarFeedRow.token_hash) == token_hash": "looked up by a hash, of which a guess tells nothing",
}


def test_no_secret_is_compared_in_a_way_that_takes_longer_the_nearer_it_is() -> None:
    """`==` and `in` stop at the first letter that differs: hmac.compare_digest is what is for secrets."""
    found = {}
    for folder in ("bot", "handlers", "storage", "scheduler"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "sandbox" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Compare) and _compares_a_secret(node):
                    found[ast.unparse(node)] = f"{path.relative_to(ROOT)}:{node.lineno}"
    assert set(found) == set(EXPLAINED), found


def _compares_a_secret(node: ast.Compare) -> bool:
    if not any(isinstance(op, ast.Eq | ast.NotEq | ast.In | ast.NotIn) for op in node.ops):
        return False
    sides = [node.left, *node.comparators]
    if any(isinstance(side, ast.Constant) for side in sides):  # with what stands in the code, which is no secret
        return False
    return any(SECRET_WORDS.search(_name(side)) for side in sides)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id != "len":
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def test_such_a_comparison_is_found() -> None:
    for bad in ("token == given", "form_token(x) != given", "self.secret in known"):
        assert _compares_a_secret(ast.parse(bad, mode="eval").body)  # type: ignore[arg-type]
    assert not _compares_a_secret(ast.parse("token == ''", mode="eval").body)  # type: ignore[arg-type]
