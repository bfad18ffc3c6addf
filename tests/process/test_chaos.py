"""The short storm on both databases, and proof that the ledgers can say no."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from bench.chaos.faults import CALLS, Deck, Weather
from bench.chaos.gather import joined
from bench.chaos.judge import Wrong, judge
from bench.chaos.ledgers import Ledgers, Line
from bench.chaos.plan import FULL, OF_A_STORM, SETUPS, SHORT, STORM, Setup, blows, events
from bench.chaos.selftest import PLANTED, Change, in_order, judged, turn_away
from tests.database import PostgresOnDemand

ROOT = Path(__file__).parent.parent.parent
SEED = "7"
A_RUN_WITHIN = 280  # seconds; three quarters of a minute on a machine with nothing else to do


def test_ledgers_in_order_are_clean() -> None:
    verdict = judge(in_order())

    assert verdict.findings == []
    assert verdict.counts["texts sent"] == verdict.counts["texts read in Slack"] == 3
    assert verdict.counts["answers that left"] == 1
    assert verdict.counts["answers shown as not arrived"] == 1


@pytest.mark.parametrize(("change", "wrong"), PLANTED, ids=[change.__name__.strip("_") for change, _ in PLANTED])
def test_what_is_planted_in_the_ledgers_is_found(change: Change, wrong: Wrong) -> None:
    assert wrong in {finding.wrong for finding in judged(change).findings}


def test_a_repetition_that_says_so_is_no_double() -> None:
    def repeat(ledgers: Ledgers) -> None:
        ledgers.slack.cards.append(replace(ledgers.slack.cards[0], is_repetition=True))

    assert judged(repeat).is_clean


def test_what_was_turned_away_openly_is_no_loss() -> None:
    verdict = judged(turn_away)

    assert verdict.is_clean
    assert verdict.counts["answers turned away openly"] == 1


def test_a_page_that_shows_some_of_the_next_is_joined_once() -> None:
    def page(*marks: str) -> list[Line]:
        return [Line(mark) for mark in marks]

    assert joined(page("a", "b", "c"), page("c", "d")) == page("a", "b", "c", "d")
    assert joined(page("a", "b"), page("c", "d")) == page("a", "b", "c", "d")
    assert joined(page("a", "a"), page("b")) == page("a", "a", "b")


def test_a_seed_deals_the_same_faults_again() -> None:
    def dealt(seed: str) -> list[str | None]:
        deck = Deck(seed, CALLS, 4)
        return [deck.deal() for _ in range(400)]

    assert dealt("1") == dealt("1")
    assert dealt("1") != dealt("2")
    struck = Counter(what for what in dealt("1") if what is not None)
    assert set(struck) == set(CALLS)
    assert max(struck.values()) - min(struck.values()) <= 1  # all come round before any comes again


def test_a_seed_gives_the_same_events_and_blows_again() -> None:
    assert list(events(SHORT, "1")) == list(events(SHORT, "1"))
    assert list(events(SHORT, "1")) != list(events(SHORT, "2"))
    assert blows(SHORT, "1", 3, ("restarted",)) == blows(SHORT, "1", 3, ("restarted",))
    counted = Counter(what for what, _, _ in events(FULL, "1"))
    assert counted.total() + (OF_A_STORM - 1) * counted[STORM] == FULL.events
    assert set(Counter(blow.kind for blow in blows(FULL, "1", 3, ("restarted",))).values()) == {FULL.blows}


def test_in_the_calm_nothing_strikes() -> None:
    weather = Weather("1", every=1)

    assert [weather.deal("any", CALLS) for _ in range(50)] == [None] * 50


@pytest.mark.timeout(A_RUN_WITHIN + 30)
@pytest.mark.parametrize("setup", [SETUPS[0], SETUPS[2]], ids=lambda setup: f"{setup.database}-{setup.processes}")
def test_a_short_storm_loses_nothing_and_doubles_nothing(
    setup: Setup, postgres_on_demand: PostgresOnDemand, tmp_path: Path
) -> None:
    """Real processes, every kind of fault at least once, and then the three ledgers against each other."""
    if setup.database == "postgres":
        postgres_on_demand.server()  # skips, or under CI fails, where there can be none
    storm = subprocess.run(
        [
            *(sys.executable, "-m", "bench.chaos", "--short", "--seed", SEED, "--logs", str(tmp_path)),
            *("--database", setup.database, "--processes", str(setup.processes)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=A_RUN_WITHIN,
        check=False,
    )

    assert storm.returncode == 0, storm.stdout + storm.stderr
    assert "Nothing lost, nothing twice." in storm.stdout
