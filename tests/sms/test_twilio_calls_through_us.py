"""What the provider is told to do in a call, word by word, and that its own reader understands it."""

import json

import pytest

from bot.domain.ids import PhoneCallId, PhoneLegId
from bot.domain.phone_call import Connect, Dial, HangUp, Move, Speak
from bot.sandbox.carrier.twiml import Dial as Dialled
from bot.sandbox.carrier.twiml import Gather, Hangup, Say, verbs_of
from bot.sms.twilio_voice import screens, told_of_call, told_to

URL = "https://bot.example.se/twilio/voice"
OURS, ANNAS = "+46701740699", "+46701740610"


def dial(*, asks: bool) -> Dial:
    return Dial(PhoneCallId("c1"), PhoneLegId("l1"), ANNAS, OURS, asks_for_key=asks)


def test_a_phone_is_rung_with_our_number_and_asked_for_a_key() -> None:
    [verb] = verbs_of(told_to(dial(asks=True), URL))
    assert isinstance(verb, Dialled)
    assert (verb.to, verb.caller_id, verb.timeout_s) == (ANNAS, OURS, 20)
    assert (verb.screen, verb.action) == (f"{URL}/screen?l=l1", f"{URL}/next?l=l1")
    assert verb.status_callback == f"{URL}/leg?l=l1"
    assert verb.events == ["initiated", "ringing", "answered", "completed"]


def test_a_contact_is_not_asked_for_a_key() -> None:
    [verb] = verbs_of(told_to(dial(asks=False), URL))
    assert isinstance(verb, Dialled)
    assert verb.screen == ""


@pytest.mark.parametrize("move", [dial(asks=True), Speak("Hej"), Connect("Tack"), HangUp()])
def test_nothing_is_ever_recorded(move: Move) -> None:
    assert "record" not in told_to(move, URL).casefold()


def test_whoever_has_pressed_is_put_through_when_the_words_are_over() -> None:
    assert verbs_of(told_to(Connect("Tack & hej"), URL)) == [Say("Tack & hej")]
    assert verbs_of(told_to(Speak("<Dial>"), URL)) == [Say("<Dial>"), Hangup()]
    assert verbs_of(told_to(HangUp(), URL)) == [Hangup()]


def test_without_a_key_there_is_no_call() -> None:
    gather, said, end = verbs_of(screens("Tryck 1.", "Ingen.", f"{URL}/pressed?l=a&b"))
    assert gather == Gather("Tryck 1.", f"{URL}/pressed?l=a&b")
    assert (said, end) == (Say("Ingen."), Hangup())


@pytest.mark.parametrize(
    ("fields", "word", "is_bridged"),
    [
        ({"CallStatus": "in-progress", "DialCallStatus": "completed", "DialBridged": "true"}, "completed", True),
        ({"CallStatus": "in-progress", "DialCallStatus": "no-answer", "DialBridged": "false"}, "no-answer", False),
        ({"CallStatus": "ringing", "SequenceNumber": "x"}, "ringing", False),
    ],
)
def test_what_is_told_of_a_call(fields: dict[str, str], word: str, *, is_bridged: bool) -> None:
    told = told_of_call(json.dumps([["CallSid", "CA1"], ["_ours", "l1"], *fields.items()]))
    assert (told.provider_id, told.ours, told.word, told.is_bridged, told.sequence) == (
        "CA1",
        "l1",
        word,
        is_bridged,
        None,
    )


def test_a_number_is_never_in_what_is_written_of_it() -> None:
    told = told_of_call(json.dumps([["CallSid", "CA1"], ["From", ANNAS], ["To", OURS]]))
    assert ANNAS not in repr(told)
    assert OURS not in repr(told)
