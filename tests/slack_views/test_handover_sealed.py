"""No name, number or word that was written reaches a message of the handover (lag 2001:454 7 a §; facts: slack,
section 10). A message is built from a sealed dataclass, so there is nowhere for it to come from; this says so.
"""

import types
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings

from bot.domain.digest import Addendum, DigestView, LookBackLine, MeetingPage, ShiftHandover
from bot.slack.views.digest import addendum_message, digest_message
from bot.slack.views.shift_handover import handover_message
from tests.slack_views.given import NOW, TEXTS, strings
from tests.slack_views.given_handover import addenda, digests, shift_handovers

IDS = {"digest_id", "episode_id", "shift_id", "conversation_id"}
CODES = {"codes", "not_transferred", "stale_backgrounds"}
MENTIONS = {"by", "owner", "settled_by", "taken_by", "before"}
NAMNDER = {"namnd_name", "namnder"}
HARMLESS = (bool, int, date, datetime, timedelta, type(None))
large = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


def open_strings(kind: Any) -> set[str]:
    """Return the names of all fields, at any depth, that could hold any string at all."""
    found: set[str] = set()
    hints = get_type_hints(kind)
    for field in fields(kind):
        for leaf in leaves(hints[field.name]):
            if is_dataclass(leaf):
                found |= open_strings(leaf)
            elif leaf is str:
                found.add(field.name)
            else:
                assert leaf in HARMLESS or issubclass(leaf, Enum), (kind, field.name, leaf)
    return found


def leaves(hint: Any) -> list[Any]:
    if get_origin(hint) in {tuple, frozenset, Union, types.UnionType}:
        return [leaf for part in get_args(hint) if part is not Ellipsis for leaf in leaves(part)]
    return [hint]


@pytest.mark.parametrize("kind", [DigestView, Addendum, ShiftHandover, LookBackLine])
def test_what_a_message_is_built_from_has_no_place_for_content(kind: type) -> None:
    assert open_strings(kind) <= IDS | CODES | MENTIONS | NAMNDER


def test_the_check_sees_a_place_for_content() -> None:
    assert {"came_in", "support", "promised", "name", "reason"} <= open_strings(MeetingPage)


@large
@given(digests)
def test_ids_stand_in_the_button_only(view: DigestView) -> None:
    message = digest_message(view, TEXTS, NOW)

    assert view.digest_id not in message["text"]
    assert [text for text in strings(message) if view.digest_id in text] == ([view.digest_id] if view.rows else [])
    assert not any(row.episode_id in text for row in view.rows for text in strings(message))


@large
@given(addenda)
def test_an_addendum_names_its_episode_in_the_button_only(addendum: Addendum) -> None:
    said = strings(addendum_message(addendum, TEXTS, NOW))

    assert [text for text in said if addendum.row.episode_id in text] == [addendum.row.episode_id]


@large
@given(shift_handovers)
def test_the_name_of_a_namnd_cannot_ping(handover: ShiftHandover) -> None:
    named = replace(handover, namnder=("<!channel>",), before="")
    said = strings(handover_message(named, TEXTS, NOW))

    assert not any("<!" in text for text in said)
