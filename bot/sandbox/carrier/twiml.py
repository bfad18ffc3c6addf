"""TwiML as Twilio reads it: the verbs of a document, in order. Sections are those of facts/twilio.md."""

from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree as ET

DEFAULT_DIAL_S: Final = 30  # of a <Dial>, unlike the 60 s of a call that is ordered (section 16)


@dataclass(frozen=True)
class Say:
    words: str


@dataclass(frozen=True)
class Gather:
    """Section 16: with a key its `action` takes over; without one the next verb runs."""

    words: str
    action: str


@dataclass(frozen=True)
class Dial:
    """`screen` is run for whoever answers, before the two are put together; `action` when the dialled phone is done."""

    to: str
    caller_id: str
    action: str
    screen: str
    timeout_s: int
    status_callback: str
    events: list[str] = field(default_factory=lambda: ["completed"])


@dataclass(frozen=True)
class Redirect:
    url: str


@dataclass(frozen=True)
class Hangup:
    pass


Verb = Say | Gather | Dial | Redirect | Hangup


class Unparsable(ValueError):
    """Error 12100 or 12200: not XML, no <Response>, or a verb that this carrier does not know (section 6.3)."""


def verbs_of(twiml: str) -> list[Verb]:
    """Return the verbs of a document. Raises Unparsable."""
    try:
        root = ET.fromstring(twiml)  # noqa: S314 - the bot's own answer, in a sandbox
    except ET.ParseError:
        raise Unparsable from None
    if root.tag != "Response":
        raise Unparsable
    return [_verb(element) for element in root]


def _verb(element: ET.Element) -> Verb:
    words = (element.text or "").strip()
    if element.tag == "Say":
        return Say(words)
    if element.tag == "Gather":
        return Gather(" ".join((said.text or "").strip() for said in element.iter("Say")), element.get("action", ""))
    if element.tag == "Dial":
        return _dial(element)
    if element.tag == "Redirect":
        return Redirect(words)
    if element.tag == "Hangup":
        return Hangup()
    raise Unparsable


def _dial(element: ET.Element) -> Dial:
    number = element.find("Number")
    if number is None:
        raise Unparsable
    return Dial(
        to=(number.text or "").strip(),
        caller_id=element.get("callerId", ""),
        action=element.get("action", ""),
        screen=number.get("url", ""),
        timeout_s=int(element.get("timeout", DEFAULT_DIAL_S)),
        status_callback=number.get("statusCallback", ""),
        events=number.get("statusCallbackEvent", "completed").split(),
    )
