"""Avsluta, and the note on its own: what came in, what was given, what must be done."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

from bot.domain.calendar import next_working_day
from bot.domain.cards import sender_of
from bot.domain.conversation import Conversation
from bot.domain.duty import DutyState
from bot.domain.errors import AuditEntry, BadInput, NotYet, Stale
from bot.domain.forms import NoteForm
from bot.domain.handover import Episode
from bot.domain.ids import ActionTaskId, NamndId, NoteId, ShiftId, StaffId, YouthId, new_id
from bot.domain.notes import ActionCode, Note, Situation
from bot.domain.outward import newest_marks
from bot.domain.people import LinkedContact, Role, World
from bot.domain.personnummer import holds_personnummer
from bot.domain.reaction import Action, belongs_to_duty, counted_from, due_day, scheduled
from bot.domain.rest.active import Source
from bot.domain.rules import NamndRules
from bot.domain.secrecy import Act, Actor, Allowed
from bot.ports import Tx
from bot.services.context import Context
from bot.services.remind_actions import tell_leaders
from bot.services.reply import clean, require_textable
from bot.services.rest.note_activity import note_activity
from bot.services.shared.access import actor_by_slack, ask, contact_of, locked, require
from bot.services.shared.consent import require_may_write, require_not_stopped
from bot.services.shared.digest_posts import say_addendum
from bot.services.shared.duty_actions import put_before_duty
from bot.services.shared.episodes import account_for_answer, home_of, today
from bot.services.shared.placing import duty_now, refresh
from bot.services.shared.saying import say_outgoing
from bot.services.shared.view import codes_for, namnder_to_pick

CAME_IN: Final = "came_in"
SUPPORT: Final = "support"
PROMISED: Final = "promised"
SITUATION: Final = "situation"
ACTION: Final = "action"
OWNER: Final = "owner"
SOCIALJOUREN: Final = "socialjouren"
CLOSING: Final = "closing_text"
NEEDS_WORDS: Final = frozenset({ActionCode.TODAY.value, ActionCode.NEXT_WORKING_DAY.value})
TEAM: Final = ""  # the owner when nobody has it yet


@dataclass(frozen=True, slots=True)
class NoteCommand:
    """What somebody has filled in, as strings. `key` makes it happen once.

    `newest_inbound` is what the author could know of when the form was opened.
    """

    slack_user_id: str
    conversation_id: str
    key: str
    closes: bool
    newest_inbound: int
    came_in: str = field(repr=False)
    support: str = field(repr=False)
    promised: str = field(repr=False)
    situation: str
    action: str
    owner: str
    socialjouren: str  # "yes" or "no"
    concerns: tuple[str, ...] = ()
    closing_text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Written:
    """What became of it. `left_open`: a text had come in meanwhile, so that the note is kept and nothing is closed.

    `was_closed`: a colleague had closed it already, so that the note is kept and nothing more is said to the sender.
    """

    left_open: bool = False
    was_closed: bool = False
    unsent: str = field(default="", repr=False)


async def begin_note(
    slack_user_id: str, conversation_id: str, *, closes: bool, known_of: int | None = None, ctx: Context
) -> NoteForm:
    """Return what the form needs. `known_of` is the newest text on the card that was pressed, None for no card.

    Raises NotAllowed, NotFound, NotYet, or Stale when nothing is left to close.
    """

    def change(tx: Tx) -> NoteForm:
        conversation = locked(tx, conversation_id)
        actor = actor_by_slack(tx, ctx, slack_user_id)
        contact = contact_of(tx, conversation)
        granted = require(tx, ctx, actor, Act.CLOSE if closes else Act.NOTE, conversation, contact)
        if closes and not conversation.is_open:
            raise Stale
        _require_ready(tx, ctx, conversation, actor)
        form = _form(tx, ctx, conversation, contact, actor, granted, closes=closes)
        return form if known_of is None else replace(form, newest_inbound=min(known_of, form.newest_inbound))

    return await ctx.store.write(change)


def _require_ready(tx: Tx, ctx: Context, conversation: Conversation, actor: Actor) -> None:
    """Raise Stale where no notes are kept, NotYet while the author can still say which nämnd it belongs to."""
    if conversation.world is not World.BEREDSKAP:
        raise Stale
    if namnder_to_pick(tx, ctx, conversation, actor):
        raise NotYet("pick_namnd_first")


def _form(
    tx: Tx,
    ctx: Context,
    conversation: Conversation,
    contact: LinkedContact,
    actor: Actor,
    granted: Allowed,
    *,
    closes: bool,
) -> NoteForm:
    namnd = ctx.rules.namnder[home_of(ctx, conversation)]
    reads = isinstance(ask(tx, ctx, actor, Act.READ, conversation, contact), Allowed)  # only they are shown names
    can_text = closes and isinstance(ask(tx, ctx, actor, Act.REPLY, conversation, contact), Allowed)
    owners = [
        p for p in tx.staff.with_role(Role.FAMILJEBEHANDLARE, namnd.id) if p.is_active and p.id not in contact.jav
    ]
    youths = {str(link.youth.id): link.youth.name for link in contact.links} if reads else {}
    return NoteForm(
        conversation_id=conversation.id,
        codes=codes_for(conversation, contact, has_moved=granted.ground == "after_shift_note"),
        sender=sender_of(contact.role, is_shared=contact.is_shared_phone),
        namnd_name=namnd.short_name,
        closes=closes,
        is_waiting=conversation.is_unanswered and reads,
        can_text=can_text and contact.contact.is_answerable and not contact.contact.is_blocked,
        to=contact.links[0].name if contact.links and reads else "",
        today=today(ctx),
        next_day=_next_day(ctx, namnd, actor),
        has_duty_now=_has_duty(tx, ctx, namnd.id, contact),
        owners=tuple(sorted(((str(p.id), p.name) for p in owners), key=lambda pair: pair[1])),
        youths=tuple(youths.items()) if len(youths) > 1 else (),
        chosen=frozenset(str(youth) for youth in conversation.concerns),
        newest_inbound=conversation.last_inbound_seq if reads else 0,
        is_trial=ctx.rules.is_trial,
        outward=newest_marks(tx.outward.of_conversation(conversation.id)) if reads else (),
    )


def _has_duty(tx: Tx, ctx: Context, namnd: NamndId, contact: LinkedContact) -> bool:
    found = duty_now(tx, ctx, ctx.rules.namnder[namnd], ctx.clock.now(), contact.jav)
    return found.state is DutyState.BEREDSKAP


async def write_note(command: NoteCommand, *, ctx: Context) -> Written:
    """Keep the note and, when asked, close the conversation and send a closing text; once.

    What has come in since the form was opened is never closed unseen: the note is kept, and the conversation stays.

    Raises:
        NotAllowed: the rule of secrecy says no, at this moment.
        NotYet: the nämnd is to be picked first.
        BadInput: something is not filled in, or holds a personnummer; nothing is lost, the author still has it.
        CannotText: the number cannot be sent the closing text.
    """

    def change(tx: Tx) -> Written:
        conversation = locked(tx, command.conversation_id)
        actor = actor_by_slack(tx, ctx, command.slack_user_id)
        contact = contact_of(tx, conversation)
        granted = require(tx, ctx, actor, Act.CLOSE if command.closes else Act.NOTE, conversation, contact)
        _require_ready(tx, ctx, conversation, actor)
        _require_complete(tx, ctx, command, conversation)
        has_news = command.closes and conversation.last_inbound_seq > command.newest_inbound
        was_closed = command.closes and not conversation.is_open
        closes = command.closes and not has_news and not was_closed
        closing = _closing_text(tx, ctx, command, conversation, contact, actor) if closes else ""
        if not tx.once("note", command.key):
            return Written()
        note_activity(tx, ctx, actor, conversation, Source.ANSWER)
        now = ctx.clock.now()
        if closing:
            shift_id = _shift(actor, conversation)
            account_for_answer(tx, ctx, conversation, now, shift_id)
            conversation, _ = say_outgoing(
                tx,
                conversation,
                closing,
                actor.staff.id,
                at=now,
                shift_id=shift_id,
                source=f"closing:{command.key}",
            )
        conversation = _keep(tx, ctx, command, conversation, contact, actor, now, granted)
        if closes:
            conversation = conversation.close(at=now)
        tx.conversations.save(conversation)
        refresh(tx, conversation)
        unsent = "" if closes else command.closing_text.strip()
        return Written(left_open=has_news and not was_closed, was_closed=was_closed, unsent=unsent)

    return await ctx.store.write(change)


def _closing_text(
    tx: Tx, ctx: Context, command: NoteCommand, conversation: Conversation, contact: LinkedContact, actor: Actor
) -> str:
    if not command.closing_text.strip():
        return ""
    require(tx, ctx, actor, Act.REPLY, conversation, contact)
    try:
        text = clean(command.closing_text, is_note=False)
    except BadInput as bad:
        raise BadInput({CLOSING: next(iter(bad.problems.values()))}) from None
    require_textable(ctx, contact)
    require_not_stopped(tx, conversation)
    require_may_write(tx, conversation, contact)
    return text


def _require_complete(tx: Tx, ctx: Context, command: NoteCommand, conversation: Conversation) -> None:
    problems: dict[str, str] = {}
    for block, text in ((CAME_IN, command.came_in), (SUPPORT, command.support)):
        if not text.strip():
            problems[block] = "note_missing_text"
    for block, text in ((CAME_IN, command.came_in), (SUPPORT, command.support), (PROMISED, command.promised)):
        if holds_personnummer(text):
            problems[block] = "personnummer"
    for block, chosen, known in (
        (SITUATION, command.situation, {s.value for s in Situation}),
        (ACTION, command.action, {c.value for c in ActionCode}),
        (SOCIALJOUREN, command.socialjouren, {"yes", "no"}),
    ):
        if chosen not in known:
            problems[block] = "pick_one"
    is_for_another = command.action == ActionCode.TODAY.value and command.owner not in {TEAM, _self(tx, command)}
    if is_for_another and _is_the_dutys(tx, ctx, conversation):
        problems[OWNER] = "owner_not_today"
    if command.action in NEEDS_WORDS and not command.promised.strip():
        problems.setdefault(PROMISED, "say_what")
    if command.owner and not _is_of_the_home(tx, ctx, command.owner, conversation):
        problems[OWNER] = "pick_one"
    if problems:
        raise BadInput(problems)


def _somebody_works(tx: Tx, ctx: Context, namnd: NamndRules, contact: LinkedContact) -> bool:
    return duty_now(tx, ctx, namnd, ctx.clock.now(), contact.jav).state is not DutyState.CLOSED


def _self(tx: Tx, command: NoteCommand) -> str:
    person = tx.staff.by_slack_id(command.slack_user_id)
    return "" if person is None else person.id


def _is_the_dutys(tx: Tx, ctx: Context, conversation: Conversation) -> bool:
    """Tell whether what must be done today is for whoever has the duty, so that nobody else can be chosen."""
    has_duty = _has_duty(tx, ctx, home_of(ctx, conversation), contact_of(tx, conversation))
    return belongs_to_duty(ActionCode.TODAY, today(ctx), has_duty_now=has_duty, closed_days=ctx.rules.closed_days)


def _is_of_the_home(tx: Tx, ctx: Context, owner: str, conversation: Conversation) -> bool:
    person = tx.staff.get(StaffId(owner))
    return person is not None and person.is_active and person.has(Role.FAMILJEBEHANDLARE, home_of(ctx, conversation))


def _keep(
    tx: Tx,
    ctx: Context,
    command: NoteCommand,
    conversation: Conversation,
    contact: LinkedContact,
    actor: Actor,
    now: datetime,
    granted: Allowed,
) -> Conversation:
    """Store the note with the episodes that it covers, and the action it asks for."""
    known = {link.youth.id for link in contact.links}
    concerns = frozenset(YouthId(y) for y in command.concerns) & known or conversation.concerns
    note = Note(
        id=NoteId(new_id()),
        conversation_id=conversation.id,
        namnd=home_of(ctx, conversation),
        author=actor.staff.id,
        at=now,
        came_in=command.came_in.strip(),
        support=command.support.strip(),
        promised=command.promised.strip(),
        situation=Situation(command.situation),
        code=ActionCode(command.action),
        socialjouren_at=now if command.socialjouren == "yes" else None,
        concerns=concerns,
        shift_id=_shift(actor, conversation),
    )
    episodes = _episodes(tx, ctx, conversation, actor, now, granted)
    tx.notes.add(note, [episode.id for episode in episodes])
    for episode in episodes:  # what has been taken to the record lacks this note: it is gone through once more
        tx.episodes.save(replace(episode, note_next_at=None, transferred=None, reviewed=None))
    kept = replace(conversation, concerns=concerns)
    namnd = ctx.rules.namnder[note.namnd]
    due_on = due_day(note.code, now, _counted_from(ctx, namnd, actor), ctx.rules.closed_days)
    action = None if due_on is None else _action(tx, ctx, note, due_on, command.owner, contact)
    if action is not None:
        tx.notes.add_action(action)
        if action.with_duty:
            kept = put_before_duty(tx, ctx, kept, contact)
        if action.code is ActionCode.TODAY and not _somebody_works(tx, ctx, namnd, contact):
            tell_leaders(tx, ctx, action, kept, episodes[-1])  # today, and nobody is there to do it
    newest = episodes[-1]
    if newest.digest_id is not None:
        say_addendum(tx, newest, key=f"note:{note.id}", is_note=True)
    tx.audit.record(
        AuditEntry(
            actor.staff.id,
            "wrote_note",
            f"conversation:{conversation.id}",
            note.code.value,
            note.namnd,
            details={"socialjouren": note.socialjouren_at is not None, "closes": command.closes},
            world=conversation.world,
        )
    )
    return kept


def _episodes(
    tx: Tx, ctx: Context, conversation: Conversation, actor: Actor, now: datetime, granted: Allowed
) -> list[Episode]:
    """Return what the note covers: everything that waits for one; else the author's own, else the newest.

    Of what began after their shift somebody who may only note has read nothing: that is not theirs to write about.
    """
    every = tx.episodes.of_conversation(conversation.id, lock=True)
    if granted.ground == "after_shift_note":
        had = [tx.shifts.get(turn.shift_id) for turn in actor.former if conversation.was_routed_in(turn.shift_id)]
        until = max((shift.ends_at for shift in had if shift is not None), default=now)
        every = [episode for episode in every if episode.first_at < until]
    lacking = {episode.id for episode in tx.episodes.without_note(conversation.id)}
    waiting = [episode for episode in every if episode.id in lacking]
    if waiting:
        return waiting
    shifts = {turn.shift_id for turn in (*actor.on_duty, *actor.former)}
    own = [episode for episode in every if episode.shift_id in shifts]
    if own or every:
        return (own or every)[-1:]
    made = account_for_answer(tx, ctx, conversation, now, _shift(actor, conversation))
    return [] if made is None else [made]


def _action(tx: Tx, ctx: Context, note: Note, due_on: date, owner: str, contact: LinkedContact) -> Action:
    closed = ctx.rules.closed_days
    with_duty = belongs_to_duty(
        note.code, due_on, has_duty_now=_has_duty(tx, ctx, note.namnd, contact), closed_days=closed
    )
    action = Action(
        id=ActionTaskId(new_id()),
        note_id=note.id,
        conversation_id=note.conversation_id,
        namnd=note.namnd,
        code=note.code,
        due_on=due_on,
        owner=None if with_duty or owner == TEAM else StaffId(owner),
        with_duty=with_duty,
    )
    return scheduled(action, ctx.rules.namnder[note.namnd], note.at, closed)


def _next_day(ctx: Context, namnd: NamndRules, actor: Actor) -> date:
    """Return the next working day, as whoever writes now counts it."""
    return next_working_day(_counted_from(ctx, namnd, actor), ctx.rules.closed_days)


def _counted_from(ctx: Context, namnd: NamndRules, actor: Actor) -> date:
    return counted_from(ctx.clock.now(), namnd.summary_at, is_on_duty=bool(actor.on_duty))


def _shift(actor: Actor, conversation: Conversation) -> ShiftId | None:
    turns = (*actor.on_duty, *actor.former)
    return next((turn.shift_id for turn in turns if conversation.was_routed_in(turn.shift_id)), None)
