"""Lets phones ring and puts them together as TwiML says, and tells the bot how each call goes.

Sections are those of facts/twilio.md.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from bot.sandbox.carrier.calls import ENDED, EVENT_OF, Call, new_call_sid
from bot.sandbox.carrier.faults import CarrierFaults
from bot.sandbox.carrier.state import Book, UnknownNumber, address
from bot.sandbox.carrier.twiml import Dial, Gather, Hangup, Redirect, Say, Unparsable, verbs_of
from bot.sandbox.carrier.webhooks import UNPARSABLE_TWIML, Note, WebhookSender

VOICE_PATH: Final = "/twilio/voice/incoming"
VOICE_FALLBACK_PATH: Final = "/twilio/voice/incoming-fallback"
OVER_PATH: Final = "/twilio/voice/over"
HIDDEN: Final = "anonymous"  # section 3: what stands for a number that is not shown
IN_PROGRESS: Final = "in-progress"
APPLICATION_ERROR: Final = "We're sorry, an application error has occurred. Goodbye."
RINGS_FOR_EVER_S: Final = 86400  # whoever calls us hangs up themselves


@dataclass(frozen=True)
class Ordered:
    """A call as it was asked for."""

    from_: str
    to: str
    twiml: str
    timeout_s: int
    status_callback: str | None
    events: list[str]


class House(Protocol):
    """The carrier around the switchboard."""

    faults: CarrierFaults

    def now(self) -> datetime: ...
    def changed(self) -> None: ...
    def in_background(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]": ...


class Switchboard:
    """A call rings until a person answers, declines or lets voicemail take it, or until its time-out."""

    def __init__(
        self, *, house: House, book: Callable[[], Book], webhooks: WebhookSender, account_sid: str, api_version: str
    ) -> None:
        self._house = house
        self._book = book
        self._webhooks = webhooks
        self._common = {"AccountSid": account_sid, "ApiVersion": api_version}
        self.not_to_be_called: set[str] = set()  # numbers that a test makes impossible to ring
        self._alarms: set[asyncio.TimerHandle] = set()

    def accept(self, ordered: Ordered) -> Call:
        """Write down as queued what the API has ordered."""
        return self._write_down(
            from_=ordered.from_,
            to=self._book().phone_at(ordered.to).number,
            timeout_s=ordered.timeout_s,
            twiml=ordered.twiml,
            heard=_said_first(ordered.twiml),
            status_callback=ordered.status_callback,
            events=ordered.events,
        )

    def ring(self, call: Call) -> None:
        """Let it ring in the background, until its time-out by the machine's time at the latest."""
        self._house.in_background(self._ring(call))
        loop = asyncio.get_running_loop()
        alarm = loop.call_later(call.timeout_s, lambda: self._house.in_background(self._give_up(call)))
        self._alarms.add(alarm)

    def close(self) -> None:
        """Forget the time-outs."""
        for alarm in self._alarms:
            alarm.cancel()
        self._alarms.clear()

    async def time_passes(self) -> None:
        """End what has rung for too long by the world's clock."""
        for call in list(self._book().calls.values()):
            if call.is_ringing and call.rings_until() <= self._house.now():
                await self._give_up(call)

    def begin_call(self, from_number: str, to: str, *, hides_number: bool = False) -> str:
        """Let somebody call one of our numbers, and return the call's sid. Raises UnknownNumber when it is not ours."""
        ours = address(to)
        if ours not in self._book().numbers:
            raise UnknownNumber
        phone = self._book().phone_at(address(from_number)).number
        call = self._write_down(
            from_=phone, to=ours, timeout_s=RINGS_FOR_EVER_S, direction="inbound", hides_number=hides_number
        )
        call.status = "ringing"
        self._house.in_background(self._begin(call))
        return call.sid

    async def answer(self, sid: str, digits: str = "") -> None:
        """Somebody answers and presses `digits`; or nobody does, as when voicemail answers. Raises UnknownNumber."""
        call = self._ringing(sid)
        await self._move(call, IN_PROGRESS)
        if not call.parent:
            call.heard.clear()
            await self._follow(call, call.twiml, digits)
        elif call.screen:  # run before the two are put together, and heard by whoever answered alone
            await self._follow(call, await self._webhooks.ask(call.screen, self._params(call)), digits)
        else:
            self._bridge(call)

    async def decline(self, sid: str) -> None:
        """Somebody declines. Raises UnknownNumber."""
        await self._finish(self._ringing(sid), "busy")

    async def hang_up(self, sid: str) -> None:
        """Whoever calls us, or has answered, hangs up. Raises UnknownNumber."""
        call = self._book().calls.get(sid)
        if call is None or call.is_over or call.is_ringing:
            raise UnknownNumber
        await self._finish(call, "completed")

    async def report(self, sid: str, status: str, sequence: int) -> None:
        """Send one report by hand, as an old one that comes late. Raises UnknownNumber."""
        call = self._book().calls.get(sid)
        if call is None:
            raise UnknownNumber
        await self._call_back(call, status, sequence)

    # --- what TwiML says -----------------------------------------------------------

    async def _begin(self, call: Call) -> None:
        """Section 2: the webhook, and on failure the fallback."""
        url, fallback = self._webhooks.public(VOICE_PATH), self._webhooks.public(VOICE_FALLBACK_PATH)
        await self._follow(call, await self._webhooks.ask(url, self._params(call), fallback))

    async def _follow(self, call: Call, twiml: str | None, digits: str = "") -> None:
        """Do what a document says, verb by verb (section 16). At its end a dialled phone is put through."""
        for verb in self._read(call, twiml):
            if call.is_over:
                return
            if isinstance(verb, Say):
                self._say(call, verb.words)
            elif isinstance(verb, Gather):
                self._say(call, verb.words)
                if digits:
                    call.digits = digits[:1]
                    params = {**self._params(call), "Digits": call.digits}
                    await self._follow(call, await self._webhooks.ask(verb.action, params))
                    return
            elif isinstance(verb, Redirect):
                await self._follow(call, await self._webhooks.ask(verb.url, self._params(call)))
                return
            elif isinstance(verb, Dial):
                self._dial(call, verb)
                return
            elif isinstance(verb, Hangup):
                await self._finish(call, "completed")
                return
        if call.parent and not call.is_over:
            self._bridge(call)
        else:
            await self._finish(call, "completed")

    def _read(self, call: Call, twiml: str | None) -> list[Any]:
        try:
            if twiml is None:
                return [Say(APPLICATION_ERROR), Hangup()]
            return list(verbs_of(twiml))
        except Unparsable:
            self._webhooks.notes.append(Note(call.sid, UNPARSABLE_TWIML, ""))
            return [Say(APPLICATION_ERROR), Hangup()]

    def _say(self, call: Call, words: str) -> None:
        call.status = IN_PROGRESS  # to be spoken to is to have been answered
        call.heard.append(words)
        self._house.changed()

    def _dial(self, parent: Call, dial: Dial) -> None:
        """Ring another phone within a call; `answerOnBridge`: whoever called hears it ring meanwhile."""
        to = address(dial.to)
        child = self._write_down(
            from_=dial.caller_id,
            to=self._book().phone_at(to).number,
            timeout_s=dial.timeout_s,
            direction="outbound-dial",
            parent=parent.sid,
            screen=dial.screen,
            when_done=dial.action,
            status_callback=dial.status_callback or None,
            events=dial.events,
        )
        if to in self.not_to_be_called:
            self._house.in_background(self._finish(child, "failed"))
        else:
            self.ring(child)

    def _bridge(self, child: Call) -> None:
        parent = self._book().calls[child.parent]
        parent.status = IN_PROGRESS
        parent.is_bridged = child.is_bridged = True
        self._house.changed()

    async def _finish(self, call: Call, status: str) -> None:
        """End a call. What was dialled in it ends too; what it was dialled in goes on, if anybody is left there."""
        if call.is_over:
            return
        await self._move(call, status)
        if call.is_inbound:
            await self._webhooks.post(self._webhooks.public(OVER_PATH), self._params(call))
        for child in [one for one in self._book().calls.values() if one.parent == call.sid and not one.is_over]:
            await self._move(child, "canceled" if child.is_ringing else "completed")
        parent = self._book().calls.get(call.parent)
        if parent is not None and not parent.is_over:
            done = {
                "DialCallSid": call.sid,
                "DialCallStatus": call.status,
                "DialBridged": "true" if call.is_bridged else "false",
            }
            await self._follow(parent, await self._webhooks.ask(call.when_done, {**self._params(parent), **done}))

    # --- how it goes ---------------------------------------------------------------

    async def _ring(self, call: Call) -> None:
        steps = ["queued", "ringing"]
        call.status = "ringing"
        numbers = [self._next(call) for _ in steps]
        reports = list(zip(steps, numbers, strict=True))
        order = self._house.faults.order_of(call.sid)
        for status, sequence in reversed(reports) if order == "reversed" else reports:
            for _ in range(2 if order == "doubled" else 1):
                await self._call_back(call, status, sequence)
        self._house.changed()

    async def _give_up(self, call: Call) -> None:
        if call.is_ringing:
            await self._finish(call, "no-answer")

    async def _move(self, call: Call, status: str) -> None:
        call.status = status
        self._house.changed()
        await self._call_back(call, status, self._next(call))

    async def _call_back(self, call: Call, status: str, sequence: int) -> None:
        """Section 16: only the events that were asked for; SequenceNumber tells in which order they happened."""
        event = "completed" if status in ENDED else EVENT_OF[status]
        if call.status_callback is None or event not in call.events:
            return
        word = "initiated" if status == "queued" else status
        params = {**self._params(call), "CallStatus": word, "SequenceNumber": str(sequence)}
        await self._webhooks.post(call.status_callback, params)

    def _params(self, call: Call) -> dict[str, str]:
        parent = {"ParentCallSid": call.parent} if call.parent else {}
        return {
            **self._common,
            **parent,
            "CallSid": call.sid,
            "CallStatus": call.status,
            "Direction": call.direction,
            "From": HIDDEN if call.hides_number else call.from_,
            "To": call.to,
        }

    def _next(self, call: Call) -> int:
        call.sequence += 1
        return call.sequence - 1

    def _write_down(self, **fields: Any) -> Call:
        call = Call(sid=new_call_sid(), status="queued", created_at=self._house.now(), **fields)
        self._book().calls[call.sid] = call
        self._house.changed()
        return call

    def _ringing(self, sid: str) -> Call:
        call = self._book().calls.get(sid)
        if call is None or not call.is_ringing:
            raise UnknownNumber
        return call


def _said_first(twiml: str) -> list[str]:
    """Return what will be heard, for the page: who rings is seen before it is answered."""
    try:
        return [verb.words for verb in verbs_of(twiml) if isinstance(verb, Gather | Say)][:1]
    except Unparsable:
        return []
