"""Before whom a conversation is put, and the card that tells them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.domain.alerts import AlertCode
from bot.domain.clock_ladder import speaks_now
from bot.domain.conversation import Conversation, Ground, Route
from bot.domain.duty import Duty, DutyState, Shift, duty
from bot.domain.ids import NamndId, ShiftId, StaffId, new_id
from bot.domain.outbound import OutboxKind, Priority
from bot.domain.people import LinkedContact, Role, Staff, World
from bot.domain.routing import ground_of
from bot.domain.rules import ChatContent, NamndRules
from bot.ports import Post, Tx
from bot.services.context import Context
from bot.services.shared.digest_posts import refresh_handovers
from bot.services.shared.reaching import keep_reaching
from bot.services.shared.responsible import clocks_behind, people_told
from bot.services.watch.raising import CONVERSATION, LEADER, raise_alert

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a conversation goes now. `staff` are people told in DM, `channel` a team channel or ""."""

    ground: Ground
    staff: tuple[Staff, ...] = ()
    channel: str = ""
    shift_id: ShiftId | None = None
    namnd: NamndId | None = None
    in_office_only: bool = False  # a text about a summons wakes nobody at night or on a day off

    @property
    def targets(self) -> tuple[str, ...]:
        places = tuple(f"staff:{person.id}" for person in self.staff)
        return (*places, f"channel:{self.channel}") if self.channel else places


def duty_now(tx: Tx, ctx: Context, namnd: NamndRules, at: datetime, avoid: frozenset[StaffId] = frozenset()) -> Duty:
    """Return who has duty for `namnd` at `at`; staff without Slack are never first."""
    running = tx.shifts.between(at, at + timedelta(microseconds=1))
    shifts = [shift for shift in running if shift.lending_namnd in namnd.answered_by]  # whoever else has duty elsewhere
    return duty(namnd, at, shifts, closed_days=ctx.rules.closed_days, avoid=avoid | without_slack(tx, shifts))


def without_slack(tx: Tx, shifts: list[Shift]) -> frozenset[StaffId]:
    holders = {shift.staff_id for shift in shifts}
    people = tx.staff.several(holders)
    return frozenset(
        staff_id
        for staff_id in holders
        if (p := people.get(staff_id)) is None or p.slack_user_id is None or not p.is_active
    )


def destination(tx: Tx, ctx: Context, conversation: Conversation, contact: LinkedContact) -> Destination:
    """Return who should have the conversation at this moment."""
    now = ctx.clock.now()
    number = ctx.rules.number_for(conversation.our_number)
    if conversation.world is World.MYNDIGHET:
        return _myndighet(tx, ctx, conversation, conversation.namnd or number.reception, contact.jav)
    if conversation.namnd is not None:
        namnd = ctx.rules.namnder[conversation.namnd]
        return _of_duty(tx, ctx, namnd, duty_now(tx, ctx, namnd, now, contact.jav), contact)
    # An unknown number: whoever has duty for any nämnd of the line, the reception first.
    duties = [(ctx.rules.namnder[n], duty_now(tx, ctx, ctx.rules.namnder[n], now)) for n in number.namnder]
    staffed = [pair for pair in duties if pair[1].state is DutyState.BEREDSKAP]
    namnd, found = (staffed or duties)[0]
    return _of_duty(tx, ctx, namnd, found, contact)


def _of_duty(tx: Tx, ctx: Context, namnd: NamndRules, found: Duty, contact: LinkedContact) -> Destination:
    ground = ground_of(found)
    if found.lead is not None:
        person = tx.staff.get(found.lead.staff_id)
        if person is not None:
            return Destination(ground, (person,), shift_id=found.lead.id, namnd=namnd.id)
    if ground is Ground.OFFICE:
        return Destination(ground, channel=namnd.team_channel, namnd=namnd.id)
    return Destination(ground, *leaders_or_channel(tx, namnd, contact.jav), namnd=namnd.id)


def leaders_or_channel(tx: Tx, namnd: NamndRules, avoid: frozenset[StaffId]) -> tuple[tuple[Staff, ...], str]:
    """Return the nämnd's leaders who can be told in Slack; when there are none, the team channel."""
    leaders = tuple(
        p for p in tx.staff.with_role(Role.LEADER, namnd.id) if p.slack_user_id is not None and p.id not in avoid
    )
    if leaders:
        return leaders, ""
    return (), namnd.team_channel


def _myndighet(
    tx: Tx, ctx: Context, conversation: Conversation, namnd_id: NamndId, avoid: frozenset[StaffId]
) -> Destination:
    """What has to do with a summons goes to whoever has its clock, or the leaders; never before the whole unit."""
    clocks = clocks_behind(tx, conversation)
    if clocks:
        people = people_told(tx, ctx, clocks, avoid)
        return Destination(Ground.MYNDIGHET, people, namnd=namnd_id, in_office_only=True)
    namnd = ctx.rules.namnder[namnd_id]
    if namnd.myndighet_channel:
        return Destination(Ground.MYNDIGHET, channel=namnd.myndighet_channel, namnd=namnd_id)
    for role in (Role.HANDLAGGARE, Role.LEADER):
        unit = tx.staff.with_role(role, namnd_id, World.MYNDIGHET)
        able = tuple(p for p in unit if p.slack_user_id and p.id not in avoid)
        if able:
            return Destination(Ground.MYNDIGHET, able, namnd=namnd_id)
    return Destination(Ground.MYNDIGHET, namnd=namnd_id)


def waits_for_office(ctx: Context, where: Destination) -> bool:
    """Tell whether those who should have it are told first when the office opens."""
    if not where.in_office_only or where.namnd is None:
        return False
    return not speaks_now(ctx.clock.now(), ctx.rules.namnder[where.namnd].office_hours, ctx.rules.closed_days)


def put_off(tx: Tx, conversation: Conversation) -> Conversation:
    """Leave a text until the office opens: what shows it is drawn again, and no phone sounds."""
    refresh(tx, conversation)
    return replace(conversation, pinged_at=None)


def is_due_in_office(ctx: Context, conversation: Conversation, where: Destination) -> bool:
    """Tell whether the office is open and somebody has yet to be told of what waits.

    It was put off, or its handläggare is another since: a new one, or whoever stands in.
    """
    if not (conversation.is_unanswered and where.in_office_only) or waits_for_office(ctx, where):
        return False
    newest = conversation.routes[-1] if conversation.routes else None
    with_them = newest is not None and newest.staff_id in {person.id for person in where.staff}
    return conversation.pinged_at is None or (bool(where.staff) and not with_them)


def place(
    tx: Tx, ctx: Context, conversation: Conversation, where: Destination, *, ping: bool, message_id: str | None = None
) -> Conversation:
    """Put the conversation before `where`: cards there, the route noted, one ping at most. Returns it changed.

    A new card makes the phone sound by itself; for a card that stands already a ping goes into its thread.
    """
    now = ctx.clock.now()
    for person in where.staff or (None,):
        route = Route(now, where.ground, None if person is None else person.id, where.shift_id)
        conversation = conversation.routed(route)
    if where.channel and where.ground in {Ground.CLOSED, Ground.NOBODY}:
        log.error("namnd_without_reachable_leader", namnd=where.namnd)
        if where.namnd is not None:
            raise_alert(tx, ctx, AlertCode.NO_LEADER, f"{LEADER}:{where.namnd}", namnd=_short_name(ctx, where.namnd))
    if not where.targets:
        log.error("conversation_reaches_nobody", conversation_id=conversation.id, namnd=where.namnd)
        key, name = f"{CONVERSATION}:{conversation.id}", _short_name(ctx, where.namnd)
        raise_alert(tx, ctx, AlertCode.NOBODY_REACHED, key, namnd=name)
    posts = [tx.posts.ensure_card(conversation.id, target) for target in where.targets]
    refresh(tx, conversation, priority=Priority.URGENT)  # cards first: what is said in their threads needs them
    for post, is_new in posts:
        wakes = ping and not is_new
        if message_id is not None and is_inline(tx, ctx, conversation, post.target):
            key = f"inline:{post.id}:{message_id}"
            thread(tx, post, "inline", key=key, message=message_id, wakes=wakes, priority=Priority.URGENT)
        elif wakes:
            thread(
                tx,
                post,
                "ping",
                key=f"ping:{post.id}:{conversation.last_seq}:{len(conversation.routes)}",
                priority=Priority.URGENT,
            )
    pinged = ping or any(is_new for _, is_new in posts)
    conversation = replace(conversation, pinged_at=now) if pinged else conversation
    if where.ground is Ground.OFFICE and conversation.taken_by is None and conversation.is_unanswered:
        if conversation.nudge_at is None:
            conversation = replace(conversation, nudge_at=now + ctx.rules.untaken_after, nudge_stage=0)
    else:
        conversation = replace(conversation, nudge_at=None)
    keep_reaching(tx, ctx, conversation, where.ground, where.staff, where.shift_id, where.namnd)
    return conversation


def _short_name(ctx: Context, namnd: NamndId | None) -> str:
    return "?" if namnd is None else ctx.rules.namnder[namnd].short_name


def is_inline(tx: Tx, ctx: Context, conversation: Conversation, target: str) -> bool:
    """Tell whether content may stand in the thread of the card at `target`.

    Only where the nämnd has chosen so, only in a DM, and never when reader and contact belong to
    different nämnder.
    """
    if conversation.namnd is None or conversation.world is not World.BEREDSKAP or not target.startswith("staff:"):
        return False
    if ctx.rules.namnder[conversation.namnd].chat_content is not ChatContent.INLINE:
        return False
    reader = tx.staff.get(StaffId(target.removeprefix("staff:")))
    return reader is not None and reader.has(Role.FAMILJEBEHANDLARE, conversation.namnd)


def refresh(tx: Tx, conversation: Conversation, *, priority: Priority = Priority.NORMAL) -> None:
    """Have every card, open modal and handover that shows the conversation drawn again."""
    for post in tx.posts.cards_of(conversation.id):
        refresh_card(tx, post, priority=priority)
    tx.views.mark_dirty(conversation.id)
    refresh_handovers(tx, conversation)


def refresh_card(tx: Tx, post: Post, *, priority: Priority = Priority.NORMAL) -> None:
    tx.outbox.add(
        OutboxKind.CARD,
        f"post:{post.id}",
        {"post": post.id},
        dedupe_key=f"card:{post.id}:{new_id()}",
        fold_key=f"card:{post.id}",
        priority=priority,
    )


def thread(
    tx: Tx, post: Post, what: str, *, key: str, priority: Priority = Priority.NORMAL, **ids: str | int | bool | None
) -> None:
    """Say something in the thread of a card. It leaves after the card itself, which shares its lane."""
    tx.outbox.add(
        OutboxKind.THREAD,
        f"post:{post.id}",
        {"post": post.id, "what": what, **ids},
        dedupe_key=f"thread:{key}",
        priority=priority,
    )


def notice_about(
    tx: Tx,
    staff_id: StaffId,
    key: str,
    about: StaffId,
    values: Mapping[str, str],
    *,
    dedupe: str,
    priority: Priority = Priority.NORMAL,
    button: str = "",
    value: str = "",
) -> None:
    """Tell a member of staff something of a colleague, who is named as `who` when it is sent: names are sealed."""
    tx.outbox.add(
        OutboxKind.NOTICE,
        f"notice:{staff_id}",
        {"staff": staff_id, "key": key, "values": {**values, "button": button, "value": value}, "about": about},
        dedupe_key=f"notice:{staff_id}:{dedupe}",
        priority=priority,
    )


def notice(
    tx: Tx, staff_id: StaffId, key: str, *, dedupe: str, priority: Priority = Priority.NORMAL, **values: str
) -> None:
    """Tell a member of staff something in DM: a key into the texts and values that are safe in Slack."""
    tx.outbox.add(
        OutboxKind.NOTICE,
        f"notice:{staff_id}",
        {"staff": staff_id, "key": key, "values": values},
        dedupe_key=f"notice:{staff_id}:{dedupe}",
        priority=priority,
    )
