"""The directory of socialjourer in beredskap.toml: read, refused with a sentence, and looked over by check."""

import tomllib
from datetime import date, time
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.checks import _outward
from bot.domain.calendar import Hours
from bot.domain.ids import NamndId
from bot.domain.rules import Rules
from bot.domain.socialjour import Socialjour
from bot.sandbox.seed import SETTINGS
from bot.settings import MOST_PLACES, FileConfig, rules_of

ROOT = Path(__file__).parent.parent.parent
NORRVIK = NamndId("norrvik")
TODAY = date(2026, 11, 20)
NAMND = """
[slack]
team_id = "T0"
bot_user_id = "U0"

[namnd.norrvik]
name = "Norrviks stadsdelsnämnd"
short_name = "Norrvik"
team_channel = "C0"
office_hours = "mån-fre 08.00-17.00"
beredskap_hours = []
place = " Norrvik "
report_channel = "Ring mottagningen."

[[number]]
number = "070-174 06 99"
label = "Beredskapen"
namnder = ["norrvik"]
"""
JOUR = """
[[socialjour]]
name = "Socialjouren Norrvik"
number = "070-174 06 90"
places = ["Norrvik", " Österby"]
hours = ["fre 16.30-02.00"]
outside = "Polisen."
source = "webbplatsen"
owner = "Lena Holm"
verified_on = 2026-11-02
"""


def rules(text: str) -> Rules:
    return rules_of(FileConfig.model_validate(tomllib.loads(text)))


def refusal(text: str) -> str:
    with pytest.raises(ValidationError) as caught:
        rules(text)
    return " ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in caught.value.errors())


def test_an_entry_becomes_one_of_the_directory() -> None:
    [jour] = rules(NAMND + JOUR).socialjourer

    assert (jour.name, jour.number, jour.places) == ("Socialjouren Norrvik", "+46701740690", ("Norrvik", "Österby"))
    assert jour.hours is not None
    assert jour.hours.days == ((4, Hours(time(16, 30), time(2))),)
    assert (jour.outside, jour.source, jour.owner) == ("Polisen.", "webbplatsen", "Lena Holm")
    assert jour.is_verified(TODAY)


def test_a_namnd_has_a_place_and_a_way_to_report() -> None:
    namnd = rules(NAMND).namnder[NORRVIK]

    assert (namnd.place, namnd.report_channel) == ("Norrvik", "Ring mottagningen.")


@pytest.mark.parametrize(
    ("hours", "is_always_open"), [('hours = "dygnet runt"', True), ('hours = ""', False), ("", False)]
)
def test_hours_may_be_always_and_may_be_unknown(hours: str, is_always_open: bool) -> None:
    [jour] = rules(NAMND + JOUR.replace('hours = ["fre 16.30-02.00"]', hours)).socialjourer

    assert (jour.hours, jour.is_always_open) == (None, is_always_open)


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ('["fre 16.30-02.00"]', '["fre 16-02"]', "socialjour.0.hours: Value error, tiden 'fre 16-02' förstås inte"),
        ('["fre 16.30-02.00"]', '["dygnet runt"]', "tiden 'dygnet runt' förstås inte"),
        ('"070-174 06 90"', '"växeln"', "socialjour.0.number: Value error, är inget telefonnummer"),
        ('["Norrvik", " Österby"]', "[]", "socialjour.0.places"),
        ('["Norrvik", " Österby"]', '["Norrvik", " "]', "socialjour.0.places: Value error, har en ort utan namn"),
        ('outside = "Polisen."', 'beyond = "Polisen."', "socialjour.0.beyond"),
        (JOUR, JOUR + JOUR.replace("Socialjouren", "SOCIALJOUREN"), "samma namn står två gånger"),
        (
            '["Norrvik", " Österby"]',
            str([f"Ort {n}" for n in range(MOST_PLACES)]),
            "[[socialjour]] har fler än 100 orter",
        ),
    ],
)
def test_a_mistake_is_named(good: str, bad: str, said: str) -> None:
    assert good in JOUR

    assert said in refusal(NAMND + JOUR.replace(good, bad))


def test_check_says_what_the_person_on_duty_would_miss() -> None:
    bare = NAMND.replace('place = " Norrvik "\nreport_channel = "Ring mottagningen."\n', "")
    old = JOUR.replace("2026-11-02", "2025-11-02")

    assert list(_outward(rules(NAMND + JOUR), TODAY)) == []
    assert list(_outward(rules(bare), TODAY)) == [
        "namnd.norrvik.place är tom: Kontakta socialjouren vet då inte vilken ort som gäller.",
        "namnd.norrvik.report_channel är tom: Orosanmälan visar då inte hur en anmälan görs.",
    ]
    assert list(_outward(rules(NAMND + old.replace('"Norrvik", ', "")), TODAY)) == [
        "namnd.norrvik.place: ingen post under [[socialjour]] har orten Norrvik.",
        "Socialjouren Norrvik: posten under [[socialjour]] är inte kontrollerad på ett år. "
        "Den visas som ej verifierad.",
    ]


def test_the_example_can_be_used_as_it_stands() -> None:
    """What stands behind # in the example is what somebody will fill in."""
    text = (ROOT / "beredskap.example.toml").read_text(encoding="utf-8")
    start = text.index("# [[socialjour]]")
    entry = "\n".join(line.removeprefix("# ") for line in text[start : text.index("\n\n", start)].splitlines())

    [jour] = rules(NAMND + entry).socialjourer

    assert isinstance(jour, Socialjour)
    assert jour.answers_for("Norrvik")
    assert jour.number == "+46701740690"


def test_the_sandbox_shows_each_kind_of_entry() -> None:
    seeded = rules(SETTINGS.read_text(encoding="utf-8"))
    today = date(2026, 11, 22)

    assert {(j.hours is not None, j.is_always_open, j.is_verified(today)) for j in seeded.socialjourer} == {
        (True, False, True),
        (False, True, False),
        (False, False, True),
    }
    assert all(jour.number.startswith("+467017406") for jour in seeded.socialjourer)
    assert [words.split(":")[0] for words in _outward(seeded, today)] == ["Socialjouren Södermark"]
