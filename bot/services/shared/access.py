"""Who is asking, and may they? Both answers go to the audit log."""

from datetime import UTC, datetime, timedelta
from typing import Final

from bot.domain.conversation import Conversation
from bot.domain.duty import Shift
from bot.domain.errors import AuditEntry, NotAllowed, NotFound
from bot.domain.ids import ConversationId, NamndId
from bot.domain.incident import STOPPED
from bot.domain.people import LinkedContact, Staff, World
from bot.domain.secrecy import Act, Actor, Allowed, Denied, Subject, Turn, may, note_deadline
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.responsible import responsible_for
from bot.services.shared.stopped import held_back, is_silent
from bot.texts import DEFAULT_LANGUAGE

LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
FORMER_SHIFTS: Final = timedelta(days=7)  # a note may be written until the next working day ends; Christmas is long


def actor_by_slack(tx: Tx, ctx: Context, slack_user_id: str) -> Actor:
    """Return the member of staff behind a Slack user; raises NotAllowed for anybody else."""
    staff = tx.staff.by_slack_id(slack_user_id)
    if staff is None:
        raise NotAllowed(
            "not_staff", audit=AuditEntry(f"slack:{slack_user_id}", "enter", "bot", "not_staff", is_allowed=False)
        )
    return actor(tx, ctx, staff)


def actor(tx: Tx, ctx: Context, staff: Staff) -> Actor:
    """Return `staff` with the duty they have now and lately had."""
    now = ctx.clock.now()
    mine = tx.shifts.of_staff(staff.id, now - FORMER_SHIFTS, now + timedelta(seconds=1))
    turns = [(shift, _turn(ctx, shift)) for shift in mine]
    return Actor(
        staff,
        on_duty=tuple(turn for shift, turn in turns if shift.covers(now)),
        former=tuple(turn for shift, turn in turns if shift.ends_at <= now),
        is_guest=staff.is_refused,
    )


def _turn(ctx: Context, shift: Shift) -> Turn:
    namnder = answers_for(ctx, shift.lending_namnd)
    return Turn(shift.id, namnder, shift.starts_at, note_deadline(shift, ctx.rules.closed_days))


def answers_for(ctx: Context, lending_namnd: NamndId) -> frozenset[NamndId]:
    """Return the nämnder for which a shift lent by `lending_namnd` answers."""
    return frozenset(namnd.id for namnd in ctx.rules.namnder.values() if lending_namnd in namnd.answered_by)


def contact_of(tx: Tx, conversation: Conversation) -> LinkedContact:
    """Return the other end of a conversation, with the links that its readers may know of."""
    return known_to(conversation, tx.people.contact(conversation.contact_id), summoned_in(tx, conversation))


def known_to(conversation: Conversation, contact: LinkedContact, language: str = DEFAULT_LANGUAGE) -> LinkedContact:
    """Return `contact` with the links of the conversation's nämnd; who is enrolled is not for the other world.

    There `language` is theirs, whatever the beredskap has written down.
    """
    known = contact.within(conversation.namnd)
    return known.as_stranger(language) if conversation.world is World.MYNDIGHET else known


def summoned_in(tx: Tx, conversation: Conversation) -> str:
    """Return the language in which the unit last summoned this phone; Swedish where it never has."""
    if conversation.world is not World.MYNDIGHET or conversation.namnd is None:
        return DEFAULT_LANGUAGE
    newest = tx.summons.newest_with(conversation.contact_id, conversation.namnd, LONG_AGO)
    said = [] if newest is None else tx.summons.messages_of(newest.id)
    mine = [message.language for message in said if message.contact_id == conversation.contact_id]
    return mine[-1] if mine else DEFAULT_LANGUAGE


def subject_of(tx: Tx, ctx: Context, conversation: Conversation, contact: LinkedContact) -> Subject:
    number = ctx.rules.number_for(conversation.our_number)
    responsible = responsible_for(tx, ctx, conversation)
    return Subject.of(
        conversation,
        jav=contact.jav,
        candidates=number.namnder,
        responsible=responsible,
        closed_days=ctx.rules.closed_days,
    )


def ask(
    tx: Tx, ctx: Context, actor: Actor, act: Act, conversation: Conversation, contact: LinkedContact
) -> Allowed | Denied:
    """Ask the rule, without logging: for what is drawn again and again for the same person."""
    return may(actor, act, subject_of(tx, ctx, conversation, contact), ctx.clock.now())


def may_show(
    tx: Tx, ctx: Context, actor: Actor, act: Act, conversation: Conversation, contact: LinkedContact
) -> Allowed | Denied:
    """Like `ask`, for what is put before somebody's eyes at once: during a nödstopp nothing is."""
    answer = ask(tx, ctx, actor, act, conversation, contact)
    return Denied(STOPPED) if isinstance(answer, Allowed) and is_silent(tx, ctx, conversation) else answer


def may_handle(tx: Tx, ctx: Context, staff: Staff, conversation: Conversation) -> bool:
    """Tell whether somebody may still do what must be done in a conversation."""
    answer = ask(tx, ctx, actor(tx, ctx, staff), Act.HANDLE_ACTION, conversation, contact_of(tx, conversation))
    return isinstance(answer, Allowed)


def require(
    tx: Tx,
    ctx: Context,
    actor: Actor,
    act: Act,
    conversation: Conversation,
    contact: LinkedContact,
    *,
    despite_stop: bool = False,
) -> Allowed:
    """Return the ground and log it, or raise NotAllowed with the entry that will be logged instead.

    During a nödstopp that is "stopped", but `despite_stop` for what people say to each other by phone, and for a note
    that is kept: neither shows anything, and nothing of ours leaves.
    """
    subject = subject_of(tx, ctx, conversation, contact)
    return require_for(tx, ctx, actor, act, subject, what=f"conversation:{conversation.id}", despite_stop=despite_stop)


def require_for(
    tx: Tx, ctx: Context, actor: Actor, act: Act, subject: Subject, *, what: str, despite_stop: bool = False
) -> Allowed:
    """Like `require`, for something else than a conversation; `what` names it by id in the log."""
    answer = may(actor, act, subject, ctx.clock.now())
    if isinstance(answer, Allowed) and not despite_stop:
        answer = held_back(tx, act, subject) or answer
    if isinstance(answer, Denied):
        entry = AuditEntry(
            actor.staff.id, act.value, what, answer.reason, subject.namnd, is_allowed=False, world=subject.world
        )
        raise NotAllowed(answer.reason, audit=entry)
    tx.audit.record(AuditEntry(actor.staff.id, act.value, what, answer.ground, subject.namnd, world=subject.world))
    return answer


def require_namnd(
    tx: Tx, ctx: Context, actor: Actor, act: Act, namnd: NamndId, world: World = World.BEREDSKAP
) -> Allowed:
    """Like `require`, for something that concerns a nämnd as a whole."""
    return require_for(tx, ctx, actor, act, Subject(namnd, world), what=f"namnd:{namnd}")


def locked(tx: Tx, conversation_id: str) -> Conversation:
    """Return the conversation, held for this transaction; raises NotFound, also when its words are deleted."""
    found = tx.conversations.lock(ConversationId(conversation_id))
    if found is None or found.erased_at is not None:
        raise NotFound
    return found


def window(now: datetime) -> tuple[datetime, datetime]:
    """Return the stretch in which shifts are looked up to say who has duty now and next."""
    return now - timedelta(days=1), now + timedelta(days=14)
