"""Nobody outside is reached until every row of facts/law.md section 13 is settled: each is taken away in turn."""

import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

import bot.__main__ as command_line
from bot.domain.go_live import counts, ending
from bot.settings import CLOCK_REFERENCES, GO_LIVE_REFERENCES, Settings, decisions
from bot.texts import go_live_words
from storage.vault import generate_key

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 22)
REAL = {"slack_api_base_url": "https://slack.com/api/", "twilio_api_base_url": "https://api.twilio.com"}
HERE = {"slack_api_base_url": "http://127.0.0.1:1/", "twilio_api_base_url": "http://127.0.0.1:2"}
CLOCKS = "\n".join(f'{name} = "SDN 2026/31"' for name in CLOCK_REFERENCES)
REFERENCES = "\n".join(f'{name} = "SDN 2026/7"' for name in GO_LIVE_REFERENCES if name != "gallring_days")

READY = f"""
[slack]
team_id = "T0000000000"
bot_user_id = "U0000000000"

[namnd.norrvik]
name = "Norrviks stadsdelsnämnd"
short_name = "Norrvik"
team_channel = "C0000000001"
office_hours = "mån-fre 08.00-17.00"
beredskap_hours = []
chat_content = "inline"
inline_approval_ref = "SDN 2026/5"
decision_ref = "SDN 2026/1"
answers_for = {{ sodermark = "SDN 2026/2" }}
[namnd.norrvik.clocks]
{CLOCKS}

[namnd.sodermark]
name = "Södermarks stadsdelsnämnd"
short_name = "Södermark"
team_channel = "C0000000002"
office_hours = "mån-fre 08.00-17.00"
beredskap_hours = []
decision_ref = "SDN 2026/3"
answers_for = {{ norrvik = "SDN 2026/4" }}
[namnd.sodermark.clocks]
{CLOCKS}

[[number]]
number = "070-174 06 99"
label = "Beredskapen"
namnder = ["norrvik", "sodermark"]

[[help_number]]
key = "socialjour"
name = "Socialjouren"
number = "070-174 06 95"
verified_on = {TODAY - timedelta(days=20)}
verified_by = "Lena Holm"

[references]
gallring_days = 90
{REFERENCES}
"""

AWAY: dict[str, tuple[str, str]] = {  # the decision -> what is written in place of what
    "namnd.norrvik.decision_ref": ('decision_ref = "SDN 2026/1"', 'decision_ref = " "'),
    "namnd.sodermark.decision_ref": ('decision_ref = "SDN 2026/3"', 'decision_ref = "TODO"'),
    "namnd.norrvik.answers_for.sodermark": ("SDN 2026/2", "dnr 0/0000"),
    "namnd.sodermark.answers_for.norrvik": ("SDN 2026/4", "-"),
    "namnd.norrvik.inline_approval_ref": ("SDN 2026/5", "xxx"),
    "help_number.socialjour": (f"verified_on = {TODAY - timedelta(days=20)}", "verified_on = 2025-06-01"),
    **{f"references.{name}": (f'{name} = "SDN 2026/7"', f'{name} = "…"') for name in GO_LIVE_REFERENCES},
    "references.gallring_days": ("gallring_days = 90", "gallring_days = 0"),
}
AWAY |= {f"namnd.sodermark.clocks.{name}": (f'{name} = "SDN 2026/31"', f'{name} = "?"') for name in CLOCK_REFERENCES}


class Machine:
    """A folder with settings, and `serve` that says what it would have done."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._path = folder / "beredskap.toml"
        self._monkeypatch = monkeypatch
        self.served: list[Settings] = []
        monkeypatch.chdir(folder)
        monkeypatch.setattr(command_line, "serve", self._serve)
        monkeypatch.setattr(command_line, "machine_now", lambda: _at(TODAY))
        monkeypatch.setattr("bot.checks.machine_now", lambda: _at(TODAY))
        self.sets(
            slack_bot_token="xoxb-1",
            slack_signing_secret="a-signing-secret",
            twilio_account_sid="AC" + "0" * 32,
            twilio_auth_token="0" * 32,
            public_base_url="https://beredskap.example.se",
            encryption_keys=generate_key(),
            beredskap_config=str(self._path),
            database_url=f"sqlite:///{folder / 'b.sqlite3'}",
            **REAL,
        )
        self.write(READY)

    async def _serve(self, settings: Settings, host: str, port: int) -> None:
        self.served.append(settings)

    def sets(self, **values: str) -> None:
        for name, value in values.items():
            self._monkeypatch.setenv(name.upper(), value)

    def write(self, text: str) -> None:
        self._path.write_text(text, encoding="utf-8")

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(command_line.cli, list(arguments))


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_it_serves_when_all_is_settled(machine: Machine) -> None:
    result = machine.run("serve", "--host", "0.0.0.0")  # noqa: S104

    assert result.exit_code == 0, result.output
    assert len(machine.served) == 1


def test_the_walk_goes_past_every_decision(machine: Machine) -> None:
    machine.run("serve")

    asked = {decision.where for decision in decisions(machine.served[0].file, TODAY)}
    assert asked == set(AWAY) | {f"namnd.norrvik.clocks.{name}" for name in CLOCK_REFERENCES}
    assert {decision.row for decision in decisions(machine.served[0].file, TODAY)} == set(range(1, 11))


@pytest.mark.parametrize("where", AWAY)
def test_it_does_not_serve_without(machine: Machine, where: str) -> None:
    there, gone = AWAY[where]
    namnd = "[namnd.sodermark]" if where.startswith("namnd.sodermark") else ""
    head, mark, rest = READY.partition(namnd) if namnd else ("", "", READY)
    assert there in rest
    machine.write(head + mark + rest.replace(there, gone, 1))

    result = machine.run("serve")

    assert result.exit_code == 2
    assert not machine.served
    [said, only_here] = [line.strip() for line in result.output.splitlines()]
    assert said.startswith(f"✗ {where} i beredskap.toml: ")
    assert re.search(r" saknas\. Skälet: .+\.$", said)
    assert "PUBLIC_BASE_URL" in only_here


@pytest.mark.parametrize("where", AWAY)
def test_a_trial_serves_without_and_check_says_so(machine: Machine, where: str) -> None:
    there, gone = AWAY[where]
    machine.write(READY.replace(there, gone, 1) + "\n[trial]\non = true\n")

    assert machine.run("serve").exit_code == 0
    said = machine.run("check", "--offline").output
    assert sum(line.strip().startswith("saknas") for line in said.splitlines()) == 1
    assert re.search(r"! .+ saknas\. Skälet: ", said)


def test_check_shows_all_of_it_as_a_table(machine: Machine) -> None:
    said = machine.run("check", "--offline").output

    rows = [line.split() for line in said.splitlines() if re.match(r"\s+(klart|saknas) ", line)]
    assert {row[3] for row in rows} == set(AWAY) | {f"namnd.norrvik.clocks.{name}" for name in CLOCK_REFERENCES}
    assert all(row[0] == "klart" for row in rows)


# --- who is outside ---


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_alone_on_the_machine_nothing_is_asked_for(machine: Machine, host: str) -> None:
    machine.write(READY.partition("[references]")[0])
    machine.sets(public_base_url="http://127.0.0.1:8000", **HERE)

    assert machine.run("serve", "--host", host).exit_code == 0


@pytest.mark.parametrize(
    ("host", "changes", "why"),
    [
        ("0.0.0.0", {}, "--host"),  # noqa: S104
        ("::", {}, "--host"),
        ("", {}, "--host"),
        ("0", {}, "--host"),
        ("192.168.1.7", {}, "--host"),
        ("127.0.0.1.example.se", {}, "--host"),
        ("127.0.0.1", {"public_base_url": "https://beredskap.example.se"}, "PUBLIC_BASE_URL"),  # a proxy in front
        ("127.0.0.1", {"public_base_url": "https://ab12.tunnel.example"}, "PUBLIC_BASE_URL"),
        # A tunnel that nobody tells of: the real carrier's list is read, and families are answered, without any door.
        ("127.0.0.1", {"twilio_api_base_url": REAL["twilio_api_base_url"]}, "TWILIO_API_BASE_URL"),
        ("127.0.0.1", {"slack_api_base_url": REAL["slack_api_base_url"]}, "SLACK_API_BASE_URL"),
    ],
)
def test_whoever_is_reached_or_reaches_us_is_outside(
    machine: Machine, host: str, changes: dict[str, str], why: str
) -> None:
    machine.write(READY.partition("[references]")[0])
    machine.sets(**{"public_base_url": "http://127.0.0.1:8000", **HERE, **changes})

    result = machine.run("serve", "--host", host)

    assert result.exit_code == 2
    assert result.output.splitlines()[-1].endswith(f"nås från: {why}.")


# --- what counts ---


@pytest.mark.parametrize("said", ["KS 2026/117", "dnr 4/2026", "Lena Holm, var tredje månad", "20 §", "avtal 10"])
def test_what_somebody_has_written_counts(said: str) -> None:
    assert counts(said)


@pytest.mark.parametrize(
    "said",
    ["", " ", "-", "–", "TODO", "todo: fråga Lena", "xxx", "X", "...", "…", "?", "dnr 0/0000", "0000", "n/a", "Fyll i"],
)
def test_what_says_nothing_does_not(said: str) -> None:
    assert not counts(said)


@given(st.text(alphabet=" -–_.…?!/\t\n", max_size=12))
def test_signs_alone_are_no_answer(said: str) -> None:
    assert not counts(said)


def test_the_values_of_the_example_do_not_count() -> None:
    table = tomllib.loads((ROOT / "beredskap.example.toml").read_text(encoding="utf-8"))

    assert tuple(table["references"]) == tuple(GO_LIVE_REFERENCES)
    assert not any(table["references"].values())
    assert all(not number.get("verified_by") for number in table["help_number"])
    for namnd in table["namnd"].values():
        assert not counts(namnd["decision_ref"])
        assert not any(counts(reference) for reference in namnd["answers_for"].values())


def test_every_decision_has_its_words() -> None:
    keys = {*GO_LIVE_REFERENCES, *CLOCK_REFERENCES, "decision_ref", "answers_for", "inline_approval_ref", "help_number"}
    assert set(go_live_words.WORDS) == keys


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("gallring_days = 90", 'gallring_days = "90"', "references.gallring_days ska vara ett tal"),
        ("gallring_days = 90", "gallring_days = 90\ndpia = 1", "references har okända namn: dpia"),
        ("[references]", "[valid_until]\nfoo = 2027-01-01\n[references]", "valid_until har okända beslut: foo"),
    ],
)
def test_what_cannot_be_meant_is_said(machine: Machine, good: str, bad: str, said: str) -> None:
    machine.write(READY.replace(good, bad))

    result = machine.run("serve")

    assert result.exit_code == 2
    assert said in result.output


# --- a decision ends ---


@pytest.mark.parametrize(("days", "is_told"), [(31, False), (30, True), (0, True), (-400, True)])
def test_it_is_told_thirty_days_ahead(days: int, is_told: bool) -> None:
    found = list(ending([("references.dpia_ref", TODAY + timedelta(days=days))], TODAY))

    assert bool(found) == is_told


@pytest.mark.parametrize(
    ("day", "said"), [("2026-11-21", "gällde till och med"), ("2026-12-20", "gäller till och med")]
)
def test_check_says_so_and_it_still_serves(machine: Machine, day: str, said: str) -> None:
    machine.write(f'{READY}\n[valid_until]\n"references.dpia_ref" = {day}\n"namnd.norrvik.decision_ref" = 2028-01-01\n')

    assert machine.run("serve").exit_code == 0
    assert f"references.dpia_ref: beslutet {said} {day}" in machine.run("check", "--offline").output
