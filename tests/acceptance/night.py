"""A night as a story: phones text, people press and type, the clock moves, and silence is checked too.

The bot is the production program. Everything reaches it over HTTP, from the pretend Slack and the pretend carrier.
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import sqlalchemy as sa
from sqlmodel import col

from bot.app_sandbox import Options, Sandbox
from bot.domain.calendar import STOCKHOLM
from bot.domain.duty import Shift
from bot.domain.ids import NamndId, ShiftId, StaffId, YouthId, new_id
from bot.domain.outbound import PACED
from bot.domain.people import AgeBand, Basis, LinkRole, Role, Staff, StaffRole, World, Youth
from bot.domain.phone import pretty
from bot.logs import set_up_logging
from bot.ports import Tx
from bot.services.reconcile import reconcile
from bot.texts import Texts
from bot.texts.log_words import is_known
from storage.engine import normal_url
from storage.tables import AuditRow, OutboxRow
from tests.secrecy import every_byte

NUMBER = "+46701740699"
MYNDIGHET_NUMBER = "+46701740698"
SLACK_WAITS = 30.0  # seconds, for an answer; tests/conftest.py says why
SLACK = timedelta(minutes=1)
DAYS_HASH = "🔒 Åtkomstloggens hash"
NORRVIK, SODERMARK = NamndId("norrvik"), NamndId("sodermark")
CHANNELS = {NORRVIK: "C0NORRVIK", SODERMARK: "C0SODERMARK"}

CONFIG = """
[slack]
team_id = "T0SANDBOX"
bot_user_id = "U0BOT"
bot_id = "B0BOT"
app_id = "A0SANDBOX"

[namnd.norrvik]
name = "Norrviks stadsdelsnämnd"
short_name = "Norrvik"
team_channel = "C0NORRVIK"
office_hours = "mån-fre 08.00-17.00"
beredskap_hours = ["mån-fre 17.00-22.00", "lör-sön 10.00-22.00", "helgdag 10.00-22.00"]
chat_content = "{norrvik_content}"
inline_approval_ref = "prov"
answers_for = {{ {norrvik_answers} }}
place = "Norrvik"
report_channel = "Ring mottagningen, annars socialjouren."

[namnd.sodermark]
name = "Södermarks stadsdelsnämnd"
short_name = "Södermark"
team_channel = "C0SODERMARK"
office_hours = "mån-fre 08.00-17.00"
beredskap_hours = ["mån-fre 17.00-22.00", "lör-sön 10.00-22.00", "helgdag 10.00-22.00"]
chat_content = "{sodermark_content}"
inline_approval_ref = "prov"
answers_for = {{ {sodermark_answers} }}

[[number]]
number = "+46701740699"
label = "Beredskapen"
namnder = ["norrvik", "sodermark"]

[[number]]
number = "+46701740698"
label = "Socialtjänsten"
world = "myndighet"
namnder = ["norrvik"]

[wait]
uncertain_look_seconds = 0.2
"""


def local_time(text: str) -> datetime:
    """Read "2026-11-20 22:14" as Stockholm time."""
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


def texts_in(blocks: Any) -> list[str]:
    """Return every text that stands in blocks, in order."""
    found: list[str] = []
    if isinstance(blocks, dict):
        if isinstance(blocks.get("text"), str):
            found.append(blocks["text"])
        for key, value in blocks.items():
            if key != "text" or not isinstance(value, str):
                found.extend(texts_in(value))
    elif isinstance(blocks, list):
        for item in blocks:
            found.extend(texts_in(item))
    return found


def buttons_in(blocks: Any) -> dict[str, str]:
    """Return action ids with their values."""
    found: dict[str, str] = {}
    if isinstance(blocks, dict):
        if blocks.get("type") == "button":
            found[blocks["action_id"]] = blocks.get("value", "")
        for value in blocks.values():
            found.update(buttons_in(value))
    elif isinstance(blocks, list):
        for item in blocks:
            found.update(buttons_in(item))
    return found


@dataclass
class Said:
    """One message in Slack."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Any]
    thread_ts: str | None
    ephemeral_to: str | None
    deleted: bool

    @property
    def words(self) -> str:
        return "\n".join([self.text, *texts_in(self.blocks)])

    @property
    def buttons(self) -> set[str]:
        return set(buttons_in(self.blocks))

    @property
    def is_card(self) -> bool:
        return self.thread_ts in {None, self.ts} and bool(self.header) and not self.is_handover

    @property
    def header(self) -> str:
        return next((str(b["text"]["text"]) for b in self.blocks if b.get("type") == "header"), "")

    @property
    def is_handover(self) -> bool:
        return self.header.startswith("Överlämning")


@dataclass
class Phone:
    """Somebody's phone."""

    night: "Night"
    number: str
    heard: set[str] = field(default_factory=set)

    async def texts(self, body: str, *, media: int = 0, to: str = NUMBER, settle: bool = True) -> str:
        self.night.secret_words.update(word for word in [body.strip()] if len(word) > 3)
        sid = await self.night.sandbox.carrier.text(self.number, body, to, media)
        if settle:
            await self.night.settles()
        return sid

    def inbox(self) -> list[dict[str, Any]]:
        """Return what has been delivered to this phone, oldest first."""
        state = self.night.sandbox.carrier.state()
        messages = [m for p in state["phones"] if p["number"] == self.number for m in p["messages"]]
        return [m for m in messages if not m["mine"]]

    def receives(self, words: str, *, times: int = 1) -> None:
        """Check that exactly `times` delivered texts hold `words`, and remember them as expected."""
        found = [m for m in self.inbox() if words in m["body"] and m["status"] == "delivered"]
        assert len(found) == times, f"{len(found)} of {[m['body'] for m in self.inbox()]} hold {words!r}"
        self.heard.update(m["sid"] for m in found)

    def loses(self, words: str, *, status: str = "undelivered") -> None:
        """Check that one text with `words` was sent and did not arrive."""
        found = [m for m in self.inbox() if words in m["body"] and m["status"] == status]
        assert len(found) == 1, [(m["body"], m["status"]) for m in self.inbox()]
        self.heard.update(m["sid"] for m in found)

    def unexpected(self) -> list[str]:
        return [m["body"] for m in self.inbox() if m["sid"] not in self.heard]


@dataclass
class Person:
    """A member of staff, at their Slack."""

    night: "Night"
    staff: Staff

    @property
    def user(self) -> str:
        assert self.staff.slack_user_id is not None
        return self.staff.slack_user_id

    @property
    def dm(self) -> str:
        return self.night.sandbox.slack.im(self.user)

    def messages(self, channel: str | None = None) -> list[Said]:
        return [
            m for m in self.night.messages(channel or self.dm) if m.ephemeral_to in {None, self.user} and not m.deleted
        ]

    def cards(self, channel: str | None = None) -> list[Said]:
        return [m for m in self.messages(channel) if m.is_card]

    def card(self, words: str = "", channel: str | None = None) -> Said:
        """Return the one card that holds `words`, and remember it as expected."""
        found = [m for m in self.cards(channel) if words in m.words]
        assert len(found) == 1, f"{len(found)} cards hold {words!r}: {[m.words for m in self.cards(channel)]}"
        self.night.expected.add((found[0].channel, found[0].ts))
        return found[0]

    def has_no_card(self) -> None:
        assert self.cards() == []

    def thread(self, card: Said) -> list[Said]:
        return [m for m in self.messages(card.channel) if m.thread_ts == card.ts and m.ts != card.ts]

    def is_told(self, words: str, *, times: int = 1, channel: str | None = None) -> Said:
        """Check that `times` messages (threads and ephemeral ones too) hold `words`, and expect them."""
        said = [m for m in self.messages(channel) if not m.is_card and not m.is_handover]
        found = [m for m in said if words in m.words and m.user == "U0BOT"]
        assert len(found) == times, f"{len(found)} hold {words!r}: {[m.words for m in self.messages(channel)]}"
        self.night.expected.update((m.channel, m.ts) for m in found)
        return found[-1]

    def is_not_told(self, words: str) -> None:
        found = [m.words for m in self.messages() if words in m.words and not m.is_card]
        assert found == []

    async def presses(self, action: str, on: Said | None = None) -> dict[str, Any]:
        """Press a button on a message (the newest card when none is given)."""
        message = on or self.cards()[-1]
        assert action in message.buttons, f"no {action} among {message.buttons}"
        done: dict[str, Any] = await self.night.sandbox.slack.click(
            self.user, action_id=action, channel=message.channel, ts=message.ts
        )
        await self.night.settles()
        return done

    async def presses_in_modal(self, action: str, **more: Any) -> dict[str, Any]:
        done: dict[str, Any] = await self.night.sandbox.slack.click(
            self.user, action_id=action, view_id=self.modal()["id"], **more
        )
        await self.night.settles()
        return done

    def modals(self) -> list[dict[str, Any]]:
        views = self.night.sandbox.slack.state()["views"].get(self.user, [])
        return list(views)

    def modal(self) -> dict[str, Any]:
        assert self.modals(), "no modal is open"
        return self.modals()[-1]

    def reads(self) -> str:
        """Return everything that the top modal says."""
        return "\n".join([self.modal()["title"]["text"], *texts_in(self.modal()["blocks"])])

    async def opens(self, card: Said | None = None) -> str:
        await self.presses("open", card)
        return self.reads()

    async def submits(self, values: dict[str, Any]) -> dict[str, Any]:
        shown: dict[str, Any] = await self.night.sandbox.slack.submit(self.user, self.modal()["id"], values)
        await self.night.settles()
        return shown

    async def writes(self, text: str, *, note: bool = False) -> dict[str, Any]:
        """Fill in the live modal and submit it."""
        self.night.secret_words.update(word for word in [text.strip()] if len(word) > 3)
        values = {"reply": {"reply_text": text}, "kind": {"kind_choice": "note" if note else "sms"}}
        return await self.submits(values)

    async def replies(self, text: str, *, card: Said | None = None, note: bool = False) -> None:
        """Open the conversation, answer, and see the modal close."""
        await self.opens(card)
        done = await self.writes(text, note=note)
        assert not done.get("errors"), done
        assert self.modals() == []

    async def writes_note(
        self,
        came_in: str = "Bråk hemma igen.",
        support: str = "Lyssnade, råd om att gå till mormor.",
        *,
        promised: str = "",
        situation: str = "difficult",
        action: str = "nothing",
        owner: str = "",
        socialjouren: str = "no",
        closing: str = "",
        concerns: tuple[str, ...] = (),
    ) -> dict[str, Any]:
        """Fill in the open note form and submit it. What must be done is said in words too."""
        promised = promised or ("Ring familjen." if action != "nothing" else "")
        self.night.secret_words.update(words for words in (came_in, support, promised, closing) if len(words) > 3)
        values: dict[str, Any] = {
            "came_in": {"field": came_in},
            "support": {"field": support},
            "situation": {"situation": situation},
            "action": {"action_code": action},
            "socialjouren": {"socialjouren": socialjouren},
        }
        if promised:
            values["promised"] = {"field": promised}
        if owner:
            values["owner"] = {"owner": owner}
        if closing:
            values["closing_text"] = {"field": closing}
        if concerns:
            values["concerns"] = {"note_concerns": list(concerns)}
        return await self.submits(values)

    async def closes(self, card: Said | None = None, *words: str, **coded: Any) -> None:
        """Avsluta with a note, and see the modal close."""
        await self.presses("close", card)
        done = await self.writes_note(*words, **coded)
        assert not done.get("errors"), done
        assert self.modals() == [], self.reads()

    async def notes(self, on: Said, *words: str, **coded: Any) -> None:
        """Skriv anteckning, without closing, and see the modal close."""
        await self.presses("write_note", on)
        done = await self.writes_note(*words, **coded)
        assert not done.get("errors"), done
        assert self.modals() == [], self.reads()

    def handover(self, words: str = "", channel: str | None = None) -> Said:
        """Return the newest handover, of a team or of a shift, that holds `words`, and expect it."""
        found = [m for m in self.messages(channel) if m.is_handover and words in m.words]
        assert found, f"no handover holds {words!r}: {[m.words for m in self.messages(channel) if m.is_handover]}"
        self.night.expected.add((found[-1].channel, found[-1].ts))
        return found[-1]

    async def types_in_thread(self, card: Said, text: str) -> str:
        self.night.secret_words.update(word for word in [text.strip()] if len(word) > 3)
        ts = await self.night.sandbox.slack.say(self.user, card.channel, text, card.ts)
        await self.night.settles()
        return ts

    async def commands(self, text: str = "") -> None:
        await self.night.sandbox.slack.command(self.user, "/beredskap", text)
        await self.night.settles()

    async def opens_home(self) -> str:
        await self.night.sandbox.slack.open_home(self.user)
        await self.night.settles()
        return self.drawn_home()

    def drawn_home(self) -> str:
        """Return what Home says as it was last drawn."""
        home = self.night.sandbox.slack.state()["homes"][self.user]
        return "\n".join(texts_in(home["blocks"]))

    async def closes_modal(self) -> None:
        await self.night.sandbox.slack.close_view(self.user, self.modal()["id"])
        await self.night.settles()


@dataclass
class Night:
    """The whole world of one story."""

    sandbox: Sandbox
    people: dict[str, Person] = field(default_factory=dict)
    phones: dict[str, Phone] = field(default_factory=dict)
    expected: set[tuple[str, str]] = field(default_factory=set)
    secret_words: set[str] = field(default_factory=set)
    log_lines: list[logging.LogRecord] = field(default_factory=list)
    expected_errors: set[str] = field(default_factory=set)
    is_sealed: bool = True
    odd_senders: set[str] = field(default_factory=set)  # BANKEN, 71234: no phones, and too short to look for in a log

    # --- the cast --------------------------------------------------------------

    async def hires(
        self, name: str, namnd: NamndId, *roles: Role, world: World = World.BEREDSKAP, phone: str | None = None
    ) -> Person:
        """Employ somebody and put them in Slack and, as familjebehandlare, in the team's channel."""
        number = len(self.people) + 1
        chosen = roles or (Role.FAMILJEBEHANDLARE,)
        first = name.split()[0]
        staff = Staff(
            StaffId(new_id()),
            name,
            f"{first.lower()}@example.se",
            f"U{number:02}",
            frozenset(StaffRole(namnd, world, role) for role in chosen),
            phone,
            phone is not None,
        )
        slack = self.sandbox.slack
        slack.add_user(f"U{number:02}", first.lower(), name)
        await self.writes(lambda tx: tx.staff.save(staff))
        self.people[first] = Person(self, staff)
        return self.people[first]

    def opens_channels(self) -> None:
        """Make the teams' channels, once everybody is hired."""
        for namnd, channel in CHANNELS.items():
            members = [p.user for p in self.people.values() if p.staff.has(Role.FAMILJEBEHANDLARE, namnd)]
            self.sandbox.slack.add_channel(channel, f"{namnd}-team", members)

    async def on_beredskap(self, person: Person, start: str, end: str, namnd: NamndId | None = None) -> Shift:
        lending = namnd or next(iter(person.staff.roles)).namnd
        shift = Shift(ShiftId(new_id()), person.staff.id, lending, local_time(start), local_time(end))
        await self.writes(lambda tx: tx.shifts.upsert(shift))
        return shift

    async def enrols(
        self,
        name: str,
        number: str,
        namnd: NamndId,
        *,
        role: LinkRole = LinkRole.YOUTH,
        of: Youth | None = None,
        language: str = "sv",
        jav: tuple[StaffId, ...] = (),
    ) -> tuple[Phone, Youth]:
        """Enrol a youth, or a guardian of one."""
        self.secret_words.update({name, name.split()[0]})

        def change(tx: Tx) -> Youth:
            youth = of or tx.people.add_youth(
                namnd=namnd,
                name=name,
                age_band=AgeBand.FROM_15,
                basis=Basis.GUARDIAN_CONSENT,
                basis_reason="",
                reference=None,
                jav=jav,
            )
            contact = tx.people.ensure_contact(number, language=language)
            tx.people.link(contact.contact.id, YouthId(youth.id), role, name)
            return youth

        youth = await self.writes(change)
        return self.phone(number), youth

    def phone(self, number: str) -> Phone:
        if number not in self.phones:
            self.sandbox.carrier.add_phone(number, "någon")
            self.phones[number] = Phone(self, number)
        return self.phones[number]

    async def is_texted_by(self, sender: str, body: str) -> list[dict[str, Any]]:
        """Let something text us that is nobody's phone; return what it has been sent by us so far."""
        self.odd_senders.add(sender)
        self.secret_words.add(body)
        await self.sandbox.carrier.text(sender, body, NUMBER)
        await self.settles()
        shown = next(p for p in self.sandbox.carrier.state()["phones"] if p["number"] == sender)
        return [m for m in shown["messages"] if not m["mine"]]

    # --- the world --------------------------------------------------------------

    async def writes(self, change: Any) -> Any:
        assert self.sandbox.bot is not None
        return await self.sandbox.bot.store.write(change)

    async def settles(self) -> None:
        await self.sandbox.world.settle()

    async def clock_reaches(self, at: str) -> None:
        """Go to a time; on a slow machine it may have come by itself, in the minute that it takes to get there."""
        now = self.sandbox.clock.now()
        is_there = now - SLACK < local_time(at) < now
        await self.sandbox.world.jump(now + timedelta(seconds=5) if is_there else local_time(at))
        await self.paced_posts_leave()

    async def paced_posts_leave(self) -> None:
        """Wait for what we hold back ourselves, since Slack wants no more than a post a second in one channel."""
        table = OutboxRow.__table__  # type: ignore[attr-defined]
        is_paced = sa.and_(table.c.state == "due", table.c.last_error == PACED)
        held = sa.select(table.c.id).where(sa.or_(is_paced, table.c.state == "sending"))  # it may be held once more
        async with asyncio.timeout(60):
            await self.settles()
            while self.sandbox.bot is not None and self.rows(held):
                await asyncio.sleep(0.1)
                await self.settles()

    async def minutes_pass(self, minutes: float) -> None:
        await self.sandbox.world.jump(self.sandbox.clock.now() + timedelta(minutes=minutes))
        await self.paced_posts_leave()

    def messages(self, channel: str) -> list[Said]:
        held = self.sandbox.slack.state()["messages"].get(channel, [])
        return [
            Said(
                channel,
                m["ts"],
                m["user"],
                m["text"],
                m["blocks"] or [],
                m["thread_ts"],
                m["ephemeral_to"],
                m["deleted"],
            )
            for m in held
        ]

    def rows(self, statement: sa.Select[Any]) -> list[Any]:
        """Read what stands in the database, over a connection of our own."""
        engine = sa.create_engine(normal_url(self.sandbox.database_url), poolclass=sa.NullPool)
        try:
            with engine.connect() as connection:
                return list(connection.execute(statement))
        finally:
            engine.dispose()

    def audit(self, act: str) -> list[tuple[str, str, bool]]:
        """Return who wanted to do `act`, on what ground they were let in or refused, and which of the two."""
        found = self.rows(sa.select(AuditRow.__table__).where(col(AuditRow.act) == act).order_by(col(AuditRow.id)))  # type: ignore[attr-defined]
        return [(row.actor, row.ground, row.is_allowed) for row in found]

    def expect_handovers(self) -> None:
        """For stories about something else: that duty and mornings are handed over is as it should be."""
        for channel in self.sandbox.slack.state()["messages"]:
            self.expected.update((said.channel, said.ts) for said in self.messages(channel) if said.is_handover)

    async def executes(self, statement: Any) -> None:
        """Change something in the database that no person could."""
        engine = sa.create_engine(normal_url(self.sandbox.database_url), poolclass=sa.NullPool)
        try:
            with engine.begin() as connection:
                connection.execute(statement)
        finally:
            engine.dispose()

    async def leaves(self, person: Person) -> None:
        """Somebody's employment ends."""
        person.staff = replace(person.staff, is_active=False)
        await self.writes(lambda tx: tx.staff.save(person.staff))

    @staticmethod
    def at(text: str) -> datetime:
        return local_time(text)

    def audited(self, person: Person) -> list[Any]:
        """Return every row of the audit log about what somebody did or wanted."""
        table = AuditRow.__table__  # type: ignore[attr-defined]
        return self.rows(sa.select(table).where(col(AuditRow.actor) == person.staff.id).order_by(col(AuditRow.id)))

    async def forges(self, person: Person, action: str, value: str, metadata: str) -> str:
        """Press a button that somebody was never shown, as a client of their own making could; return what they see."""
        await person.commands("logg")
        view = self.sandbox.slack.workspace.stacks[person.user][0]
        forged = {"type": "button", "action_id": action, "value": value, "text": {"type": "plain_text", "text": "?"}}
        view.blocks.append({"type": "actions", "block_id": "forged", "elements": [forged]})
        view.given["private_metadata"] = metadata
        await self.sandbox.slack.click(person.user, action_id=action, view_id=view.id, block_id="forged")
        await self.settles()
        seen = "\n".join("\n".join(texts_in(modal["blocks"])) for modal in person.modals())
        while person.modals():
            await person.closes_modal()
        return seen

    async def restarts(self) -> None:
        """Stop the bot as a SIGTERM would, and start it again."""
        await self.sandbox.stop_bot()
        await self.sandbox.start_bot()
        await self.settles()

    async def is_away_while(self, phone: Phone, body: str) -> None:
        """Have a text come in while nobody is at the door, and the carrier give up."""
        await self.sandbox.stop_bot()
        await phone.texts(body, settle=False)
        await self.minutes_pass(1)
        await self.sandbox.start_bot()

    async def reconciles(self) -> None:
        """Compare the carrier's list with ours, as happens every few minutes."""
        assert self.sandbox.bot is not None
        self.expected_errors.add("missed_webhooks_found")
        await reconcile(ctx=self.sandbox.bot.ctx)
        await self.settles()

    # --- and nothing else -------------------------------------------------------

    def expect_nothing_else(self) -> None:
        """One more sms, post or ERROR line than the story told of fails it; so does anything left undone.

        But for the daily hash of the audit log, which comes in every story that has an alert channel.
        """
        for phone in self.phones.values():
            assert phone.unexpected() == [], f"{phone.number} got {phone.unexpected()}"
        known = set(self.phones)
        known |= self.odd_senders
        others = [p for p in self.sandbox.carrier.state()["phones"] if p["number"] not in known and p["messages"]]
        assert others == []
        posts = [
            said
            for channel in self.sandbox.slack.state()["messages"]
            for said in self.messages(channel)
            if said.user == "U0BOT" and not said.deleted and (said.channel, said.ts) not in self.expected
            if not said.words.startswith(DAYS_HASH)
        ]
        assert posts == [], [(p.channel, p.words) for p in posts]
        errors = [
            line.getMessage()
            for line in self.log_lines
            if line.levelno >= logging.ERROR and not any(known in line.getMessage() for known in self.expected_errors)
        ]
        assert errors == []
        self._expect_secrecy()
        self._expect_a_log_in_words()

    def _expect_secrecy(self) -> None:
        numbers = (
            set(self.phones) | {pretty(n) for n in self.phones} | {re.sub(r"\D", "", pretty(n)) for n in self.phones}
        )
        lines = "\n".join(line.getMessage() + str(line.__dict__) for line in self.log_lines)
        for secret in self.secret_words | numbers:
            assert secret not in lines, f"the log holds {secret!r}"
        written = self.secret_words if self.is_sealed else set()  # inline shows it, and its ids are opaque all the same
        numbered = self.phones if self.is_sealed else ()
        found = every_byte.problems(self.sandbox.slack.recorder, written, numbered, self._places())
        assert not found, "\n".join(dict.fromkeys(found))

    def _places(self) -> frozenset[str]:
        """Return the places of the directory of socialjourer, which a choice in a modal is made among."""
        rules = self.sandbox.settings().rules
        return frozenset(
            {place for jour in rules.socialjourer for place in jour.places}
            | {namnd.place for namnd in rules.namnder.values()}
        )

    def _expect_a_log_in_words(self) -> None:
        """The audit log holds codes that its reader has words for, and nothing that anybody said or is called."""
        numbers = set(self.phones) | {re.sub(r"\D", "", pretty(n)) for n in self.phones}
        texts = Texts()
        for row in self.rows(sa.select(AuditRow.__table__)):  # type: ignore[attr-defined]
            codes = [("act", row.act), ("subject", row.subject.partition(":")[0])]
            codes += [("ground", ground) for ground in row.ground.split("+")]
            assert [code for table, code in codes if not is_known(table, code, texts)] == []
            for secret in self.secret_words | numbers | {person.staff.name for person in self.people.values()}:
                assert secret not in str(row), f"the audit log holds {secret!r}"

    async def nothing_waits(self) -> None:
        """Check in the database that nothing is left to do, fail or be unsure of."""
        assert self.sandbox.bot is not None

        def count(tx: Tx) -> tuple[int, int]:
            return tx.inbox.waiting(), tx.outbox.waiting()

        assert await self.sandbox.bot.store.read(count) == (0, 0)


class _Keep(logging.Handler):
    def __init__(self, lines: list[logging.LogRecord]) -> None:
        super().__init__(logging.DEBUG)
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record)


@contextlib.contextmanager
def everything_heard(*, but: str = "none") -> Iterator[None]:
    """Let every library say all that it can say, as if somebody had turned on DEBUG in production."""
    names = [name for name in sorted(logging.root.manager.loggerDict) if name.split(".")[0] != but]
    loggers = [*map(logging.getLogger, names), logging.getLogger()]
    levels = [logger.level for logger in loggers]
    _set_levels(loggers, [logging.DEBUG] * len(loggers))
    try:
        yield
    finally:
        _set_levels(loggers, levels)


def _set_levels(loggers: list[logging.Logger], levels: list[int]) -> None:
    for logger, level in zip(loggers, levels, strict=True):
        logger.level = level  # setLevel makes every logger forget what it knows, each time
    loggers[-1].setLevel(levels[-1])


@contextlib.asynccontextmanager
async def a_night(
    folder: Path,
    database_url: str,
    starts_at: str,
    *,
    norrvik: str = "sealed",
    sodermark: str = "sealed",
    norrvik_answers: str = 'sodermark = "beslut 1"',
    sodermark_answers: str = 'norrvik = "beslut 2"',
    ticks: bool = False,
    socket_mode: bool = False,
    trial: tuple[str, ...] = (),
    closed_days: tuple[str, ...] = (),
    settings: str = "",
    asks_if_ready: bool = False,
    escalates: bool = False,
    reviews: bool = False,
) -> AsyncIterator[Night]:
    """A fresh world at a Stockholm time, with nobody in it yet. `settings` are tables added to beredskap.toml, or
    keys of its `[wait]`.

    Whether people are ready, and what is missing in the rota ahead, is asked and told only where `asks_if_ready`;
    leaders review the audit log only where `reviews`.
    """
    config = folder / "beredskap.toml"
    config.write_text(
        CONFIG.format(
            norrvik_content=norrvik,
            sodermark_content=sodermark,
            norrvik_answers=norrvik_answers,
            sodermark_answers=sodermark_answers,
        )
        + settings
        + "".join(f"\n[closed_days]\nlov{i} = {day}\n" for i, day in enumerate(closed_days))
        + ("" if escalates else "\n[escalation]\non = false\n")  # most stories are about something else
        + (f"\n[trial]\non = true\nnumbers = {list(trial)}\n" if trial else "")
        + ("" if reviews else "\n[audit]\nopenings = 0\ndenials = 0\n")
        + ("" if asks_if_ready else "\n[ready]\nask = false\ntell_leaders = false\n"),
        encoding="utf-8",
    )
    options = Options(
        folder=folder / "world",
        port=0,
        bot_port=0,
        database_url=database_url,
        config=config,
        starts_at=local_time(starts_at),
        seeded=False,
        ticks=ticks,
        socket_mode=socket_mode,
    )
    set_up_logging()
    lines: list[logging.LogRecord] = []
    keeper = _Keep(lines)
    logging.getLogger().addHandler(keeper)
    patience = mock.patch("bot.sandbox.slack.tickets.TRIGGER_LIFE", timedelta(seconds=2 * SLACK_WAITS))
    patience.start()
    try:
        async with Sandbox(options).running() as sandbox:
            sandbox.carrier.add_number(NUMBER, "Beredskapen", "beredskap")
            sandbox.carrier.add_number(MYNDIGHET_NUMBER, "Socialtjänsten", "myndighet")
            sandbox.slack.limits.tiers = False  # a whole night passes in a second of wire time
            sandbox.slack.limits.post_burst = 50
            sandbox.slack.courier.answer_within_s = SLACK_WAITS
            with everything_heard(but="sqlalchemy"):  # it says so much that stories would take twice as long
                night = Night(sandbox, log_lines=lines, is_sealed=norrvik == sodermark == "sealed")
                yield night
            night._expect_secrecy()  # also of a story that says nothing of it
    finally:
        patience.stop()
        logging.getLogger().removeHandler(keeper)
