"""Compose what cards and modals show, from what is stored."""

from collections.abc import Iterable
from functools import partial

from bot.domain.auto_reply import AutoKind
from bot.domain.cards import (
    Card,
    ConversationView,
    LastAnswer,
    LastNote,
    SaidLine,
    SentState,
    sender_of,
)
from bot.domain.conversation import Conversation, Direction, Ground, Message
from bot.domain.errors import NotFound
from bot.domain.failures import may_resend
from bot.domain.ids import StaffId
from bot.domain.outward import Outward, OutwardView, newest_marks
from bot.domain.people import LinkedContact, World
from bot.domain.phone import is_dialable, pretty
from bot.domain.secrecy import Act, Actor, Allowed, Denied
from bot.domain.socialjour import Answer, look_up
from bot.ports import OpenView, Post, Tx
from bot.services.context import Context
from bot.services.shared.access import actor, ask, contact_of
from bot.services.shared.call_marks import calls_of, mark_of, missed_waiting
from bot.services.shared.call_marks import newest_marks as newest_calls
from bot.services.shared.consent import barrier_lines, stop_of
from bot.services.shared.episodes import home_of
from bot.services.shared.people_shown import people_of
from bot.services.shared.placing import is_inline
from bot.services.shared.responsible import cases_behind

PAGE = 30  # messages that a modal shows at a time; it holds 100 blocks
FAILED = frozenset({"undelivered", "failed", "canceled", "uncertain"})


def sent_state(tx: Tx, message: Message) -> SentState | None:
    """Return how the sending of a message goes; None for what is not sent."""
    if message.direction not in {Direction.OUT, Direction.AUTO}:
        return None
    delivery = tx.messages.newest_delivery(message.id)
    if delivery is None:
        return None
    may = (
        message.direction is Direction.OUT
        and delivery.status in FAILED
        and may_resend(delivery.reason, delivery.attempt)
    )
    return SentState(delivery.status, delivery.reason, may, delivery.is_corrected)


def slack_id(tx: Tx, staff_id: StaffId | None) -> str:
    person = None if staff_id is None else tx.staff.get(staff_id)
    return "" if person is None else person.slack_user_id or ""


def reader_of(tx: Tx, ctx: Context, post: Post) -> Actor | None:
    """Return the person whose DM holds this post; None for a channel."""
    if not post.target.startswith("staff:"):
        return None
    person = tx.staff.get(StaffId(post.target.removeprefix("staff:")))
    return None if person is None else actor(tx, ctx, person)


def may_stand_in_channel(ctx: Context, conversation: Conversation, channel: str) -> bool:
    """A card stands only in a channel of its own nämnd, or of the reception for an unknown number."""
    number = ctx.rules.number_for(conversation.our_number)
    namnd = ctx.rules.namnder[conversation.namnd or number.reception]
    return channel in {namnd.team_channel, namnd.myndighet_channel} - {""}


def card(tx: Tx, ctx: Context, post: Post) -> Card:
    """Return the card for one place, asking again whether its reader may still open the conversation."""
    conversation = None if post.conversation_id is None else tx.conversations.get(post.conversation_id)
    if conversation is None:
        raise NotFound
    contact = contact_of(tx, conversation)
    reader = reader_of(tx, ctx, post)
    newest = conversation.routes[-1].ground if conversation.routes else Ground.DUTY
    if reader is not None:
        has_moved = isinstance(ask(tx, ctx, reader, Act.READ, conversation, contact), Denied)
        can_note = has_moved and isinstance(ask(tx, ctx, reader, Act.NOTE, conversation, contact), Allowed)
    else:
        can_note = False
        has_moved = not may_stand_in_channel(ctx, conversation, post.target.removeprefix("channel:"))
    answer = tx.messages.last_answer(conversation.id)
    state = None if answer is None else sent_state(tx, answer)
    calls = calls_of(tx, conversation.id)
    missed = missed_waiting(conversation, calls)
    last_in_at, unanswered = tx.messages.inbound(conversation.id, conversation.answered_seq)
    return Card(
        conversation_id=conversation.id,
        codes=codes_for(conversation, contact, has_moved=has_moved),
        sender=sender_of(contact.role, is_shared=contact.is_shared_phone),
        namnd_name="" if conversation.namnd is None else ctx.rules.namnder[conversation.namnd].short_name,
        ground=newest,
        opened_at=conversation.opened_at,
        last_in_at=last_in_at,
        unanswered=unanswered if conversation.is_unanswered else 0,
        waiting_since=conversation.first_unanswered_at,
        taken_by=slack_id(tx, conversation.taken_by),
        taken_at=conversation.taken_at,
        closed_at=conversation.closed_at,
        last_answer=None
        if answer is None or state is None
        else LastAnswer(answer.id, answer.at, slack_id(tx, answer.author), state),
        has_moved=has_moved,
        can_note=can_note,
        newest_inbound=conversation.last_inbound_seq,
        is_with_duty=reader is None and newest is Ground.DUTY and conversation.is_open,
        must_pick_namnd=conversation.is_namnd_open,
        is_channel=reader is None,
        is_repeat=post.is_repeat,
        is_trial=ctx.rules.is_trial,
        can_hand_over=conversation.namnd is None,
        can_link=conversation.namnd is not None and contact.role is None and conversation.world is World.BEREDSKAP,
        is_inline=is_inline(tx, ctx, conversation, post.target),
        is_plain=conversation.world is World.MYNDIGHET,
        cases=() if has_moved else cases_behind(tx, ctx, conversation, reader),
        outward=() if has_moved else newest_marks(tx.outward.of_conversation(conversation.id)),
        calls=() if has_moved else newest_calls(calls, partial(slack_id, tx)),
        has_wish=not has_moved and (stop := stop_of(tx, conversation)) is not None and stop.awaits,
        missed=len(missed),
        is_call_newest=bool(missed) and missed[-1].began_at == last_in_at,
    )


def codes_for(conversation: Conversation, contact: LinkedContact, *, has_moved: bool) -> tuple[str, ...]:
    """Somebody who had it as an unknown number, and has no more, does not learn which case it became."""
    was_unknown = any(route.ground is Ground.HANDED_OVER for route in conversation.routes)
    return (contact.contact.code,) if has_moved and was_unknown else contact.codes


def conversation_view(
    tx: Tx, ctx: Context, conversation: Conversation, contact: LinkedContact, reader: Actor, view: OpenView
) -> ConversationView:
    """Return everything the live modal shows to one reader who has been allowed to read."""
    said = tx.messages.of(conversation.id, limit=view.shown + 1)
    lines = said[-view.shown :][:PAGE]
    reply = ask(tx, ctx, reader, Act.REPLY, conversation, contact)
    problem = ""
    if isinstance(reply, Denied):
        problem = reply.reason
    elif not contact.contact.is_answerable:
        problem = "not_answerable"
    elif contact.contact.is_blocked:
        problem = "opted_out"
    shift_over = view.shift_id is not None and view.shift_id not in {turn.shift_id for turn in reader.on_duty}
    namnd = "" if conversation.namnd is None else ctx.rules.namnder[conversation.namnd].name
    return ConversationView(
        conversation_id=conversation.id,
        codes=contact.codes,
        sender=sender_of(contact.role, is_shared=contact.is_shared_phone),
        people=people_of(contact),
        number=pretty(contact.contact.number),
        namnd_name=namnd,
        lines=tuple(_line(tx, ctx, contact, message, view.last_seen) for message in lines),
        has_earlier=len(said) > view.shown,
        has_later=view.shown > PAGE,
        is_open=conversation.is_open,
        can_reply=not problem,
        no_reply_reason=problem,
        taken_by=name_of(tx, conversation.taken_by),
        concerns=frozenset(conversation.concerns),
        must_pick=namnder_to_pick(tx, ctx, conversation, reader),
        is_shift_over=shift_over,
        language=contact.contact.language,
        is_trial=ctx.rules.is_trial,
        last_note=_last_note(tx, conversation),
        cases=cases_behind(tx, ctx, conversation, reader),
        outward=outward_views(tx, tx.outward.of_conversation(conversation.id)),
        calls=tuple(mark_of(call, partial(name_of, tx)) for call in calls_of(tx, conversation.id)),
        barriers=barrier_lines(tx, contact, conversation.namnd, conversation.world),
        may_set_consent=isinstance(ask(tx, ctx, reader, Act.SET_CONSENT, conversation, contact), Allowed),
        can_call=is_dialable(contact.contact.number) and not isinstance(reply, Denied),
        socialjour=_socialjour(ctx, conversation),
    )


def _socialjour(ctx: Context, conversation: Conversation) -> Answer | None:
    if conversation.world is not World.BEREDSKAP:
        return None
    namnd = ctx.rules.namnder[home_of(ctx, conversation)]
    return look_up(ctx.rules.socialjourer, namnd.place, ctx.clock.now())


def outward_views(tx: Tx, done: Iterable[Outward]) -> tuple[OutwardView, ...]:
    """Return them as a modal shows them."""
    return tuple(OutwardView(one.mark, name_of(tx, one.staff_id), one.place, one.who) for one in done)


def _last_note(tx: Tx, conversation: Conversation) -> LastNote | None:
    note = tx.notes.newest_of(conversation.id)
    return None if note is None or not note.promised else LastNote(name_of(tx, note.author), note.at, note.promised)


def namnder_to_pick(tx: Tx, ctx: Context, conversation: Conversation, reader: Actor) -> tuple[tuple[str, str], ...]:
    """The nämnder among which this reader may pick: those they answer for now, and that know the number."""
    if not conversation.is_namnd_open:
        return ()
    whole = tx.people.contact(conversation.contact_id)
    number = ctx.rules.number_for(conversation.our_number)
    return tuple(
        (n, ctx.rules.namnder[n].name) for n in number.namnder if n in whole.namnder and n in reader.duty_namnder
    )


def _line(tx: Tx, ctx: Context, contact: LinkedContact, message: Message, last_seen: int) -> SaidLine:
    if message.direction is Direction.IN:
        who = contact.links[0].name if contact.links else pretty(contact.contact.number)
        if contact.is_shared_phone:
            who = " / ".join(dict.fromkeys(link.name for link in contact.links))
    else:
        who = name_of(tx, message.author)
    return SaidLine(
        seq=message.seq,
        direction=message.direction,
        at=message.at,
        who=who,
        body=message.body,
        media_count=message.media_count,
        is_late=message.is_late,
        sent=sent_state(tx, message),
        message_id=message.id,
        is_new=last_seen > 0 and message.seq > last_seen and message.direction is Direction.IN,
        is_call=message.auto_kind == AutoKind.MISSED_CALL.value and message.direction is Direction.IN,
    )


def name_of(tx: Tx, staff_id: StaffId | None) -> str:
    """Return the name of somebody of the staff; "" for nobody."""
    person = None if staff_id is None else tx.staff.get(staff_id)
    return "" if person is None else person.name
