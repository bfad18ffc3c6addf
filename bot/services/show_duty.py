"""Who has duty now and next, and what waits for me: /beredskap and App Home."""

from datetime import datetime, timedelta

from bot.domain.calendar import local
from bot.domain.cards import CalendarHome, DutyLine, Home, HomeAction, OpenLine, ReserveHome, sender_of
from bot.domain.duty import DutyState, Shift, ShownShift, next_shift
from bot.domain.errors import NotAllowed
from bot.domain.ids import NamndId, StaffId
from bot.domain.people import Role
from bot.domain.rules import NamndRules
from bot.domain.secrecy import Act, Actor, Allowed, Denied, Subject, may
from bot.ports import Tx
from bot.services.amend.enrolled_page import may_amend_in
from bot.services.clocks.home import home_clocks
from bot.services.context import Context
from bot.services.incident.home import incident_home
from bot.services.look_back import own_namnder
from bot.services.ready.home import ready_home
from bot.services.reserve.choose_pin import may_choose
from bot.services.rest.show_active_time import keeps_active_time
from bot.services.rota.feed import may_have_feed
from bot.services.shared.access import actor_by_slack, contact_of, may_show, require_namnd
from bot.services.shared.placing import duty_now
from bot.services.start_conversation import may_enrol_in, may_start_in
from bot.services.swap.home import swap_home

MY_SHIFTS_AHEAD = timedelta(days=28)
MY_ACTIONS = 20


async def show_duty(slack_user_id: str, *, ctx: Context) -> tuple[DutyLine, ...]:
    """Return who has duty now and next, the caller's own nämnder first. Raises NotAllowed for others than staff."""

    def query(tx: Tx) -> tuple[DutyLine, ...]:
        actor = actor_by_slack(tx, ctx, slack_user_id)
        for namnd in ctx.rules.namnder:
            require_namnd(tx, ctx, actor, Act.SEE_DUTY, namnd)
        return _duties(tx, ctx, actor)

    return await ctx.store.write(query)  # a refusal is logged


async def show_home(slack_user_id: str, *, ctx: Context) -> Home:
    """Return App Home for one person; for somebody we do not know, one that says so."""

    def query(tx: Tx) -> Home:
        now = ctx.clock.now()
        try:
            actor = actor_by_slack(tx, ctx, slack_user_id)
        except NotAllowed:
            return _unknown(ctx)
        if any(isinstance(may(actor, Act.SEE_DUTY, Subject(namnd), now), Denied) for namnd in ctx.rules.namnder):
            return _unknown(ctx)
        return Home(
            now=now,
            duties=_duties(tx, ctx, actor),
            open=_open_ones(tx, ctx, actor),
            shifts=_my_shifts(tx, ctx, actor.staff.id, now),
            may_enrol=bool(may_enrol_in(actor)),
            may_start=bool(may_start_in(ctx, actor)),
            is_trial=ctx.rules.is_trial,
            actions=_my_actions(tx, ctx, actor),
            may_look_back=bool(own_namnder(actor)),
            may_write_background=bool(may_enrol_in(actor)),
            may_set_consent=bool(may_enrol_in(actor)),
            may_amend=bool(may_amend_in(actor)),
            clocks=home_clocks(tx, ctx, actor),
            reserve=_reserve(tx, actor),
            has_active_time=keeps_active_time(ctx, actor.staff),
            ready=ready_home(tx, ctx, actor.staff),
            swaps=swap_home(tx, ctx, actor.staff),
            calendar=_calendar(tx, actor),
            incident=incident_home(tx, ctx, actor.staff),
        )

    return await ctx.store.read(query)


def _unknown(ctx: Context) -> Home:
    is_trial = ctx.rules.is_trial
    return Home(ctx.clock.now(), (), (), (), may_enrol=False, may_start=False, is_trial=is_trial, is_known=False)


def _reserve(tx: Tx, actor: Actor) -> ReserveHome | None:
    if not may_choose(actor.staff):
        return None
    pin = tx.reserve.pin(actor.staff.id)
    set_on = None if pin is None else local(pin.set_at).date()
    return ReserveHome(set_on, has_phone=actor.staff.phone is not None and actor.staff.is_phone_verified)


def _calendar(tx: Tx, actor: Actor) -> CalendarHome | None:
    if not may_have_feed(actor.staff):
        return None
    made_at = tx.rota.feed_made_at(actor.staff.id)
    return CalendarHome(None if made_at is None else local(made_at).date())


def _duties(tx: Tx, ctx: Context, actor: Actor) -> tuple[DutyLine, ...]:
    mine = actor.staff.namnder(*Role)
    ordered = sorted(ctx.rules.namnder.values(), key=lambda n: (n.id not in mine, n.name))
    return tuple(_duty_line(tx, ctx, namnd, actor, mine) for namnd in ordered)


def _duty_line(tx: Tx, ctx: Context, namnd: NamndRules, actor: Actor, mine: frozenset[NamndId]) -> DutyLine:
    now = ctx.clock.now()
    found = duty_now(tx, ctx, namnd, now)
    following = next_shift(namnd, now, tx.shifts.between(now, now + timedelta(days=14)))
    until: datetime | None = None
    if found.lead is not None:
        until = found.lead.ends_at
    elif found.state is DutyState.OFFICE:
        until = _office_closes(namnd, now, ctx)
    return DutyLine(
        namnd_name=namnd.name,
        state=found.state.value,
        who=_who(tx, found.lead),
        until=until,
        backup=_who(tx, found.backup[0]) if found.backup else "",
        next_who=_who(tx, following),
        next_from=None if following is None else following.starts_at,
        is_gap=found.is_gap,
        is_mine=namnd.id in mine,
    )


def _office_closes(namnd: NamndRules, now: datetime, ctx: Context) -> datetime | None:
    return namnd.office_hours.next_closing(now, ctx.rules.closed_days)


def _who(tx: Tx, shift: Shift | None) -> str:
    """A mention when the person is in Slack, else the name."""
    person = None if shift is None else tx.staff.get(shift.staff_id)
    if person is None:
        return ""
    return f"<@{person.slack_user_id}>" if person.slack_user_id else person.name


def _open_ones(tx: Tx, ctx: Context, actor: Actor) -> tuple[OpenLine, ...]:
    lines = []
    for conversation in tx.conversations.open_ones():
        contact = contact_of(tx, conversation)
        newest = conversation.routes[-1] if conversation.routes else None
        is_mine = conversation.taken_by == actor.staff.id or (newest is not None and newest.staff_id == actor.staff.id)
        untaken_here = conversation.taken_by is None and newest is not None and newest.staff_id is None
        if not (is_mine or untaken_here):
            continue
        if not isinstance(may_show(tx, ctx, actor, Act.READ, conversation, contact), Allowed):
            continue
        lines.append(
            OpenLine(
                conversation.id,
                contact.codes,
                sender_of(contact.role, is_shared=contact.is_shared_phone),
                tx.messages.count_inbound_after(conversation.id, conversation.answered_seq),
                conversation.first_unanswered_at or conversation.last_activity_at,
                "" if conversation.namnd is None else ctx.rules.namnder[conversation.namnd].short_name,
            )
        )
    return tuple(lines[:20])


def _my_actions(tx: Tx, ctx: Context, actor: Actor) -> tuple[HomeAction, ...]:
    """What I have said that I will do, and what whoever has the duty is to do while that is me."""
    found = []
    for namnd in sorted({*actor.staff.namnder(Role.FAMILJEBEHANDLARE, Role.LEADER), *actor.duty_namnder}):
        for action in tx.notes.open_actions(namnd):
            if action.owner != actor.staff.id and not (action.with_duty and namnd in actor.duty_namnder):
                continue
            conversation = tx.conversations.get(action.conversation_id)
            episode_id = tx.notes.episode_of_action(action.id)
            if conversation is None or episode_id is None:
                continue
            contact = contact_of(tx, conversation)
            if isinstance(may_show(tx, ctx, actor, Act.HANDLE_ACTION, conversation, contact), Allowed):
                late = action.is_late(local(ctx.clock.now()).date())
                short_name = ctx.rules.namnder[namnd].short_name
                found.append(HomeAction(episode_id, contact.codes, short_name, action.due_on, late))
    return tuple(sorted(found, key=lambda a: (a.due_on, a.codes)))[:MY_ACTIONS]


def _my_shifts(tx: Tx, ctx: Context, staff_id: StaffId, now: datetime) -> tuple[ShownShift, ...]:
    coming = tx.shifts.between(now, now + MY_SHIFTS_AHEAD)
    mine = [shift for shift in coming if shift.staff_id == staff_id][:10]
    return tuple(ShownShift.of(shift, ctx.rules.namnder[shift.lending_namnd].short_name) for shift in mine)
