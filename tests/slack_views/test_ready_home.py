"""What Home says of being ready: a shift that runs is not the next one."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.ids import ShiftId
from bot.domain.readiness import NextShift, Phone, ReadyHome
from bot.slack.views.ready import ready_blocks
from tests.slack_views.given import NOW, TEXTS, strings

SHIFT = NextShift(ShiftId("s1"), NOW, NOW + timedelta(hours=5), "Norrvik", is_confirmed=False, is_silenced=False)


def said(shift: NextShift) -> str:
    return "\n".join(strings(ready_blocks(ReadyHome(shift, Phone.VERIFIED, "80"), TEXTS), "mrkdwn"))


def test_the_shift_that_runs_is_said_to_run() -> None:
    assert "Ditt pass nu: " in said(replace(SHIFT, is_running=True))
    assert "Nästa pass" not in said(replace(SHIFT, is_running=True))
    assert "Nästa pass: " in said(SHIFT)


def test_a_place_as_backup_is_said_to_be_one() -> None:
    assert "(reserv)" in said(replace(SHIFT, is_backup=True))
    assert "(reserv)" not in said(SHIFT)
