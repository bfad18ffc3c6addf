"""What Twilio says in a call, and its reports on calls, in our own words (facts: twilio, section 16)."""

from typing import Final
from xml.sax.saxutils import escape, quoteattr

from bot.domain.incoming import ReceivedCall, ToldOfCall
from bot.domain.phone_call import RING_FOR, Connect, Dial, Move, Speak
from bot.domain.sending import OutgoingCall
from bot.sms.twilio_inbound import fields_of

CALL_EVENTS: Final = ["initiated", "ringing", "answered", "completed"]
MOST_TWIML: Final = 4000  # characters
WAIT_FOR_KEY_S: Final = 8  # after the words, which are said twice
LANGUAGE: Final = "sv-SE"


def asks_for_a_key(call: OutgoingCall) -> str:
    """Return TwiML that says the words twice and waits for one key; then it says goodbye and hangs up."""
    return screens(call.says, call.no_key, call.answer_url)


def screens(words: str, no_key: str, answer_url: str) -> str:
    """Return the same for whoever answers on a phone that a call is put through to: without a key they get no call."""
    gather = f'<Gather numDigits="1" timeout="{WAIT_FOR_KEY_S}" action={quoteattr(answer_url)}>'
    return f"<Response>{gather}{_say(words, loop=2)}</Gather>{_say(no_key)}<Hangup/></Response>"


def says(words: str, loop: int = 1) -> str:
    """Return TwiML that says something and hangs up: the answer to a key."""
    return f"<Response>{_say(words, loop)}<Hangup/></Response>"


def told_to(move: Move, voice_url: str) -> str:
    """Return TwiML for what is to be done in a call. Nothing of it is recorded, and no number but ours is shown.

    `answerOnBridge`: whoever calls hears it ring until somebody has pressed the key, and pays for nothing before.
    When the words of a Connect are over, the two are put together.
    """
    if isinstance(move, Dial):
        return f"<Response>{_dial(move, voice_url)}</Response>"
    if isinstance(move, Speak):
        return says(move.words, loop=2)
    if isinstance(move, Connect):
        return f"<Response>{_say(move.words)}</Response>"
    return "<Response><Hangup/></Response>"


def _dial(dial: Dial, voice_url: str) -> str:
    leg = f"l={dial.leg_id}"
    screen = f" url={quoteattr(f'{voice_url}/screen?{leg}')}" if dial.asks_for_key else ""
    number = (
        f"<Number{screen} statusCallback={quoteattr(f'{voice_url}/leg?{leg}')}"
        f' statusCallbackEvent="{" ".join(CALL_EVENTS)}">{escape(dial.to)}</Number>'
    )
    return (
        f'<Dial callerId={quoteattr(dial.our_number)} timeout="{int(RING_FOR.total_seconds())}"'
        f' answerOnBridge="true" action={quoteattr(f"{voice_url}/next?{leg}")}>{number}</Dial>'
    )


def received_call(raw: str) -> ReceivedCall:
    """Read a report on a call, or what was pressed in it; raises KeyError when it has no id."""
    fields = fields_of(raw)
    number = fields.get("SequenceNumber", "")
    return ReceivedCall(
        provider_id=fields["CallSid"],
        step_id=fields.get("_step", ""),
        word=fields.get("CallStatus", ""),
        digits=fields.get("Digits", ""),
        sequence=int(number) if number.isdecimal() else None,
    )


def told_of_call(raw: str) -> ToldOfCall:
    """Read what was told of a call through our number; raises KeyError when it has no id."""
    fields = fields_of(raw)
    number = fields.get("SequenceNumber", "")
    return ToldOfCall(
        provider_id=fields["CallSid"],
        ours=fields.get("_ours", ""),
        from_=fields.get("From", ""),
        to=fields.get("To", ""),
        word=fields.get("DialCallStatus") or fields.get("CallStatus", ""),
        digits=fields.get("Digits", ""),
        sequence=int(number) if number.isdecimal() else None,
        is_bridged=fields.get("DialBridged") == "true",
    )


def _say(words: str, loop: int = 1) -> str:
    return f'<Say language="{LANGUAGE}" loop="{loop}">{escape(words)}</Say>'
