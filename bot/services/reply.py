"""An answer, or an internal note."""

import hashlib
from dataclasses import dataclass, field, replace
from typing import Final

from bot.domain.conversation import Conversation, Direction, Message
from bot.domain.errors import AskFirst, BadInput, CannotText
from bot.domain.ids import MessageId, ShiftId, new_id
from bot.domain.people import LinkedContact
from bot.domain.rest.active import Source
from bot.domain.secrecy import Act, Actor, Allowed
from bot.domain.sms_parts import MAX_SMS_CHARACTERS, parts, tidy_outgoing
from bot.ports import OpenView, Tx
from bot.services.context import Context
from bot.services.rest.note_activity import note_activity
from bot.services.shared.access import actor_by_slack, contact_of, locked, may_show, require
from bot.services.shared.consent import is_stopped, require_may_write
from bot.services.shared.episodes import account_for_answer
from bot.services.shared.open_views import own_view
from bot.services.shared.placing import is_inline, refresh, thread
from bot.services.shared.saying import say_outgoing
from bot.services.shared.stopped import is_silent

PARTS_WITHOUT_ASKING: Final = 3
UNWANTED: Final = "unwanted"  # the author has been asked whether to text somebody who wants no sms
REPLY_BLOCK: Final = "reply"  # the field that problems with the text are shown at


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody wants to say. `key` makes it happen once; `external_id` is the modal it was written in, if any.

    Without a modal `last_seen` is how far the author had read, None for a place where everything stands, and
    `warned_of` what they have been asked about already (`asked` in the values of AskFirst).
    """

    slack_user_id: str
    conversation_id: str
    text: str = field(repr=False)
    key: str
    is_note: bool = False
    external_id: str | None = None
    last_seen: int | None = None
    warned_of: str | None = None


async def reply(command: Reply, *, ctx: Context) -> bool:
    """Send an answer or keep a note, once. Return whether a nödstopp hides for now what was kept.

    A note is kept during a stop too: it goes to nobody, and what cannot be written here is written on paper.

    Raises:
        NotAllowed: the rule of secrecy says no, at this moment.
        BadInput: the text is empty or too long; nothing is lost, the author still has it.
        CannotText: the number cannot be answered, or nothing has come in and we may not write first.
        AskFirst: something newer has been said since the author looked, the text makes many parts, or the person has
            asked for no sms. The same submission again goes through.
        Stale: the modal is somebody else's.
    """

    def change(tx: Tx) -> AskFirst | bool:
        conversation = locked(tx, command.conversation_id)
        author = actor_by_slack(tx, ctx, command.slack_user_id)
        contact = contact_of(tx, conversation)
        act = Act.NOTE if command.is_note else Act.REPLY
        require(tx, ctx, author, act, conversation, contact, despite_stop=command.is_note)
        text = clean(command.text, is_note=command.is_note)
        if not command.is_note:
            require_textable(ctx, contact)
            require_may_write(tx, conversation, contact)
        view = _view(tx, conversation, author, command)
        question = None if view is None else _question(tx, ctx, conversation, view, author, text, command)
        if question is not None:
            return question
        if not tx.once("reply", command.key):
            require_same(tx, f"reply:{command.key}", text)
            return is_silent(tx, ctx, conversation)
        say(tx, ctx, conversation, author, text, source=f"reply:{command.key}", is_note=command.is_note)
        if command.external_id is not None:
            tx.views.drop(command.external_id)
        return is_silent(tx, ctx, conversation)

    done = await ctx.store.write(change)
    if isinstance(done, AskFirst):
        raise done
    return done


def clean(text: str, *, is_note: bool) -> str:
    """Return the text as it will be sent or kept; raises BadInput."""
    tidied = text.strip() if is_note else tidy_outgoing(text).strip()
    if not any(char.isprintable() and not char.isspace() for char in tidied):
        raise BadInput({REPLY_BLOCK: "empty"})  # marks that nobody can see are no text
    if not is_note and len(tidied) > MAX_SMS_CHARACTERS:
        raise BadInput({REPLY_BLOCK: "too_long"})
    return tidied


def require_textable(ctx: Context, contact: LinkedContact) -> None:
    """Raise CannotText when the number cannot be answered, is blocked, or is outside the trial."""
    if not contact.contact.is_answerable:
        raise CannotText("not_answerable")
    if contact.contact.is_blocked:
        raise CannotText("opted_out")
    if not ctx.rules.may_text(contact.contact.number):
        raise CannotText("outside_trial")


def require_same(tx: Tx, source: str, text: str) -> None:
    """Raise CannotText when something else has been sent under this key: what was changed since has not."""
    sent = tx.messages.by_source(source)
    if sent is not None and sent.body != text:
        raise CannotText("sent_already")


def require_newest(tx: Tx, conversation: Conversation) -> None:
    """Raise CannotText when the same person has a newer conversation open: an old card must not answer beside it."""
    if conversation.is_open:
        return
    newest = tx.conversations.latest(conversation.contact_id, conversation.namnd, conversation.world)
    if newest is not None and newest.is_open and newest.id != conversation.id:
        raise CannotText("newer_conversation")


def say(
    tx: Tx, ctx: Context, conversation: Conversation, author: Actor, text: str, *, source: str, is_note: bool = False
) -> Conversation:
    """Add the answer or note, and tell every card, open modal and inline thread."""
    now = ctx.clock.now()
    shift_id = _shift(author, conversation)
    if is_note:
        seq = conversation.last_seq + 1
        note = Message(
            MessageId(new_id()),
            conversation.id,
            seq,
            Direction.NOTE,
            text,
            now,
            author=author.staff.id,
            shift_id=shift_id,
        )
        tx.messages.add(note, source=source)
        seen = seq if _has_seen_all(tx, ctx, conversation, author) else conversation.seen_seq
        changed = replace(conversation, last_seq=seq, seen_seq=seen, last_activity_at=now)
    else:
        require_newest(tx, conversation)
        changed, message = say_outgoing(
            tx, conversation, text, author.staff.id, at=now, shift_id=shift_id, source=source
        )
        account_for_answer(tx, ctx, conversation, now, shift_id)
        if not source.startswith("slack:"):  # what was typed in the thread stands there already
            for post in tx.posts.cards_of(conversation.id):
                if is_inline(tx, ctx, conversation, post.target):
                    thread(tx, post, "inline_sent", key=f"inline_sent:{post.id}:{message.id}", message=message.id)
    tx.conversations.save(changed)
    note_activity(tx, ctx, author, changed, Source.ANSWER)
    refresh(tx, changed)
    return changed


def _has_seen_all(tx: Tx, ctx: Context, conversation: Conversation, author: Actor) -> bool:
    """Tell whether nothing is unseen once somebody has written a note: who may not read has seen nothing by it."""
    if conversation.seen_seq >= conversation.last_seq:
        return True
    return isinstance(may_show(tx, ctx, author, Act.READ, conversation, contact_of(tx, conversation)), Allowed)


def _shift(author: Actor, conversation: Conversation) -> ShiftId | None:
    return next((t.shift_id for t in author.on_duty if conversation.was_routed_in(t.shift_id)), None)


def followed_by_other(tx: Tx, conversation: Conversation, author: Actor) -> str | None:
    """Return the Slack id of whoever has the duty and follows the conversation now, when the author's shift is over.

    None when it is the author's to answer; "" when the other has no Slack.
    """
    newest = conversation.routes[-1] if conversation.routes else None
    had_it = any(conversation.was_routed_in(turn.shift_id) for turn in author.former)
    has_it = any(conversation.was_routed_in(turn.shift_id) for turn in author.on_duty)
    if newest is None or newest.staff_id in {None, author.staff.id} or has_it or not had_it:
        return None
    other = tx.staff.get(newest.staff_id) if newest.staff_id is not None else None
    return "" if other is None else other.slack_user_id or ""


def _view(tx: Tx, conversation: Conversation, author: Actor, command: Reply) -> OpenView | None:
    """Return what the author had before them: the modal, or a page that Slack knows nothing of."""
    if command.external_id is not None:
        return own_view(tx, author.staff, command.external_id)
    if command.last_seen is None or tx.was_done("reply", command.key):
        return None  # sent already, and what they wrote themselves is nothing new to them
    seen, warned = command.last_seen, command.warned_of
    return OpenView("", author.staff.id, conversation.id, None, None, None, seen, warned, 0)


def _question(
    tx: Tx, ctx: Context, conversation: Conversation, view: OpenView, author: Actor, text: str, command: Reply
) -> AskFirst | None:
    """Ask once about what the author may not know: somebody else follows it, something newer, many sms, none wanted.

    What has been asked about is remembered with the modal; the draft stays in it.
    """
    is_note = command.is_note
    if not is_note and not view.warned_of and is_stopped(tx, conversation):
        if view.external_id:
            tx.views.save(replace(view, warned_of=UNWANTED))
        return AskFirst("unwanted", asked=UNWANTED)
    other = None if is_note else followed_by_other(tx, conversation, author)
    newer = [
        m
        for m in tx.messages.of(conversation.id, limit=30)
        if m.seq > view.last_seen and m.direction in {Direction.IN, Direction.OUT}
    ]
    count = 1 if is_note else parts(text).count
    many = count > PARTS_WITHOUT_ASKING
    about = f"{conversation.last_seq}:{other}:{hashlib.sha256(text.encode()).hexdigest()[:16] if many else ''}"
    if view.warned_of == about or not ((newer and not is_note) or many or other is not None):
        return None
    if view.external_id:
        tx.views.save(replace(view, warned_of=about))
        tx.views.mark_dirty(conversation.id)
    if other is not None:
        who = f"<@{other}>" if other else ctx.texts.staff("duty.somebody_else")
        return AskFirst("followed_by_other", who=who, asked=about)
    if newer and not is_note:
        colleague = any(m.direction is Direction.OUT for m in newer)
        return AskFirst("colleague_answered" if colleague else "newer_text", count=str(count), asked=about)
    return AskFirst("many_parts", count=str(count), asked=about)
