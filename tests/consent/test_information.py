"""The page for families says what the settings say, in every language, and leaves nothing blank."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from bot.cli_information import kept_in, register
from bot.domain.ids import NamndId
from bot.domain.information import information_of
from bot.domain.retention import DataKind, RetentionRule, RetentionRules
from bot.domain.rules import ChatContent, HelpNumber, Rules
from bot.information_page import as_html, as_markdown, languages, page_of
from bot.settings.hours import parse_week
from bot.settings.information import InformationConfig
from bot.texts import Texts
from bot.texts import information_words as words
from tests.imports.given import RULES

TEXTS = Texts()
NORRVIK = NamndId("norrvik")
TODAY = date(2026, 11, 20)
JOUR = HelpNumber("socialjour", "Socialjouren", "+46701740690", date(2026, 11, 1), "Lena Holm")


def rules(**changed: Any) -> Rules:
    """Return the settings with a data protection officer, and what is `changed` in those of Norrvik."""
    namnd = replace(RULES.namnder[NORRVIK], dpo_contact="dso@norrvik.example", **changed)
    return replace(RULES, namnder={**RULES.namnder, NORRVIK: namnd}, help_numbers=(JOUR,))


def said(given: Rules, language: str = "sv") -> str:
    return as_markdown(page_of(information_of(given, NORRVIK, TODAY, kept_in(given, NORRVIK)), TEXTS, language))


@pytest.mark.parametrize(
    ("changed", "gone", "there"),
    [
        ({"controller": "Barnnämnden"}, "stadsdelsnämnd ansvarar", "Barnnämnden ansvarar för dina uppgifter"),
        ({"name": "Nya nämnden"}, "Norrviks stadsdelsnämnd", "beredskapen i Nya nämnden"),
        ({"chat_content": ChatContent.INLINE}, "I Slack står inga namn", "kan stå i Slack"),
        ({"answered_by": frozenset({NORRVIK})}, "personal från", "familjebehandlarna i Norrviks"),
        ({"beredskap_hours": parse_week("lör-sön 10.00-02.00")}, "måndag till fredag 17.00", "till söndag 10.00-02.00"),
        ({"office_hours": parse_week("mån 09.00-12.00")}, "08.00-17.00", "kontorstid: måndag 09.00-12.00"),
        ({"office_phone": "+46701740691"}, "saknas", "Ring på kontorstid: 070-174 06 91"),
    ],
)
def test_changing_a_setting_changes_the_sentence(changed: dict[str, Any], gone: str, there: str) -> None:
    before, after = said(rules()), said(rules(**changed))

    assert there not in before or there == "familjebehandlarna i Norrviks"
    assert there in after
    assert gone not in after


def test_how_long_it_is_kept_follows_the_decision() -> None:
    rule = RetentionRule(timedelta(days=90), {NORRVIK: "dnr 7/2026"})
    decided = replace(rules(), retention=RetentionRules({DataKind.CONVERSATIONS: rule}))
    elsewhere = replace(rules(), retention=RetentionRules({DataKind.CONVERSATIONS: replace(rule, decisions={})}))

    assert "efter 90 dagar, enligt beslut dnr 7/2026" in said(decided)
    assert "enligt nämndens gallringsbeslut" in said(elsewhere)
    assert "enligt nämndens gallringsbeslut" in said(rules())


def test_only_a_number_that_somebody_has_verified_stands_there() -> None:
    stale = replace(JOUR, verified_on=TODAY - timedelta(days=366))

    assert "Socialjouren: 070-174 06 90" in said(rules())
    assert "Socialjouren" not in said(replace(rules(), help_numbers=(stale,)))
    assert "Ring 112" in said(replace(rules(), help_numbers=(stale,)))


def test_a_trial_says_so() -> None:
    assert "provdrift" not in said(replace(rules(), is_trial=False))
    assert "provdrift" in said(replace(rules(), is_trial=True))


@pytest.mark.parametrize("language", ["ar", "en", "so", "sv"])
def test_no_language_leaves_anything_out(language: str) -> None:
    page = said(rules(office_phone="+46701740691"), language)

    assert languages(TEXTS) == ("ar", "en", "so", "sv")
    assert not re.search(r"[{}]|None|  |\.\.", page)
    for told in ("Norrviks stadsdelsnämnd", "dso@norrvik.example", "Twilio", "Slack", "6.1 e", "9.2 h", "2025:400"):
        assert told in page or (language == "en" and told in {"6.1 e", "9.2 h"})
    for told in ("2001:454", "imy.se", "112", "070-174 06 91", "070-174 06 90", "17.00-22.00", "2026-11-20", "STOPP"):
        assert told in page
    assert all(paragraph.strip() for paragraph in page.split("\n\n"))


def test_every_language_says_the_same_things() -> None:
    keys = {
        language: {key.split(".")[2] for key in TEXTS._texts if key.startswith(f"information.{language}.")}
        for language in languages(TEXTS)
    }

    assert len({frozenset(found) for found in keys.values()}) == 1


def test_what_a_municipality_calls_itself_cannot_become_markup() -> None:
    facts = information_of(rules(controller="<script>x</script> & Co"), NORRVIK, TODAY, None)
    page = as_html(page_of(facts, TEXTS, "ar"))

    assert "<script>" not in page
    assert "&lt;script&gt;x&lt;/script&gt; &amp; Co" in page
    assert '<html lang="ar" dir="rtl">' in page
    assert "http" not in page, "nothing is fetched from elsewhere"


@pytest.fixture
def run() -> Callable[..., Result]:
    def running(*arguments: object, given: Rules | None = None) -> Result:
        @click.group
        def cli() -> None: ...

        register(cli, lambda: SimpleNamespace(rules=given or rules(), texts=TEXTS))  # type: ignore[arg-type,return-value]
        return CliRunner().invoke(cli, ["information", *map(str, arguments)])

    return running


def test_the_command_writes_a_file_and_never_over_another(run: Callable[..., Result], tmp_path: Path) -> None:
    out = tmp_path / "information.html"

    assert run("--namnd", "norrvik", "--out", out).exit_code == 0
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert run("--namnd", "norrvik", "--out", out).exit_code == 2
    assert run("--namnd", "norrvik", "--language", "en", "--out", out, "--overwrite").exit_code == 0
    assert "What do we keep?" in out.read_text(encoding="utf-8")
    shown = run("--namnd", "norrvik")
    assert shown.stdout.startswith("# Så hanterar vi")


def test_a_language_that_nobody_has_read_for_us_says_so(run: Callable[..., Result]) -> None:
    assert "låt någon som talar somaliska läsa" in run("--namnd", "norrvik", "--language", "so").stderr
    assert run("--namnd", "norrvik", "--language", "en").stderr == ""


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((), words.WHICH_NAMND.format(known="norrvik och sodermark")),
        (("--namnd", "ostmark"), words.WHICH_NAMND.format(known="norrvik och sodermark")),
        (("--namnd", "norrvik", "--language", "tlh"), words.NO_LANGUAGE.format(known="ar, en, so och sv")),
        (("--namnd", "sodermark"), words.NO_DPO.format(namnd="sodermark")),
    ],
)
def test_what_is_missing_is_said(run: Callable[..., Result], arguments: tuple[str, ...], problem: str) -> None:
    done = run(*arguments)

    assert (done.exit_code, done.stderr.strip(), done.stdout) == (2, problem, "")


@pytest.mark.parametrize("url", ["http://norrvik.example", "norrvik.example", "https://", "https://" + "x" * 60])
def test_an_address_that_a_family_cannot_trust_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        InformationConfig(url=url)


def test_an_address_may_be_left_out() -> None:
    assert InformationConfig(url="").url == ""
    assert InformationConfig(url="https://norrvik.example/sms").url == "https://norrvik.example/sms"
