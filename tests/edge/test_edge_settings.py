"""[edge]: what is wrong is said in a sentence, and what is dangerous is refused."""

import tomllib
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from bot.checks import run_checks
from bot.settings import BadSettings, FileConfig, Settings, load
from tests.test_settings import GOOD, KEYS

ROOT = Path(__file__).parents[2]


def settings(folder: Path, edge: str = "", base: str = "https://beredskap.example.se") -> Settings:
    path = folder / "beredskap.toml"
    path.write_text(f"{GOOD}\n[edge]\n{edge}", encoding="utf-8")
    return load(
        environment={
            "slack_bot_token": "xoxb-1", "slack_signing_secret": "0" * 32, "twilio_account_sid": "AC" + "0" * 32,
            "twilio_auth_token": "0" * 32, "public_base_url": base, "encryption_keys": KEYS,
            "database_url": f"sqlite:///{folder / 'no.sqlite3'}", "beredskap_config": path,
        }
    )  # fmt: skip


def test_it_becomes_rules(tmp_path: Path) -> None:
    edge = 'trusted_proxies = ["10.0.0.7", "2001:db8::/32"]\noperators = ["10.1.0.0/16"]\nbody_seconds = 5\ntries = 9'
    rules = settings(tmp_path, edge).rules.edge
    assert rules.trusted_proxies == (ip_network("10.0.0.7/32"), ip_network("2001:db8::/32"))
    assert rules.operators == (ip_network("10.1.0.0/16"),)
    assert (rules.body_within, rules.tries) == (timedelta(seconds=5), 9)
    assert settings(tmp_path).rules.edge.trusted_proxies == ()


@pytest.mark.parametrize(
    ("edge", "said"),
    [
        ('trusted_proxies = ["proxyn"]', "edge.trusted_proxies: är ingen adress och inget nät"),
        ('trusted_proxies = ["0.0.0.0/0"]', "litar på alla adresser"),
        ('trusted_proxies = ["::/0"]', "litar på alla adresser"),
        ('operators = ["10.0.0.1/8"]', "edge.operators: är ingen adress och inget nät"),
        ('slack_networks = [""]', "edge.slack_networks: är ingen adress"),
        ("body_seconds = 15", "edge.body_seconds"),
        ("header_seconds = 0", "edge.header_seconds"),
        ("tries = 1", "edge.tries"),
        ("try = 1", "edge.try är ingen känd inställning"),
    ],
)
def test_what_is_refused(tmp_path: Path, edge: str, said: str) -> None:
    with pytest.raises(BadSettings) as caught:
        settings(tmp_path, edge)
    assert len(caught.value.problems) == 1
    assert said in caught.value.problems[0]


def test_the_example_is_right() -> None:
    table = tomllib.loads((ROOT / "beredskap.example.toml").read_text(encoding="utf-8"))
    rules = FileConfig.model_validate(table).edge.rules()
    assert rules.trusted_proxies == (ip_network("127.0.0.1/32"),)


@pytest.mark.parametrize(
    ("edge", "base", "is_said"),
    [
        ("", "https://beredskap.example.se", True),
        ('trusted_proxies = ["10.0.0.7"]', "https://beredskap.example.se", False),
        ("", "http://127.0.0.1:8000", False),
    ],
)
async def test_check_tells_of_a_proxy_that_is_not_named(tmp_path: Path, edge: str, base: str, is_said: bool) -> None:
    results = await run_checks(settings(tmp_path, edge, base), lambda _: None, offline=True)  # type: ignore[arg-type,return-value]
    found = [result for result in results if "edge.trusted_proxies" in result.sentence]
    assert [result.is_warning for result in found] == [True] * is_said
