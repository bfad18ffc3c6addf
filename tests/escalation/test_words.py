"""What is said on a locked phone, to voicemail and in the settings."""

from pathlib import Path

import pytest

from bot.domain.sending import OutgoingCall
from bot.domain.sms_parts import parts
from bot.settings import FileConfig, load_file, rules_of
from bot.sms.twilio_voice import MOST_TWIML, asks_for_a_key, says
from bot.texts import Texts
from bot.texts.urgent_words import URGENT_WORDS
from tests.acceptance.night import CONFIG

TEXTS = Texts()


@pytest.mark.parametrize("key", ["sms", "sms_again"])
def test_a_text_to_staff_is_one_sms(key: str) -> None:
    assert parts(TEXTS.staff(f"escalation.{key}")).count == 1


def test_the_words_of_a_call_are_escaped_and_short() -> None:
    call = OutgoingCall(
        "1", "+46701740610", "+46701740699", 'a <b> & "c"', "d", "https://x/g?s=1&t=2", "https://x/s", 20
    )
    twiml = asks_for_a_key(call)
    assert "a &lt;b&gt; &amp;" in twiml
    assert 'action="https://x/g?s=1&amp;t=2"' in twiml
    assert len(twiml) < MOST_TWIML
    assert says("tack") == '<Response><Say language="sv-SE" loop="1">tack</Say><Hangup/></Response>'


def read(folder: Path, table: str) -> tuple[FileConfig | None, list[str]]:
    config = folder / "beredskap.toml"
    filled = CONFIG.format(
        norrvik_content="sealed", sodermark_content="sealed", norrvik_answers="", sodermark_answers=""
    )
    config.write_text(filled + table, encoding="utf-8")
    problems: list[str] = []
    return load_file(config, problems)[0], problems


def test_a_list_of_ones_own_replaces_that_of_its_language(tmp_path: Path) -> None:
    file, problems = read(tmp_path, '\n[escalation]\nrounds = 2\n[escalation.words]\nsv = ["nu"]\nen = []\n')
    assert (file is not None, problems) == (True, [])
    assert file is not None
    rules = rules_of(file).escalation
    assert (rules.rounds, rules.words["sv"], rules.words["en"]) == (2, ("nu",), ())
    assert rules.words["ar"] == URGENT_WORDS["ar"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("[escalation]\nrounds = 4\n", "escalation.rounds"),
        ("[escalation]\nleader_every_minutes = 1\n", "escalation.leader_every_minutes"),
        ('[escalation.words]\nxx = ["a"]\n', "har okända språk: xx. Det finns: sv, en, ar, so"),
        ('[escalation.words]\nsv = ["a", " "]\n', "har ett tomt ord under sv"),
    ],
)
def test_what_makes_no_sense_stops_the_start(tmp_path: Path, table: str, said: str) -> None:
    file, problems = read(tmp_path, f"\n{table}")
    assert file is None
    assert any(said in problem for problem in problems), problems
