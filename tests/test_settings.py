"""Settings: what is unsafe is refused with a sentence that helps, and a secret is never repeated."""

import contextlib
import re
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import FREE_DAY, Hours
from bot.domain.ids import NamndId
from bot.domain.people import World
from bot.domain.rest.rules import Compensation, Ground
from bot.domain.rules import ChatContent
from bot.settings import BadSettings, Environment, Settings, is_loopback, load, parse_week
from storage.vault import generate_key, parse_keys

ROOT = Path(__file__).parent.parent
TOKEN, SECRET, AUTH = "xoxb-planted-token", "planted-signing-secret", "planted-twilio-auth-token"
KEYS = generate_key()
NORRVIK, SODERMARK = NamndId("norrvik"), NamndId("sodermark")

GOOD = """
[slack]
team_id = "T0000000000"
bot_user_id = "U0000000000"

[namnd.norrvik]
name = "Norrviks stadsdelsnämnd"
short_name = "Norrvik"
team_channel = "C0000000001"
office_hours = "mån-fre 08.00-17.00"
beredskap_hours = ["mån-fre 17.00-22.00", "lör-sön 10.00-02.00", "helgdag 10.00-24.00"]
office_phone = "070-174 06 09"
decision_ref = "dnr 1/2026"
answers_for = { sodermark = "dnr 2/2026" }

[namnd.sodermark]
name = "Södermarks stadsdelsnämnd"
short_name = "Södermark"
team_channel = "C0000000002"
office_hours = "mån-fre 08.00-17.00"
beredskap_hours = []
decision_ref = "dnr 3/2026"

[[number]]
number = "070-174 06 99"
label = "Beredskapen"
namnder = ["norrvik", "sodermark"]

[closed_days]
planeringsdag = 2026-12-23

[text.button]
take = "Jag har det"
"""


class Home:
    """A directory with settings that a test may spoil."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "beredskap.toml"
        self.environment: dict[str, Any] = {
            "slack_bot_token": TOKEN,
            "slack_signing_secret": SECRET,
            "twilio_account_sid": "AC" + "0" * 32,
            "twilio_auth_token": AUTH,
            "public_base_url": "https://beredskap.example.se",
            "encryption_keys": KEYS,
            "beredskap_config": str(self._path),
        }
        self.write(GOOD)

    def write(self, text: str) -> None:
        self._path.write_text(text, encoding="utf-8")

    def load(self, **changes: Any) -> Settings:
        return load(environment={**self.environment, **changes})

    def problems(self, **changes: Any) -> list[str]:
        """Load, expect a refusal, and return its sentences, none of which repeats a secret."""
        with pytest.raises(BadSettings) as caught:
            self.load(**changes)
        said = str(caught.value) + repr(caught.value)
        secrets = (TOKEN, SECRET, AUTH, KEYS, KEYS.partition(":")[2])
        assert not [secret for secret in secrets if secret in said]
        assert caught.value.__cause__ is None
        return caught.value.problems


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    made = Home(tmp_path)
    for name in made.environment:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    return made


# --- what is right ---


def test_good_settings_become_rules(home: Home) -> None:
    settings = home.load()
    norrvik, sodermark = settings.rules.namnder[NORRVIK], settings.rules.namnder[SODERMARK]

    assert (norrvik.name, norrvik.team_channel) == ("Norrviks stadsdelsnämnd", "C0000000001")
    assert norrvik.chat_content is ChatContent.SEALED
    assert norrvik.office_phone == "+46701740609"
    assert settings.rules.closed_days == {date(2026, 12, 23)}
    assert settings.texts.staff("button.take") == "Jag har det"
    assert not settings.rules.is_trial
    assert settings.rules.untaken_after == timedelta(minutes=15)
    number = settings.rules.number_for("+46701740699")
    assert (number.world, number.namnder, number.reception) == (World.BEREDSKAP, (NORRVIK, SODERMARK), NORRVIK)
    assert sodermark.beredskap_hours.days == ()


def test_each_direction_of_answering_is_decided_by_itself(home: Home) -> None:
    """Norrvik's staff answer for Södermark, and nobody has decided the reverse."""
    namnder = home.load().rules.namnder

    assert namnder[SODERMARK].answered_by == {SODERMARK, NORRVIK}
    assert namnder[NORRVIK].answered_by == {NORRVIK}


def test_a_secret_is_not_shown_by_what_was_loaded(home: Home) -> None:
    said = repr(home.load()) + str(home.load())

    assert not [secret for secret in (TOKEN, SECRET, AUTH, KEYS) if secret in said]


def test_two_tokens_are_good_while_rotating(home: Home) -> None:
    assert home.load().twilio_tokens == [AUTH]
    assert home.load(twilio_auth_token_secondary="").twilio_tokens == [AUTH]
    assert home.load(twilio_auth_token_secondary="the-other-auth-token").twilio_tokens == [AUTH, "the-other-auth-token"]


def test_an_empty_app_token_means_http(home: Home) -> None:
    assert home.load(slack_app_token="").env.slack_app_token is None


@pytest.mark.parametrize("given", ["https://beredskap.example.se", "https://beredskap.example.se/"])
def test_addresses_are_spelt_in_one_way(home: Home, given: str) -> None:
    env = home.load(public_base_url=given, slack_api_base_url="https://slack.com/api").env

    assert env.public_base_url == "https://beredskap.example.se"
    assert env.slack_api_base_url == "https://slack.com/api/"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "::1"])
def test_plain_http_goes_to_this_machine(home: Home, host: str) -> None:
    url = f"http://[{host}]:8080" if ":" in host else f"http://{host}:8080"

    assert is_loopback(host)
    assert home.load(public_base_url=url, twilio_api_base_url=url, slack_api_base_url=url).env.public_base_url == url


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "10.0.0.1", "192.168.1.1", "example.se", "localhost.example.se", "127.0.0.1.example.se", ""],  # noqa: S104,  # noqa: S104
)
def test_no_other_machine_is_this_one(home: Home, host: str) -> None:
    assert not is_loopback(host)
    bracketed = f"[{host}]" if ":" in host else host
    assert home.problems(public_base_url=f"http://{bracketed}") == [
        "PUBLIC_BASE_URL: måste börja med https:// (http går bara till den egna maskinen)"
    ]


# --- what is wrong in the environment ---

REQUIRED = (
    "slack_bot_token",
    "slack_signing_secret",
    "twilio_account_sid",
    "twilio_auth_token",
    "public_base_url",
    "encryption_keys",
)


def test_everything_that_is_missing_is_said_at_once(home: Home) -> None:
    for name in REQUIRED:
        del home.environment[name]

    assert home.problems() == [f"{name.upper()} saknas" for name in REQUIRED]


@pytest.mark.parametrize("name", REQUIRED)
def test_an_empty_setting_is_refused_by_name(home: Home, name: str) -> None:
    [problem] = home.problems(**{name: ""})

    assert problem.startswith(f"{name.upper()}: ")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"slack_signing_secret": " " * 12}, "SLACK_SIGNING_SECRET: är tom"),
        ({"database_url": "mysql://u:hemligt@db/x"}, "DATABASE_URL: måste börja med sqlite:/// eller postgresql://"),
        ({"database_url": ""}, "DATABASE_URL: måste börja med sqlite:/// eller postgresql://"),
        (
            {"twilio_api_base_url": "ftp://api.twilio.com"},
            "TWILIO_API_BASE_URL: måste börja med https:// (http går bara till den egna maskinen)",
        ),
        (
            {"slack_api_base_url": "https://"},
            "SLACK_API_BASE_URL: måste börja med https:// (http går bara till den egna maskinen)",
        ),
    ],
)
def test_what_is_unsafe_is_refused(home: Home, changes: dict[str, str], problem: str) -> None:
    assert home.problems(**changes) == [problem]


def test_no_refusal_repeats_what_was_given(home: Home) -> None:
    problems = home.problems(
        slack_signing_secret="kort-x",
        twilio_auth_token="kort-y",
        twilio_account_sid="AC-planterat",
        database_url="mysql://u:hemligt@db/x",
    )

    assert len(problems) == 4
    assert not [word for word in ("kort-x", "kort-y", "planterat", "hemligt") if word in " ".join(problems)]


def test_problems_of_the_environment_and_of_the_file_come_together(home: Home) -> None:
    home.write(GOOD.replace('team_id = "T0000000000"\n', ""))
    del home.environment["slack_bot_token"]

    assert home.problems() == ["SLACK_BOT_TOKEN saknas", "beredskap.toml: slack.team_id saknas"]


# --- what is wrong in the file ---


def test_a_file_that_is_not_there(home: Home, tmp_path: Path) -> None:
    missing = tmp_path / "annan.toml"

    assert home.problems(beredskap_config=str(missing)) == [
        f"{missing} finns inte. Kopiera beredskap.example.toml och fyll i den."
    ]


@pytest.mark.parametrize("text", ["[slack", "a = ", "a = 1\na = 2"])
def test_a_file_that_is_no_toml(home: Home, text: str) -> None:
    home.write(text)

    [problem] = home.problems()
    assert "kan inte läsas" in problem


SERVED = 'namnder = ["norrvik", "sodermark"]'
OFFICE = 'office_hours = "mån-fre 08.00-17.00"\nberedskap_hours = []'


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ('short_name = "Norrvik"\n', "", "namnd.norrvik.short_name saknas"),
        (
            'short_name = "Norrvik"\n',
            'short_name = "N"\ncolour = "röd"\n',
            "namnd.norrvik.colour är ingen känd",
        ),
        ("[closed_days]", "[closing_days]", "closing_days är ingen känd inställning"),
        (
            'office_phone = "070-174 06 09"',
            'office_phone = "växeln"',
            "namnd.norrvik.office_phone: är inget",
        ),
        ('"dnr 2/2026"', '" "', "namnd.norrvik.answers_for.sodermark saknar beslutets beteckning"),
        ("{ sodermark =", "{ vastervik =", "namnd.norrvik.answers_for nämner vastervik, som inte finns"),
        (OFFICE, OFFICE.replace("08.00-17.00", "8-17"), "tiden 'mån-fre 8-17' förstås inte"),
        (OFFICE, OFFICE.replace("17.00", "25.00"), "klockslaget i 'mån-fre 08.00-25.00' finns inte"),
        (OFFICE, OFFICE.replace("mån-fre", "fre-mån"), "dagarna i 'fre-mån 08.00-17.00' står i fel ordning"),
        (OFFICE, OFFICE.replace("mån-fre", "vardag"), "förstås inte"),
        ('"070-174 06 99"', '"71234"', "number.0.number: är inget telefonnummer"),
        (SERVED, 'namnder = ["norrvik"]', "inget beredskapsnummer betjänar sodermark"),
        (SERVED, 'world = "myndighet"\n' + SERVED, "inget beredskapsnummer betjänar norrvik, sodermark"),
        (SERVED, 'namnder = ["norrvik", "vastervik"]', "nämner en nämnd som inte finns: vastervik"),
        ("[closed_days]", '[[number]]\nnumber = "0701740699"\nlabel = "B"\nnamnder = ["norrvik"]\n[closed_days]', "tv"),
        ("[closed_days]", '[references]\ndpia = "x"\n[closed_days]', "references har okända namn: dpia"),
        ("[closed_days]", '[trial]\nnumbers = ["hej"]\n[closed_days]', "trial.numbers: är inget telefonnummer"),
        ('take = "Jag har det"', 'tack = "Jag"', "texten button.tack finns inte"),
        ('take = "Jag har det"', 'take = "Jag {namn}"', "texten button.take har fält som inte finns"),
        ('decision_ref = "dnr 1/2026"', 'chat_content = "inline"', "kräver inline_approval_ref"),
    ],
)
def test_a_mistake_in_the_file_is_named(home: Home, good: str, bad: str, said: str) -> None:
    assert good in GOOD
    home.write(GOOD.replace(good, bad))

    problems = home.problems()

    assert [problem for problem in problems if problem.startswith("beredskap.toml: ") and said in problem], problems


@pytest.mark.parametrize(
    ("name", "value"), [("untaken_minutes", 0), ("reopen_days", 91), ("sms_validity_minutes", 601)]
)
def test_a_wait_without_reason_is_refused(home: Home, name: str, value: int) -> None:
    home.write(f"{GOOD}\n[wait]\n{name} = {value}\n")

    [problem] = home.problems()
    assert problem.startswith(f"beredskap.toml: wait.{name}: ")


def test_inline_with_its_decision_is_allowed(home: Home) -> None:
    inline = 'decision_ref = "dnr 1/2026"\nchat_content = "inline"\ninline_approval_ref = "dnr 9/2026"'
    home.write(GOOD.replace('decision_ref = "dnr 1/2026"', inline))

    assert home.load().rules.namnder[NORRVIK].chat_content is ChatContent.INLINE


# --- rest ---

REST = """
[rest]
ordinary_hours = ["mån-tor 08.00-16.30", "fre 08.00-15.00"]
dygnsbryt = "08.00"
dygnsbryt_for = { norrvik = "06.00" }
local_agreement_ref = "LOK 2026:3"
compensation = "disturbance"
month_limit_hours = 120
record_active_time = true

[[rest.exception]]
ground = "8a"
namnd = "norrvik"
first = 2026-12-24
last = 2026-12-26
reason = "Julen"
approver = "Lena Holm"
"""


def test_rest_as_the_employer_has_decided(home: Home) -> None:
    home.write(GOOD + REST)
    rest = home.load().rules.rest

    assert (rest.dygnsbryt, rest.in_namnd(NORRVIK).dygnsbryt) == (time(8), time(6))
    assert rest.ordinary_hours.on(4) == (Hours(time(8), time(15)),)
    assert (rest.local_agreement_ref, rest.compensation) == ("LOK 2026:3", Compensation.DISTURBANCE)
    assert (rest.month_limit, rest.notice) == (timedelta(hours=120), timedelta(days=14))
    assert rest.record_active_time
    [exception] = rest.in_namnd(NORRVIK).exceptions
    assert (exception.ground, exception.approver) == (Ground.PLANNED, "Lena Holm")
    assert rest.in_namnd(SODERMARK).exceptions == ()


def test_nobodys_working_time_is_kept_without_a_decision(home: Home) -> None:
    assert not home.load().rules.rest.record_active_time


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ('dygnsbryt = "08.00"', 'dygnsbryt = "00.00"', "dygnsbryt 00.00 delar nattvilan"),
        ('norrvik = "06.00" }', 'norrvik = "23.00" }', "dygnsbryt 23.00 delar nattvilan"),
        ('dygnsbryt = "08.00"', 'dygnsbryt = "åtta"', "klockslaget 'åtta' förstås inte"),
        ('norrvik = "06.00" }', 'ostanfors = "06.00" }', "rest nämner ostanfors, som inte finns"),
        ("fre 08.00-15.00", "fredag 8-15", "tiden 'fredag 8-15' förstås inte"),
        ('reason = "Julen"', 'reason = " "', "ett undantag måste ha skäl"),
        ("last = 2026-12-26", "last = 2026-12-23", "last är före first"),
        ('ground = "8a"', 'ground = "9"', "rest.exception.0.ground"),
        ('compensation = "disturbance"', 'compensation = "kanske"', "rest.compensation"),
    ],
)
def test_rest_that_does_not_hold_together_is_refused(home: Home, good: str, bad: str, said: str) -> None:
    assert good in REST
    home.write(GOOD + REST.replace(good, bad))

    [problem] = home.problems()
    assert problem.startswith("beredskap.toml: ")
    assert said in problem


# --- hours ---


def test_hours_are_read_as_they_are_written() -> None:
    week = parse_week(["mån-tis 17.00-22.00", "lör 10:00-02:00", "Helgdag 00.00-24.00"])

    assert week.days == (
        (0, Hours(time(17), time(22))),
        (1, Hours(time(17), time(22))),
        (5, Hours(time(10), time(2))),
        (FREE_DAY, Hours(time(0), time(0))),
    )
    assert parse_week("sön 08.00-09.00").days == ((6, Hours(time(8), time(9))),)


@given(st.text(max_size=30))
def test_hours_that_are_not_understood_are_nothing_worse_than_that(line: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse_week(line).days


# --- the examples ---


def filled_in(text: str) -> dict[str, str]:
    """Read an env file and fill in what the operator must."""
    pairs = (line.partition("=") for line in text.splitlines() if line and not line.startswith("#"))
    values = {name.strip().lower(): value.strip() for name, _, value in pairs}
    values |= {"slack_signing_secret": SECRET, "twilio_auth_token": AUTH, "encryption_keys": KEYS}
    return values


def test_the_example_files_load_when_the_secrets_are_filled_in(home: Home) -> None:
    environment = filled_in((ROOT / ".env.example").read_text(encoding="utf-8"))
    home.write((ROOT / "beredskap.example.toml").read_text(encoding="utf-8"))

    settings = load(environment={**environment, "beredskap_config": home.environment["beredskap_config"]})

    assert settings.rules.is_trial
    assert settings.rules.trial_numbers == frozenset()
    assert settings.env.slack_app_token is None
    assert len(parse_keys(settings.env.encryption_keys.get_secret_value())) == 1


def test_the_example_names_every_setting_of_the_environment() -> None:
    named = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))

    assert {name.lower() for name in named} == set(Environment.model_fields)


def test_a_secret_in_the_file_is_no_setting(home: Home) -> None:
    home.write(GOOD.replace("[slack]\n", f'[slack]\nbot_token = "{TOKEN}"\n'))

    assert home.problems() == ["beredskap.toml: slack.bot_token är ingen känd inställning"]
