"""What beredskapen has been through when the team comes to work: conversations put straight into the bot's store.

The youths are invented, the numbers from the series for books and films.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from bot.app_sandbox import Sandbox
from bot.domain.auto_reply import AutoKind
from bot.domain.calendar import STOCKHOLM, local, next_working_day
from bot.domain.conversation import Conversation, Direction, Ground, Message, Route
from bot.domain.duty import Shift
from bot.domain.handover import Episode, period_of, summary_on
from bot.domain.ids import ActionTaskId, ConversationId, EpisodeId, MessageId, NamndId, NoteId, StaffId, new_id
from bot.domain.notes import ActionCode, Note, Situation
from bot.domain.people import AgeBand, Basis, LinkedContact, LinkRole, Staff, World, Youth
from bot.domain.reaction import Action, ActionState, scheduled
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.auto_text import auto_text

NORRVIK: Final = NamndId("norrvik")
OUR_NUMBER: Final = "+46701740699"
ANNA, BO, CECILIA = (f"{name}@example.se" for name in ("anna.berg", "bo.lund", "cecilia.ros"))
MINUTE: Final = timedelta(minutes=1)


def at(text: str) -> datetime:
    """Read "2026-11-20 19.10" as Stockholm time."""
    return datetime.strptime(text, "%Y-%m-%d %H.%M").replace(tzinfo=STOCKHOLM)


@dataclass(frozen=True, slots=True)
class Settled:
    """Somebody (by e-mail) did what there was to do, or dropped it for a reason."""

    by: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """The note of whoever had the duty. `owner` is an e-mail; "" is the team, or the duty when it has it."""

    came_in: str = "Bråk hemma om tider. Gick ut för att lugna ner sig."
    support: str = "Lyssnade. Gick igenom vad som är bestämt i planen. Allt var lugnt när vi slutade."
    promised: str = ""
    situation: Situation = Situation.NEITHER
    code: ActionCode = ActionCode.NOTHING
    owner: str = ""
    socialjouren: bool = False
    settled: Settled | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation of one evening. `number` is the end of it; `answers` are texts of ours, minutes after the first.

    `of`: the youth whose guardian it is. `name` "" is a number that nobody knows. `waits`: what came in after the
    note. What nothing is told about is open still, since closing takes a note.
    """

    name: str
    number: str
    at: datetime
    texts: tuple[str, ...]
    answers: tuple[tuple[int, str], ...] = ()
    told: Told | None = None
    of: str = ""
    waits: str = ""


async def happened(sandbox: Sandbox, talks: Sequence[Talk]) -> dict[str, EpisodeId]:
    """Put `talks` into the store in one transaction; return the episode of each by its number's end."""
    assert sandbox.bot is not None
    ctx = sandbox.bot.ctx
    done = await ctx.store.write(lambda tx: {talk.number: _put(tx, ctx, talk) for talk in talks})
    await sandbox.world.settle()
    return done


def _put(tx: Tx, ctx: Context, talk: Talk) -> EpisodeId:
    shifts = [s for s in tx.shifts.between(talk.at, talk.at + MINUTE) if s.covers(talk.at)]
    shift = shifts[-1]
    holder = tx.staff.get(shift.staff_id)
    assert holder is not None
    contact = _contact(tx, talk)
    conversation = Conversation(
        id=ConversationId(new_id()),
        contact_id=contact.contact.id,
        world=World.BEREDSKAP,
        namnd=NORRVIK if talk.name else None,
        our_number=OUR_NUMBER,
        opened_at=talk.at,
        routes=(Route(talk.at, Ground.DUTY, holder.id, shift.id),),
    )
    tx.conversations.add(conversation)
    conversation, ended = _say(tx, ctx, conversation, talk, holder, shift)
    episode = _episode(tx, ctx, conversation, talk.at, shift)
    if talk.told is not None:
        _tell(tx, ctx, episode, talk.told, holder, shift, ended + 4 * MINUTE)
    if talk.waits:
        seq = conversation.last_seq + 1
        waiting = ended + 9 * MINUTE
        _keep(tx, Message(MessageId(new_id()), conversation.id, seq, Direction.IN, talk.waits, waiting))
        conversation = conversation.receive(seq, at=waiting)
    elif talk.told is not None:
        conversation = conversation.close(at=ended + 4 * MINUTE)
    tx.conversations.save(conversation)
    return episode.id


def _contact(tx: Tx, talk: Talk) -> LinkedContact:
    contact = tx.people.ensure_contact(f"+467017406{talk.number}")
    known = {link.youth.name for link in contact.links}
    role = LinkRole.GUARDIAN if talk.of else LinkRole.YOUTH
    name = talk.of or talk.name
    if name and name not in known:
        tx.people.link(contact.contact.id, _youth(tx, name).id, role, talk.name)
    return tx.people.contact(contact.contact.id)


def _youth(tx: Tx, name: str) -> Youth:
    found = [youth for youth in tx.people.youths_of(NORRVIK) if youth.name == name]
    return (
        found[0]
        if found
        else tx.people.add_youth(
            namnd=NORRVIK,
            name=name,
            age_band=AgeBand.FROM_15,
            basis=Basis.GUARDIAN_CONSENT,
            basis_reason="",
            reference=None,
            jav=(),
        )
    )


def _say(
    tx: Tx, ctx: Context, conversation: Conversation, talk: Talk, holder: Staff, shift: Shift
) -> tuple[Conversation, datetime]:
    """Let them write and be answered, the automatic text after the first; return when the last of it was said."""
    ended = talk.at
    said: list[Message] = []
    for nth, body in enumerate(talk.texts):
        ended = talk.at + nth * MINUTE
        said.append(_message(conversation, len(said) + 1, Direction.IN, body, ended, shift))
        if nth == 0:
            kind = AutoKind.UNKNOWN if not talk.name else AutoKind.GUARDIAN if talk.of else AutoKind.YOUTH
            body = auto_text(tx, ctx, kind, "sv", ctx.rules.namnder[NORRVIK], talk.at)
            auto = _message(conversation, len(said) + 1, Direction.AUTO, body, talk.at, shift)
            said.append(replace(auto, auto_kind=kind.value))
    for minutes, body in talk.answers:
        ended = talk.at + minutes * MINUTE
        answer = _message(conversation, len(said) + 1, Direction.OUT, body, ended, shift)
        said.append(replace(answer, author=holder.id))
    for message in said:
        _keep(tx, message)
        if message.direction is Direction.IN:
            conversation = conversation.receive(message.seq, at=message.at)
        elif message.direction is Direction.OUT:
            conversation = conversation.answer(message.seq, holder.id, at=message.at)
    return replace(conversation, last_seq=len(said)), ended


def _message(
    conversation: Conversation, seq: int, direction: Direction, body: str, said_at: datetime, shift: Shift
) -> Message:
    return Message(MessageId(new_id()), conversation.id, seq, direction, body, said_at, shift_id=shift.id)


def _keep(tx: Tx, message: Message) -> None:
    tx.messages.add(message)
    if message.direction in {Direction.OUT, Direction.AUTO}:
        tx.messages.set_delivery(tx.messages.add_delivery(message.id).id, "delivered")


def _episode(tx: Tx, ctx: Context, conversation: Conversation, first_at: datetime, shift: Shift) -> Episode:
    rules, period = ctx.rules.namnder[NORRVIK], period_of(first_at, shift)
    made = Episode(
        id=EpisodeId(new_id()),
        conversation_id=conversation.id,
        namnd=NORRVIK,
        period=period.key,
        ordinal=1,
        day=period.day,
        shift_id=shift.id,
        first_at=first_at,
        summary_on=summary_on(first_at, shift, rules.summary_at, ctx.rules.closed_days),
        note_next_at=shift.ends_at if shift.ends_at > ctx.clock.now() else None,
    )
    assert tx.episodes.add(made)
    return made


def _tell(
    tx: Tx, ctx: Context, episode: Episode, told: Told, author: Staff, shift: Shift, written_at: datetime
) -> None:
    note = Note(
        id=NoteId(new_id()),
        conversation_id=episode.conversation_id,
        namnd=NORRVIK,
        author=author.id,
        at=written_at,
        came_in=told.came_in,
        support=told.support,
        promised=told.promised,
        situation=told.situation,
        code=told.code,
        socialjouren_at=written_at if told.socialjouren else None,
        shift_id=shift.id,
    )
    tx.notes.add(note, [episode.id])
    tx.episodes.save(replace(episode, note_next_at=None))
    if told.code is not ActionCode.NOTHING:
        tx.notes.add_action(_action(tx, ctx, note, told, local(shift.starts_at).date()))


def _action(tx: Tx, ctx: Context, note: Note, told: Told, shift_day: date) -> Action:
    closed = ctx.rules.closed_days
    is_today = told.code is ActionCode.TODAY  # which the duty has
    action = Action(
        id=ActionTaskId(new_id()),
        note_id=note.id,
        conversation_id=note.conversation_id,
        namnd=NORRVIK,
        code=told.code,
        due_on=local(note.at).date() if is_today else next_working_day(shift_day, closed),
        owner=None if is_today or not told.owner else _by_email(tx, told.owner),
        with_duty=is_today,
    )
    if told.settled is not None:
        state = ActionState.DROPPED if told.settled.reason else ActionState.DONE
        by, when = _by_email(tx, told.settled.by), told.settled.at
        return action.settle(state, by, at=when, reason=told.settled.reason)
    return scheduled(action, ctx.rules.namnder[NORRVIK], ctx.clock.now(), closed)


def _by_email(tx: Tx, email: str) -> StaffId:
    person = tx.staff.by_email(email)
    assert person is not None
    return person.id


# --- the mornings -------------------------------------------------------------

THURSDAY: Final = (  # stands in Friday's handover, and is not done when Monday comes
    Talk(
        "Ellen Dahl",
        "30",
        at("2026-11-19 18.40"),
        ("Pappa kommer inte till mötet imorgon säger han",),
        ((12, "Tack för att du säger till. Vi ringer honom i morgon bitti."),),
        Told(
            "Ellen skrev att pappa inte tänker komma till mötet på fredag.",
            "Tackade för att hon sa till. Lovade att vi ringer pappa.",
            "Ring pappa före mötet",
            Situation.BROKEN_PLAN,
            ActionCode.NEXT_WORKING_DAY,
            BO,
        ),
    ),
)

FIVE: Final = (  # a weekend, for Monday 23 November
    Talk(
        "Nova Lindgren",
        "05",
        at("2026-11-20 19.10"),
        ("Kan nån ringa mig? De bråkar igen.", "jag är hos mormor"),
        ((4, "Hej Nova, jag är här. Jag ringer dig om två minuter."), (31, "Bra att du sover hos mormor. Sov gott.")),
        Told(
            "Nova skrev att mamma och hennes sambo bråkade. Hon gick till mormor, som planen säger. Ingen var skadad.",
            "Ringde Nova och pratade i tjugo minuter. Talade med mormor, som har henne till lördag. Jenny vet.",
            "Anna ringer Jenny på måndag förmiddag. Nova vill att Anna är med när de talar om tider.",
            Situation.BROKEN_PLAN,
            ActionCode.NEXT_WORKING_DAY,
            ANNA,
            socialjouren=True,
        ),
    ),
    Talk(
        "Liam Åkesson",
        "31",
        at("2026-11-20 21.48"),
        ("får jag vara ute till 12 ikväll",),
        ((6, "Hej Liam! Det är det du och pappa har kommit överens om som gäller: 22. Hör av dig om det blir fel."),),
        Told("Liam frågade om han fick vara ute längre.", "Hänvisade till det som är bestämt hemma."),
    ),
    Talk(
        "Sofia Ahmadi",
        "32",
        at("2026-11-21 14.05"),
        ("Hej, vi skulle behöva hämta medicinen på apoteket idag men har ingen legitimation",),
        ((25, "Hej Sofia. Jag ringer apoteket och hör hur ni kan göra."),),
        Told(
            "Sofia behövde hjälp att få ut Yasins medicin i dag.",
            "Ringde apoteket. Faktureras, hämtas av moster med fullmakt.",
            code=ActionCode.TODAY,
            settled=Settled(BO, at("2026-11-21 16.20")),
        ),
        of="Yasin Ahmadi",
    ),
    Talk(
        "Maja Forsberg",
        "33",
        at("2026-11-22 18.20"),
        ("orkar inte prata med henne mer", "hon skriker hela tiden"),
        ((3, "Jag är här. Vill du att jag ringer?"), (12, "Bra att vi fick prata. Skriv igen om det blir svårt.")),
    ),
    Talk("Oskar Blom", "34", at("2026-11-22 21.41"), ("är nån vaken",)),
)

SATURDAY: Final = (  # Anna's, until Bo takes over at 16
    Talk(
        "Nova Lindgren",
        "05",
        at("2026-11-21 14.32"),
        ("kan jag få sova nån annanstans inatt",),
        ((5, "Jag hör med mormor och skriver till dig före 18."),),
        Told(
            "Nova vill inte sova hemma i natt. Inget våld. Mamma och sambon bråkar.",
            "Pratade med Nova en stund. Ringde mormor, som inte svarade.",
            "Lovade att höra om mormor har plats före 18. Nova väntar på svar.",
            Situation.DIFFICULT,
        ),
        waits="har du pratat med mormor",
    ),
    Talk(
        "Sofia Ahmadi",
        "32",
        at("2026-11-21 13.05"),
        ("Hej, vi behöver hämta medicinen idag",),
        ((25, "Hej Sofia. Vi hör av oss till apoteket i eftermiddag."),),
        Told("Sofia behöver Yasins medicin i dag.", "Lovade att vi ringer apoteket.", code=ActionCode.TODAY),
        of="Yasin Ahmadi",
    ),
    Talk("Liam Åkesson", "31", at("2026-11-21 15.20"), ("hej",), ((6, "Hej Liam! Hur är det?"),)),
)

FIRST: Final = ("Alva", "Amir", "Elsa", "Hugo", "Ida", "Jonas", "Leo", "Mira", "Noor", "Tuva")
LAST: Final = ("Berglund", "Eriksson", "Holmgren", "Nyström")
NIGHTS: Final = ("2026-12-23", "2026-12-24", "2026-12-25", "2026-12-26", "2026-12-27")
ASKED: Final = ("hej är nån där", "mamma är arg igen", "får jag åka till pappa imorgon", "kan inte sova", "vill bort")


def forty() -> list[Talk]:
    """Return Christmas, from Wednesday evening to Sunday night: every variant that a row may have."""
    done = Settled(CECILIA, at("2026-12-27 20.10"))
    dropped = Settled(CECILIA, at("2026-12-27 20.30"), "Familjen hade redan ordnat det.")
    variants: tuple[Told | None, ...] = (
        Told(),
        Told(situation=Situation.DIFFICULT),
        Told(code=ActionCode.NEXT_WORKING_DAY, owner=ANNA, situation=Situation.BROKEN_PLAN, socialjouren=True),
        None,
        Told(promised="Ni hör av er på måndag."),
        Told(code=ActionCode.TODAY, settled=done),
        Told(situation=Situation.DIFFICULT, socialjouren=True),
        Told(code=ActionCode.NEXT_WORKING_DAY),
        Told(code=ActionCode.TODAY, settled=dropped),
        Told(),
    )
    names = [f"{first} {last}" for last in LAST for first in FIRST]
    talks = []
    for nth, name in enumerate(names):
        place, night = divmod(nth, len(NIGHTS))
        begins = at(f"{NIGHTS[night]} {18 + place // 3}.{(7 + 17 * place) % 60:02}")
        answers = ((2 + nth * 3 % 41, "Hej! Jag är här och läser."),)
        told = variants[(place + 2 * night) % len(variants)]
        talk = Talk(name, str(12 + nth), begins, (ASKED[nth % len(ASKED)],), answers, told)
        if nth % 4 == 0:
            talk = replace(talk, of=name, name=f"Kim {name.split()[1]}")
        talks.append(talk)
    talks[11] = replace(talks[11], told=Told(code=ActionCode.TODAY))  # the duty never got to it
    talks[17] = replace(talks[17], name="", of="")
    talks[34] = replace(talks[34], waits="en sak till")
    talks[39] = replace(talks[39], answers=(), told=None)
    return talks
