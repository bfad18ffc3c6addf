"""Those who text, and those who answer from Slack as people do: press, wait, read, write, and try again."""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from bench.chaos.ledgers import MARK, How, Texted, Wrote
from bench.chaos.town import OURS, Marks, OnDuty
from bench.chaos.world import Pretend
from bot.sandbox.slack import ControlError
from bot.sandbox.slack.state import Message, View
from bot.slack.ids import ActionId
from bot.slack.views.conversation import KIND, REPLY, SMS

CARD_WITHIN_S: Final = 15.0
MODAL_WITHIN_S: Final = 3.0
TURNS_WITHIN_S: Final = 30.0  # a page, when nothing strikes any more and the machine may be slow
TRIES: Final = 12  # of one step; a person on duty does not give up sooner
AGAIN_AFTER_S: Final = 0.4
WORDS: Final = ("kan nån ringa", "är du där", "jag kommer sent", "det är bråk", "vill prata", "hej", "när ses vi")
ANSWERS: Final = ("jag ringer snart", "var är du nu", "bra att du skrev", "vi hörs i morgon", "jag är här")


@dataclass
class Phones:
    """Everybody who texts, and what they have sent."""

    world: Pretend
    marks: Marks
    random: random.Random
    sent: list[Texted] = field(default_factory=list)
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    @property
    def under_way(self) -> int:
        return len(self._tasks)

    def text(self, phone: str) -> None:
        """Send one sms; whoever it is about does not wait for the bot."""
        mark = self.marks.new("t", phone)
        sid, told = self.world.carrier.begin_text(phone, f"{self.random.choice(WORDS)} {mark}", OURS)
        self.sent.append(Texted(mark, phone, sid))
        self._keep(told)

    def report_on_nothing(self) -> None:
        """Have the carrier report on an sms that nobody has sent."""
        sid = f"SM{self.random.getrandbits(128):032x}"
        params = {"MessageSid": sid, "MessageStatus": "delivered", "From": OURS, "To": "+46701740605"}
        sender = self.world.carrier.webhooks
        self._keep(asyncio.create_task(sender.post(sender.public(f"/twilio/status?d={sid[2:]}"), params)))

    async def quiet(self) -> None:
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@dataclass
class Person:
    """Somebody on duty, who does one thing at a time."""

    world: Pretend
    who: OnDuty
    marks: Marks
    random: random.Random
    wrote: list[Wrote] = field(default_factory=list)
    gave_up: int = 0  # on opening a conversation
    _whose: dict[str, str] = field(default_factory=dict)  # phone by conversation, from what has been read

    @property
    def dm(self) -> str:
        return self.world.slack.im(self.who.user)

    def cards(self) -> list[Message]:
        """Return the cards that stand in the DM."""
        held = self.world.slack.workspace.messages.get(self.dm, {})
        return [message for message in held.values() if is_card(message)]

    def told(self, words: str) -> int:
        """Return in how many messages the bot has said this in the DM."""
        held = self.world.slack.workspace.messages.get(self.dm, {})
        return sum(words in message.text for message in held.values() if message.user != self.who.user)

    async def answers(self) -> bool:
        """Open a conversation, read it and answer in the modal; False when there was none to open."""
        if not await _until(lambda: bool(self.cards()), CARD_WITHIN_S):
            return False
        card = self._chosen()
        view = await self.opens(card)
        if view is None:
            self.gave_up += 1
            return False
        phone = whose(view)
        if phone is None:
            await self.closes()
            return False
        self._whose[conversation_of(card)] = phone
        mark = self.marks.new("s", phone)
        wrote = Wrote(mark, phone, self.who.user, How.MODAL)
        self.wrote.append(wrote)
        wrote.is_accepted = await self._submits(view, f"{self.random.choice(ANSWERS)} {mark}")
        await self.closes()
        return True

    async def types(self) -> bool:
        """Answer in the thread of a card that has been read before; it is held until the button is pressed."""
        known = [card for card in self.cards() if conversation_of(card) in self._whose]
        if not known:
            return False
        card = self.random.choice(known)
        phone = self._whose[conversation_of(card)]
        mark = self.marks.new("s", phone)
        event = f"Ev{self.world.slack.workspace.last_id + 1:08d}"  # what Slack is about to call it
        wrote = Wrote(mark, phone, self.who.user, How.THREAD, event_id=event)
        self.wrote.append(wrote)
        ts = await self.world.slack.say(self.who.user, self.dm, f"{self.random.choice(ANSWERS)} {mark}", card.ts)
        wrote.place = f"{self.dm}:{ts}"
        return True

    async def sends_held(self) -> int:
        """Press *Skicka som sms* wherever it stands; return how often."""
        held = self.world.slack.workspace.messages.get(self.dm, {})
        waiting = [message for message in list(held.values()) if ActionId.SEND_HELD.value in actions_of(message)]
        for message in waiting:
            with suppress(ControlError):  # it has been answered meanwhile
                await self.world.slack.click(
                    self.who.user, action_id=ActionId.SEND_HELD.value, channel=self.dm, ts=message.ts
                )
        return len(waiting)

    async def opens(self, card: Message) -> View | None:
        """Press *Läs och svara* until the conversation can be read; None when that does not come about."""
        for _ in range(TRIES):
            await self.closes()
            with suppress(ControlError):
                done = await self.world.slack.click(
                    self.who.user, action_id=ActionId.OPEN.value, channel=card.channel, ts=card.ts
                )
                if done["shown"] is None and (view := await self._reads()) is not None:
                    return view
            await asyncio.sleep(AGAIN_AFTER_S)
        return None

    async def turns_back(self, view: View, shown: Callable[[View], list[Any]]) -> bool:
        """Press *Visa tidigare* once; False when it shows nothing else for long.

        Once only: pressed again because the machine is slow, it would turn two pages, and one would go unread.
        """
        before = shown(view)[:1]
        try:
            await self.world.slack.click(self.who.user, action_id=ActionId.EARLIER.value, view_id=view.id)
        except ControlError:
            return False
        return await _until(lambda: shown(view)[:1] != before, TURNS_WITHIN_S)

    async def closes(self) -> None:
        """Close whatever is open."""
        stack = self.world.slack.workspace.stack(self.who.user)
        if stack:
            with suppress(ControlError):
                await self.world.slack.close_view(self.who.user, stack[-1].id, closes_all=True)

    def _chosen(self) -> Message:
        cards = self.cards()
        waiting = [card for card in cards if "väntar" in words_of(card)]
        return self.random.choice(waiting or cards)

    async def _reads(self) -> View | None:
        """Return the modal once it shows a conversation."""

        def shown() -> bool:
            stack = self.world.slack.workspace.stack(self.who.user)
            return bool(stack) and any(block["block_id"] == REPLY for block in stack[-1].blocks)

        if not await _until(shown, MODAL_WITHIN_S):
            return None
        return self.world.slack.workspace.stack(self.who.user)[-1]

    async def _submits(self, view: View, text: str) -> bool:
        """Press *Skicka* until the modal closes; False when nobody knows whether it was taken."""
        values = {REPLY: {ActionId.REPLY_TEXT.value: text}, KIND: {ActionId.KIND.value: SMS}}
        for _ in range(TRIES):
            try:
                done = await self.world.slack.submit(self.who.user, view.id, values)
            except ControlError:
                return False  # somebody has closed it
            if not done.get("errors") and done.get("shown") is None:
                return True
            await asyncio.sleep(AGAIN_AFTER_S / 4 if done.get("errors") else AGAIN_AFTER_S)
        return False


def whose(view: View) -> str | None:
    """Return whose texts a modal shows, by their marks; None when it shows none."""
    found = {f"+467017406{mark[1]}" for mark in MARK.findall("\n".join(texts_in(view.blocks))) if mark[0] == "t"}
    return min(found) if found else None


def is_card(message: Message) -> bool:
    has_header = any(block.get("type") == "header" for block in message.blocks or [])
    return has_header and not message.deleted and bool(conversation_of(message))


def conversation_of(card: Message) -> str:
    return actions_of(card).get(ActionId.OPEN.value, "")


def words_of(message: Message) -> str:
    return "\n".join(texts_in(message.blocks or []))


def actions_of(message: Message) -> dict[str, str]:
    """Return the buttons of a message that still stands, with their values."""
    return {} if message.deleted else actions_in(message.blocks or [])


def actions_in(blocks: Any) -> dict[str, str]:
    return {
        str(element["action_id"]): str(element.get("value", ""))
        for element in _tables_in(blocks)
        if element.get("type") == "button"
    }


def texts_in(blocks: Any) -> list[str]:
    """Return every text that stands in blocks, in order."""
    return [table["text"] for table in _tables_in(blocks) if isinstance(table.get("text"), str)]


def _tables_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _tables_in(item)


async def _until(is_so: Callable[[], bool], within: float) -> bool:
    deadline = asyncio.get_running_loop().time() + within
    while not is_so():
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(0.03)
    return True
