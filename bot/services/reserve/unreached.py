"""What Slack has not brought to whoever should have it, since when, and who can be texted instead.

Only the world of beredskap: a text about a summons waits for the office, as it always does.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.domain.conversation import Conversation, Direction, Ground, Message
from bot.domain.ids import NamndId, StaffId
from bot.domain.people import LinkedContact, Role, Staff, World
from bot.domain.secrecy import Act, Allowed
from bot.ports import Delivery, Tx
from bot.services.context import Context
from bot.services.shared.access import actor, ask, contact_of
from bot.services.shared.placing import Destination, destination, duty_now
from bot.services.shared.stopped import is_silent

LINK, NO_PIN, HELPER, ANEW = "link", "no_pin", "helper", "anew"  # what an sms to staff says
BEST_FIRST: Final = (LINK, NO_PIN, HELPER)  # of what may be said about several conversations
NEWEST_MESSAGES = 200  # in a storm the first that nobody has seen must be among them


@dataclass(frozen=True, slots=True)
class Unreached:
    """A conversation that waits for somebody to whom Slack has not brought it since `since` (world time).

    `newest_at` is when the last thing happened that they should know of, `lost` an answer that did not arrive.
    """

    conversation: Conversation
    contact: LinkedContact
    where: Destination
    since: datetime
    newest_at: datetime
    lost: Delivery | None = None

    def mark(self, staff_id: StaffId) -> str:
        """Name what somebody would be told: a new text, that it is put before somebody else, or a lost answer."""
        newest = self.conversation.last_inbound_seq
        told = f"{staff_id}:{self.conversation.id}:{newest}:{len(self.conversation.routes)}"
        return told if self.lost is None else f"{told}:{self.lost.id}"

    @property
    def namnd(self) -> NamndId | None:
        return self.where.namnd


def unreached(tx: Tx, ctx: Context, *, seen_too: bool = False) -> list[Unreached]:
    """Return the conversations whose texts nobody has seen and whose card waits for Slack, the oldest first.

    What a nödstopp holds back is not for Slack to bring. `seen_too` adds those that somebody has seen and nobody has
    answered.
    """
    waiting = tx.reserve.cards_waiting()
    posts = [post for post in (tx.posts.get(post_id) for post_id in waiting) if post is not None]
    found = []
    for conversation_id in dict.fromkeys(post.conversation_id for post in posts if post.conversation_id is not None):
        conversation = tx.conversations.get(conversation_id)
        if conversation is None or not _waits(conversation, seen_too=seen_too) or is_silent(tx, ctx, conversation):
            continue
        contact = contact_of(tx, conversation)
        where = destination(tx, ctx, conversation, contact)
        newest = tx.messages.of(conversation.id, limit=NEWEST_MESSAGES)
        unseen, lost = _unseen(conversation, newest), _lost(tx, conversation, newest)
        since = _since(tx, conversation, unseen, where, waiting)
        if since is not None:
            since = since if lost is None else max(since, lost.updated_at)
            newest_at = max([since, *(message.at for message in unseen)])
            found.append(Unreached(conversation, contact, where, since, newest_at, lost))
    return sorted(found, key=lambda one: (one.since, one.conversation.id))


def _waits(conversation: Conversation, *, seen_too: bool) -> bool:
    is_unseen = conversation.seen_seq < conversation.last_inbound_seq
    is_ours = conversation.world is World.BEREDSKAP and conversation.is_open and conversation.is_unanswered
    return is_ours and (is_unseen or seen_too)


def _since(
    tx: Tx, conversation: Conversation, unseen: list[Message], where: Destination, waiting: dict[str, datetime]
) -> datetime | None:
    """Return since when nobody who should have it has been reached; None as soon as Slack has reached one of them."""
    targets = {*where.targets, *(f"staff:{staff_id}" for staff_id in conversation.escalated_to)}
    posts = [post for post in tx.posts.cards_of(conversation.id) if post.target in targets]
    if not posts or any(post.id not in waiting for post in posts):
        return None
    edges = [waiting[post.id] for post in posts]
    edges += [route.at for route in conversation.routes[-1:]]
    edges += [message.at for message in unseen[:1] if not message.is_late]
    return max(edges)


def _unseen(conversation: Conversation, newest: list[Message]) -> list[Message]:
    seen = max(conversation.seen_seq, conversation.answered_seq)
    return [message for message in newest if message.direction is Direction.IN and message.seq > seen]


def _lost(tx: Tx, conversation: Conversation, newest: list[Message]) -> Delivery | None:
    """Return the last answer to what waits that is known not to have arrived."""
    answers = [m for m in newest if m.direction is Direction.OUT and m.seq > conversation.answered_seq]
    tries = [tx.messages.newest_delivery(answer.id) for answer in answers]
    lost = [one for one in tries if one is not None and one.is_lost]
    return lost[-1] if lost else None


def whom(tx: Tx, ctx: Context, one: Unreached) -> list[tuple[Staff, str]]:
    """Return whom to text about it, and what to say: whoever has it; else the backup; else the leaders.

    Somebody with a verified phone and no PIN is told so, and the next is told too.
    """
    told = [(person, _key(tx, ctx, one, person)) for person in _holders(tx, ctx, one) if _has_phone(ctx, person)]
    able = [person for person, key in told if key == LINK and not _is_in_vain(tx, ctx, one, person)]
    if able:
        return told
    known = {person.id for person, _ in told}
    for people in (_backups(tx, ctx, one), _leaders(tx, ctx, one)):
        helpers = [person for person in people if _has_phone(ctx, person) and person.id not in known]
        helpers = [person for person in helpers if person.id not in one.contact.jav]
        if helpers:
            told += [(person, LINK if _can_open(tx, ctx, one, person) else HELPER) for person in helpers]
            break
    return told


def _key(tx: Tx, ctx: Context, one: Unreached, person: Staff) -> str:
    return LINK if _can_open(tx, ctx, one, person) else NO_PIN


def _can_open(tx: Tx, ctx: Context, one: Unreached, person: Staff) -> bool:
    if tx.reserve.pin(person.id) is None or person.slack_user_id is None:
        return False
    answer = ask(tx, ctx, actor(tx, ctx, person), Act.READ, one.conversation, one.contact)
    return isinstance(answer, Allowed)


def _has_phone(ctx: Context, person: Staff) -> bool:
    can_text = person.phone is not None and ctx.rules.may_text(person.phone)
    return person.is_active and person.is_phone_verified and can_text


def _holders(tx: Tx, ctx: Context, one: Unreached) -> list[Staff]:
    """Return who should have it now. In office hours whoever took it, else all in the team who can open the link."""
    people = [*one.where.staff, *(tx.staff.get(staff_id) for staff_id in sorted(one.conversation.escalated_to))]
    if one.where.ground is Ground.OFFICE:
        taken_by = one.conversation.taken_by
        people += [tx.staff.get(taken_by)] if taken_by is not None else _team(tx, ctx, one)
    return list({person.id: person for person in people if person is not None}.values())


def _team(tx: Tx, ctx: Context, one: Unreached) -> list[Staff]:
    team = [] if one.namnd is None else tx.staff.with_role(Role.FAMILJEBEHANDLARE, one.namnd)
    return [p for p in team if p.id not in one.contact.jav and _can_open(tx, ctx, one, p)]


def _backups(tx: Tx, ctx: Context, one: Unreached) -> list[Staff]:
    if one.namnd is None:
        return []
    duty = duty_now(tx, ctx, ctx.rules.namnder[one.namnd], ctx.clock.now(), one.contact.jav)
    people = [tx.staff.get(shift.staff_id) for shift in duty.backup]
    return [person for person in people if person is not None]


def _leaders(tx: Tx, ctx: Context, one: Unreached) -> list[Staff]:
    return [] if one.namnd is None else tx.staff.with_role(Role.LEADER, one.namnd)


def _is_in_vain(tx: Tx, ctx: Context, one: Unreached, person: Staff) -> bool:
    """Tell whether this person cannot be reached, or has let a link lapse since it began to wait.

    Asked of the person and not of the newest text: a child who keeps writing must not keep others from being told.
    """
    now = ctx.clock.now()
    pin = tx.reserve.pin(person.id)
    is_locked = pin is not None and pin.locked_until is not None and now < pin.locked_until
    if is_locked or tx.reserve.text_failed(lane(person.id), one.since):
        return True
    links = tx.reserve.links_since(person.id, one.since)
    entered_at = max((link.used_at for link in links if link.used_at is not None), default=one.since)
    lapsed = [link for link in links if link.used_at is None and not link.may_open(now)]
    return any(link.made_at > entered_at for link in lapsed)


def lane(staff_id: StaffId) -> str:
    """Return the outbox's lane for texts to one person's own phone."""
    return f"staff_sms:{staff_id}"


def dedupe_key(mark: str) -> str:
    """Return under what key of the outbox somebody is told of it."""
    return f"staff_sms:{mark}"
