"""What is done with a running clock: extended, put off, explained, held back, summoned for."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from bot.domain.calendar import is_working_day, local, next_working_day
from bot.domain.clock_views import ClockRow
from bot.domain.clocks import ClockKind
from bot.domain.deadline import EXTENDABLE, ClockState, Deadline, EventKind, Talk
from bot.domain.errors import NotYet, Stale
from bot.domain.secrecy import Actor
from bot.domain.summons import Party
from bot.domain.written_time import read_day
from bot.ports import Tx
from bot.services.clocks.access import responsible_now
from bot.services.clocks.changing import event, limit_for, save, say
from bot.services.clocks.fields import Problems, past_instant, reason_in, refuse, words_in
from bot.services.clocks.pressing import press
from bot.services.clocks.starting import Origin, start
from bot.services.clocks.summons_texts import with_summoned
from bot.services.context import Context

MOST_SNOOZED: Final = 10  # working days, for what has run out already
LONGEST_EXTENSION: Final = timedelta(days=366)
DECIDED: Final = frozenset({ClockKind.FORHANDSBEDOMNING, ClockKind.UTREDNING})


async def extend_clock(
    slack_user_id: str, deadline_id: str, to: str, decided_by: str, reason: str, key: str, *, ctx: Context
) -> ClockRow:
    """Förläng, by a decision that somebody has made (SoL 2025:400 20 kap. 2 and 3 §§); `to` is the new last day.

    Raises NotAllowed, NotFound, Stale, or BadInput with a problem per field.
    """

    def step(tx: Tx, actor: Actor, clock: Deadline) -> Deadline:
        if clock.kind not in EXTENDABLE:
            raise Stale
        problems: Problems = {}
        day = _extended_to(clock, to, problems)
        who = words_in(decided_by, problems, block="decided_by", missing="clock_decider")
        why = words_in(reason, problems, block="reason", missing="clock_why")
        refuse(problems)
        longer = replace(clock, extended_to=day, extended_by=who, extension_reason=why)
        longer = replace(longer, limit=limit_for(ctx, longer))
        return save(tx, ctx, longer, event(ctx, longer, EventKind.EXTENDED, actor.staff.id, code=to.strip(), text=why))

    return await press(slack_user_id, deadline_id, key, step, ctx=ctx)


def _extended_to(clock: Deadline, text: str, problems: Problems) -> date | None:
    day = read_day(text)
    if day is None:
        problems["to"] = "pick_date"
    elif day <= clock.limit.due_on:
        problems["to"] = "clock_extend_later"
    elif day > clock.limit.due_on + LONGEST_EXTENSION:
        problems["to"] = "clock_extend_far"
    return day


async def snooze_clock(
    slack_user_id: str, deadline_id: str, until: str, reason: str, key: str, *, ctx: Context
) -> ClockRow:
    """Skjut upp påminnelsen to the local working day `until`. The limit runs on, and it shows who did so and why.

    Raises NotAllowed, NotFound, Stale, or BadInput with a problem per field.
    """

    def step(tx: Tx, actor: Actor, clock: Deadline) -> Deadline:
        problems: Problems = {}
        day = _snoozed_until(ctx, clock, until, problems)
        why = words_in(reason, problems, block="reason", missing="clock_why")
        refuse(problems)
        put_off = replace(clock, snoozed_until=day, snooze_reason=why)
        happened = event(ctx, put_off, EventKind.SNOOZED, actor.staff.id, code=until.strip(), text=why)
        return save(tx, ctx, put_off, happened)

    return await press(slack_user_id, deadline_id, key, step, ctx=ctx)


def _snoozed_until(ctx: Context, clock: Deadline, text: str, problems: Problems) -> date | None:
    """Never past the last day that still helps: a reminder that comes too late is none."""
    day, today = read_day(text), local(ctx.clock.now()).date()
    if day is None:
        problems["until"] = "pick_date"
    elif day <= today:
        problems["until"] = "date_passed"
    elif not is_working_day(day, ctx.rules.closed_days):
        problems["until"] = "clock_snooze_day_off"
    elif day > _last_snooze(ctx, clock, today):
        problems["until"] = "clock_snooze_far"
    return day


def _last_snooze(ctx: Context, clock: Deadline, today: date) -> date:
    if ctx.clock.now() < clock.limit.due_at:
        return clock.limit.plan_on if clock.talk is None else local(clock.limit.act_before).date()
    last = today
    for _ in range(MOST_SNOOZED):
        last = next_working_day(last, ctx.rules.closed_days)
    return last


async def give_reason(slack_user_id: str, deadline_id: str, reason: str, key: str, *, ctx: Context) -> ClockRow:
    """Ange orsak, a code of Reason. Raises NotAllowed, NotFound, Stale or BadInput."""

    def step(tx: Tx, actor: Actor, clock: Deadline) -> Deadline:
        problems: Problems = {}
        coded = reason_in(reason, problems)
        if coded is None:
            problems["reason"] = "clock_reason_needed"
        refuse(problems)
        explained = replace(clock, reason=coded)
        return save(tx, ctx, explained, event(ctx, explained, EventKind.REASON, actor.staff.id, code=reason))

    return await press(slack_user_id, deadline_id, key, step, ctx=ctx)


async def set_hold(slack_user_id: str, deadline_id: str, key: str, *, on: bool, ctx: Context) -> ClockRow:
    """Polisen ber oss vänta (`on`), or says that we may go on. Nothing reaches the family while the hold stands.

    Raises NotAllowed, NotFound or Stale.
    """

    def step(tx: Tx, actor: Actor, clock: Deadline) -> Deadline:
        talk = _talk(clock)
        if talk.police_hold is on:
            return clock
        kind = EventKind.HOLD_SET if on else EventKind.HOLD_LIFTED
        changed = replace(clock, talk=replace(talk, police_hold=on))
        changed = save(tx, ctx, changed, event(ctx, changed, kind, actor.staff.id))
        person = responsible_now(tx, ctx, changed)
        if not on and (person is None or person.id != actor.staff.id):
            say(tx, ctx, changed, "hold_lifted", key=key)
        return changed

    return await press(slack_user_id, deadline_id, key, step, ctx=ctx)


async def found_contact(slack_user_id: str, deadline_id: str, key: str, *, ctx: Context) -> ClockRow:
    """Kontaktuppgifter finns nu. Raises NotAllowed, NotFound or Stale."""

    def step(tx: Tx, actor: Actor, clock: Deadline) -> Deadline:
        talk = _talk(clock)
        if talk.has_contact:
            return clock
        found = replace(clock, talk=replace(talk, has_contact=True))
        return save(tx, ctx, found, event(ctx, found, EventKind.CONTACT_FOUND, actor.staff.id))

    return await press(slack_user_id, deadline_id, key, step, ctx=ctx)


async def mark_summoned(
    slack_user_id: str, deadline_id: str, who: tuple[str, ...], on: str, time: str, key: str, *, ctx: Context
) -> ClockRow:
    """Kallad på annat sätt: by telephone, letter or in person, at a local day and time. The first time counts.

    Raises NotAllowed, NotFound, Stale, NotYet while the police ask us to wait, or BadInput.
    """

    def step(tx: Tx, actor: Actor, clock: Deadline) -> Deadline:
        talk = _talk(clock)
        if talk.police_hold:
            raise NotYet("police_hold")
        problems: Problems = {}
        parties = [party for party in Party if party.value in who]
        if not parties:
            problems["who"] = "clock_who"
        at = past_instant(ctx, on, time, problems, day="on", clock="time")
        if at is not None and at < clock.received_at:
            problems.setdefault("on", "clock_before_received")
        refuse(problems)
        if at is None:  # pragma: no cover - refused above; said for the type checker
            return clock
        summoned, events = with_summoned(ctx, clock, parties, at, by=actor.staff.id)
        return save(tx, ctx, summoned, *events)

    return await press(slack_user_id, deadline_id, key, step, ctx=ctx)


async def want_feedback(slack_user_id: str, deadline_id: str, key: str, *, ctx: Context) -> ClockRow:
    """Den som anmälde vill ha återkoppling (SoL 2025:400 19 kap. 6 §).

    Before the decision, the week begins with it; after it, or with an utredning open, they are told the same day.
    Raises NotAllowed, NotFound, or Stale when the report never led to either.
    """

    def step(tx: Tx, actor: Actor, clock: Deadline) -> Deadline:
        of_report = tx.deadlines.of_report(clock.report_id)
        if any(c.kind is ClockKind.ATERKOPPLING_ANMALARE and c.is_running for c in of_report):
            return clock  # it is known already
        awaited = [c for c in of_report if c.kind is ClockKind.FORHANDSBEDOMNING and c.is_running]
        if not awaited and not any(c.kind in DECIDED and c.state is not ClockState.WITHDRAWN for c in of_report):
            raise Stale
        if not awaited:
            feedback = ClockKind.ATERKOPPLING_ANMALARE
            start(tx, ctx, Origin.of(clock), feedback, ctx.clock.now(), actor.staff.id, at_once=True)
        for other in {c.id: c for c in (*awaited, clock)}.values():
            save(tx, ctx, replace(other, wants_feedback=True))
        return replace(clock, wants_feedback=True)

    return await press(slack_user_id, deadline_id, key, step, ctx=ctx, settled_too=True)


def _talk(clock: Deadline) -> Talk:
    """Return what only an allvarssamtal has; raises Stale for others."""
    if clock.talk is None:
        raise Stale
    return clock.talk
