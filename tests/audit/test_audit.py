"""What we are built of is known, may be used, and is asked about."""

import json
import subprocess
from email.message import Message
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from audit import __main__ as audit
from audit.licences import is_allowed, licence_of, refusals
from audit.lock import Pinned, read_lock

MIT = "License :: OSI Approved :: MIT License"


def said(**fields: str) -> Any:
    told = Message()
    for name, value in fields.items():
        told[name.replace("_", "-")] = value
    return told


def test_the_lock_is_read_whole() -> None:
    pinned = read_lock()
    lines = [line for line in Path("requirements.lock").read_text(encoding="utf-8").splitlines() if line[:1].isalnum()]
    assert len(pinned) == len(lines) > 90
    assert {"aiohttp", "slack-bolt", "twilio"} <= {package.name for package in pinned}


def test_what_is_for_other_machines(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text("a==1 \\\n    --hash=x\nb.c==2.0.post1 ; sys_platform == 'nowhere' \\\n    --hash=y\n")
    assert read_lock(lock) == [Pinned("a", "1"), Pinned("b.c", "2.0.post1", is_here=False)]


def test_every_licence_is_one_that_we_allow() -> None:
    assert refusals(read_lock()) == []


@pytest.mark.parametrize(
    ("metadata", "licence"),
    [
        (said(License_Expression="MIT OR Apache-2.0", License="anything"), "MIT OR Apache-2.0"),
        (said(Classifier=MIT, License="a page of text"), "MIT"),
        (said(License="Apache 2.0"), "Apache-2.0"),
        (said(License="BSD-3-Clause"), "BSD-3-Clause"),
        (said(License="See the file"), None),
        (said(Classifier="License :: OSI Approved :: GNU Affero General Public License v3"), None),
        (said(), None),
    ],
)
def test_what_a_package_says_of_itself(metadata: Any, licence: str | None) -> None:
    assert licence_of(metadata) == licence


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND GPL-2.0-only", False),
        ("", False),
    ],
)
def test_what_is_allowed(expression: str, allowed: bool) -> None:
    assert is_allowed(expression) is allowed


def test_a_package_that_nobody_has_judged(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(audit, "read_lock", lambda: [Pinned("never-heard-of-it", "1"), Pinned("x", "1", is_here=False)])
    assert audit.main(["licences"]) == 1
    assert "never-heard-of-it: not installed" in capsys.readouterr().out


def test_the_list_is_complete_and_always_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lists = []
    for name in ("one.json", "two.json"):
        monkeypatch.setattr(audit, "SBOM", tmp_path / name)
        assert audit.main(["sbom"]) == 0
        lists.append((tmp_path / name).read_bytes())
    assert lists[0] == lists[1]
    assert json.loads(lists[0])["bomFormat"] == "CycloneDX"


def answering(monkeypatch: pytest.MonkeyPatch, stdout: str) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=stdout, stderr="", returncode=1))


def test_what_is_known_to_be_unsafe_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    flaw = {"id": "CVE-2026-1", "fix_versions": ["2"]}
    answering(
        monkeypatch, json.dumps({"dependencies": [{"name": "a", "version": "1", "vulns": [flaw]}, {"name": "b"}]})
    )
    assert audit.main(["vulnerabilities"]) == 1
    assert "a 1: CVE-2026-1, mended in 2" in capsys.readouterr().out


def test_without_a_network_it_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    answering(monkeypatch, "")
    assert audit.main(["vulnerabilities"]) == 0
    assert "NOT CHECKED" in capsys.readouterr().out


def test_a_step_that_we_do_not_have() -> None:
    assert audit.main(["licenses"]) == 2
