import re

import pytest

from bot.sms.errors import FAILURES, REASONS, REFUSALS, failure


def test_every_reason_is_a_key() -> None:
    assert all(re.fullmatch(r"[a-z_]+", reason) for reason in REASONS)
    assert {refusal.reason for refusal in REFUSALS.values()} <= REASONS
    assert {known.reason for known in FAILURES.values()} <= REASONS


@pytest.mark.parametrize("code", [30001, 30003, 30008, 30017, 30036, 30410])
def test_what_may_pass_may_be_sent_again(code: int) -> None:
    assert failure(code).may_resend


@pytest.mark.parametrize("code", [30002, 30004, 30005, 30006, 30007, 30011])
def test_what_will_not_pass_may_not(code: int) -> None:
    assert not failure(code).may_resend


def test_an_unknown_failure_has_a_reason_too() -> None:
    assert failure(39999).reason in REASONS
    assert failure(None).reason in REASONS
    assert failure(0) == failure(None)


@pytest.mark.parametrize("code", [20003, 21408, 21601, 21606, 21611, 21659, 14107, 21663, 21668, 21670])
def test_operations_hear_of_it(code: int) -> None:
    assert REFUSALS[code].alarm
