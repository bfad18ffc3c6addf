"""Every alert has its words, in the channel and in the handbook."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.alerts import AlertCode, AlertNotice
from bot.domain.sms_parts import parts
from bot.services.watch.text_alerts import TEXTED_AFTER
from bot.slack.views.alert import alert_message
from bot.texts import Texts, blanks
from scheduler.ticks import INTERVALS
from tests.conftest import FRIDAY_EVENING

TEXTS = Texts()
HANDBOOK = (Path(__file__).parents[2] / "docs" / "drift.md").read_text(encoding="utf-8")
VALUES = {
    "count": "7",
    "reason": "token_revoked",
    "inbox": "12",
    "provider": "twilio",
    "tick": "duty_tick",
    "instance": "ab12",
    "namnd": "Norrvik",
    "rung": "reserven",
    "setting": "references.dpia_ref",
    "on": "2027-01-01",
    "channel": "C0TEAM",
}


@pytest.mark.parametrize("code", list(AlertCode))
def test_every_alert_says_what_and_what_to_do(code: AlertCode) -> None:
    values = tuple(VALUES.items())
    opened = AlertNotice(code, values, FRIDAY_EVENING, None)
    said = str(alert_message(opened, TEXTS, FRIDAY_EVENING))
    assert "Larm" in said
    assert "Sedan 22.14." in said
    over = AlertNotice(code, values, FRIDAY_EVENING, FRIDAY_EVENING + timedelta(minutes=35))
    said = str(alert_message(over, TEXTS, FRIDAY_EVENING))
    assert "Över" in said
    assert "Från 22.14 till 22.49." in said


@pytest.mark.parametrize("code", list(AlertCode))
def test_every_alert_has_its_place_in_the_handbook(code: AlertCode) -> None:
    [place] = re.findall(rf"^#### {code.value}\n\n(.+?)(?=^#)", HANDBOOK, re.MULTILINE | re.DOTALL)
    assert "**Klockan 03" in place


@pytest.mark.parametrize("code", [code for code in AlertCode if code in TEXTED_AFTER])
def test_what_is_texted_fits_in_two_parts(code: AlertCode) -> None:
    words = TEXTS.staff(f"alert.{code.value}.sms", **VALUES)
    assert parts(words).count <= 2, parts(words)


def test_that_alerts_cannot_be_posted_fits_in_two_parts() -> None:
    assert parts(TEXTS.staff("alert.unposted_sms")).count <= 2


def test_every_tick_has_its_place_in_the_handbook() -> None:
    assert [name for name in INTERVALS if f"`{name}`" not in HANDBOOK] == []


def test_blanks_are_counts_and_codes() -> None:
    for code in AlertCode:
        for part in ("what", "do", "over", "sms", "back"):
            key = f"alert.{code.value}.{part}"
            assert not TEXTS.has(key) or blanks(TEXTS._texts[key]) <= set(VALUES)
