from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery import FINAL, DeliveryStatus, advance, from_provider, is_correction

S = DeliveryStatus
statuses = st.sampled_from(list(DeliveryStatus))
CLIMB = [S.PENDING, S.UNCERTAIN, S.ACCEPTED, S.QUEUED, S.SENDING, S.SENT, S.DELIVERED]


def after(reports: list[DeliveryStatus], start: DeliveryStatus = S.PENDING) -> DeliveryStatus:
    current = start
    for report in reports:
        current = advance(current, report) or current
    return current


@pytest.mark.parametrize("end", [S.DELIVERED, S.UNDELIVERED, S.FAILED, S.CANCELED])
def test_every_order_of_reports_ends_the_same(end: DeliveryStatus) -> None:
    for order in permutations([S.ACCEPTED, S.QUEUED, S.SENDING, S.SENT, end]):
        assert after(list(order)) is end


@pytest.mark.parametrize("failure", [S.UNDELIVERED, S.FAILED])
def test_every_order_with_a_failure_and_a_delivery_ends_delivered(failure: DeliveryStatus) -> None:
    for order in permutations([S.QUEUED, S.SENDING, S.SENT, failure, S.DELIVERED]):
        assert after(list(order)) is S.DELIVERED


@given(st.lists(statuses, max_size=12))
def test_a_repeat_changes_nothing(reports: list[DeliveryStatus]) -> None:
    doubled = [report for report in reports for _ in range(2)]

    assert after(doubled) is after(reports)
    assert after([*reports, *reports[-1:]]) is after(reports)


@given(statuses, statuses)
def test_it_only_climbs(current: DeliveryStatus, incoming: DeliveryStatus) -> None:
    new = advance(current, incoming)

    assert new in (None, incoming)
    if current in FINAL:
        assert (new is not None) == is_correction(current, incoming)
    elif incoming in FINAL:
        assert new is incoming
    if new is not None and new in CLIMB and current in CLIMB:
        assert CLIMB.index(new) > CLIMB.index(current)


@given(st.lists(statuses, max_size=12))
def test_delivered_is_never_left(reports: list[DeliveryStatus]) -> None:
    assert after(reports, start=S.DELIVERED) is S.DELIVERED


@pytest.mark.parametrize("word", ["", "delivery_unknown", "partially_delivered", "receiving", "received", "SENT"])
def test_an_unheard_of_word_changes_nothing(word: str) -> None:
    assert from_provider(word) is None
    assert advance(S.SENT, from_provider(word)) is None


@pytest.mark.parametrize("word", ["pending", "uncertain"])
def test_our_own_words_are_not_the_providers(word: str) -> None:
    assert from_provider(word) is None


def test_the_providers_words() -> None:
    assert from_provider("sent") is S.SENT
    assert from_provider("read") is S.DELIVERED


def test_a_callback_settles_an_uncertain_send() -> None:
    assert advance(S.UNCERTAIN, S.SENT) is S.SENT
    assert advance(S.QUEUED, S.UNCERTAIN) is None
