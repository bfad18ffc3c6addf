"""Instances must agree on their settings; from the hash nobody can tell what they are."""

from pathlib import Path
from typing import Any

import pytest

from bot.app_sandbox import ACCOUNT_SID
from bot.settings import load
from bot.settings_hash import settings_hash
from storage.vault import generate_key
from tests.acceptance.night import CONFIG

KEY = generate_key("k1")
FILLED = CONFIG.format(norrvik_content="sealed", sodermark_content="sealed", norrvik_answers="", sodermark_answers="")


def hashed(folder: Path, more: str = "", **changes: Any) -> str:
    config = folder / "beredskap.toml"
    config.write_text(FILLED + more, encoding="utf-8")
    environment = {
        "slack_bot_token": "xoxb-1",
        "slack_signing_secret": "s" * 16,
        "twilio_account_sid": ACCOUNT_SID,
        "twilio_auth_token": "t" * 32,
        "public_base_url": "https://beredskap.example.se",
        "encryption_keys": KEY,
        "beredskap_config": config,
    }
    return settings_hash(load(environment={**environment, **changes}))


def test_the_same_settings_have_the_same_hash(tmp_path: Path) -> None:
    assert hashed(tmp_path) == hashed(tmp_path, "# a comment\n")
    assert hashed(tmp_path, database_url="postgresql://somewhere/else") == hashed(tmp_path)  # that is where they meet


@pytest.mark.parametrize(
    "changes",
    [
        {"more": '[text.button]\ntake = "Jag har det"\n'},
        {"more": "[trial]\non = true\n"},
        {"public_base_url": "https://annan.example.se"},
        {"encryption_keys": generate_key("k1")},
        {"encryption_keys": f"{KEY},{generate_key('k2')}"},
        {"slack_bot_token": "xoxb-2"},
        {"twilio_auth_token_secondary": "u" * 32},
    ],
)
def test_what_differs_shows(tmp_path: Path, changes: dict[str, str]) -> None:
    assert hashed(tmp_path, **changes) != hashed(tmp_path)


def test_the_order_of_the_keys_counts(tmp_path: Path) -> None:
    second = generate_key("k2")
    assert hashed(tmp_path, encryption_keys=f"{KEY},{second}") != hashed(tmp_path, encryption_keys=f"{second},{KEY}")
