"""Kalla via sms: offer times for an allvarssamtal, and what is done by hand with a time that is booked."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from bot.domain.calendar import instant
from bot.domain.clock_views import Choice, ClockRow, SummonDefaults
from bot.domain.deadline import ClockEvent, Deadline, EventKind, Outcome, Talk
from bot.domain.errors import NotYet, Stale
from bot.domain.ids import ContactId, NamndId, StaffId, SummonsId, new_id
from bot.domain.people import World
from bot.domain.phone import pretty
from bot.domain.secrecy import Act, Actor
from bot.domain.summons import MOST_TIMES, Party, Summons, SummonsState
from bot.domain.written_time import read_day, read_time
from bot.ports import Tx
from bot.services.clocks import summons_texts as texts
from bot.services.clocks.access import require_clock, responsible_now
from bot.services.clocks.changing import event, save, say
from bot.services.clocks.fields import Problems, refuse
from bot.services.clocks.pressing import press
from bot.services.clocks.summons_delivered import tell_of_call_off
from bot.services.clocks.summons_form import Summoning, people_in, require_ready, times_in
from bot.services.clocks.summons_words import preview
from bot.services.context import Context
from bot.services.shared.logged import read_logged
from bot.services.shared.placing import refresh
from bot.services.shared.restored import is_from_before

__all__ = ["Summoning", "book_by_hand", "call_off", "close_open", "no_show", "summon", "summon_defaults"]


async def summon_defaults(slack_user_id: str, deadline_id: str, *, ctx: Context) -> SummonDefaults:
    """Return what the form begins with. Raises NotAllowed, NotFound, Stale or NotYet."""

    def query(tx: Tx) -> SummonDefaults:
        _, clock = require_clock(tx, ctx, slack_user_id, deadline_id, Act.HANDLE_CLOCK, lock=False)
        require_ready(ctx, clock)
        numbers: dict[Party, str] = {}
        languages: dict[Party, str] = {}
        for summons in tx.summons.of_deadline(clock.id):  # oldest first: the newest is what stays
            for person in texts.addressees(tx, summons):
                number = pretty(tx.people.contact(person.contact_id).contact.number)
                numbers.update(dict.fromkeys(person.parties, number))
                languages.update(dict.fromkeys(person.parties, person.language))
        return SummonDefaults(
            case_ref=clock.case_ref,
            namnd_name=ctx.rules.namnder[clock.namnd].name,
            now=ctx.clock.now(),
            languages=tuple(Choice(code, ctx.texts.language_name(code)) for code in ctx.texts.languages),
            numbers=numbers,
            chosen_languages=languages,
            preview=preview(ctx, clock.namnd),
        )

    return await read_logged(query, ctx=ctx)


async def summon(command: Summoning, *, ctx: Context) -> ClockRow:
    """Text the times to the child, a guardian or both, once for each `key`. It replaces what was offered before.

    They count as summoned when the text has reached their phone. Raises NotAllowed, NotFound, Stale, NotYet while
    the police ask us to wait or where the unit has no number, or BadInput with a problem per field.
    """

    def step(tx: Tx, actor: Actor, clock: Deadline) -> Deadline:
        require_ready(ctx, clock)
        problems: Problems = {}
        times = times_in(ctx, clock, command, problems)
        people = people_in(tx, ctx, command, problems)
        refuse(problems)
        made = Summons(
            id=SummonsId(new_id()),
            deadline_id=clock.id,
            namnd=clock.namnd,
            times=times,
            created_at=_after(tx.summons.of_deadline(clock.id), ctx.clock.now()),
            created_by=actor.staff.id,
            first_number=_first_free(tx, clock.namnd, [person.contact_id for person in people]),
        )
        clock, events = _without_time(tx, ctx, clock, actor.staff.id)
        tx.summons.add(made)
        texts.offer(tx, ctx, made, people, actor.staff.id)
        talk = _talk(clock)
        if not talk.has_contact:
            events.append(event(ctx, clock, EventKind.CONTACT_FOUND, actor.staff.id))
        return save(tx, ctx, replace(clock, talk=replace(talk, has_contact=True)), *events)

    return await press(command.slack_user_id, command.deadline_id, command.key or new_id(), step, ctx=ctx)


def _after(known: list[Summons], now: datetime) -> datetime:
    """Return `now`, or an instant after the newest: which is the newest must be certain."""
    return max([now, *(summons.created_at + timedelta(microseconds=1) for summons in known)])


def _first_free(tx: Tx, namnd: NamndId, contacts: list[ContactId]) -> int:
    """Return the figure of the first time: 1, or 4 (7 ...) where they have another summons to answer.

    The one that is replaced counts too: an answer to it may be on its way.
    """
    standing = [summons for contact_id in contacts for summons in tx.summons.open_with(contact_id, namnd)]
    taken = {s.first_number + nth for s in standing for nth in range(len(s.times))}
    return next(first for first in count(1, MOST_TIMES) if taken.isdisjoint(range(first, first + MOST_TIMES)))


async def book_by_hand(
    slack_user_id: str,
    deadline_id: str,
    on: str,
    time: str,
    *,
    tell_family: bool,
    reached: tuple[str, ...] = (),
    key: str,
    ctx: Context,
) -> ClockRow:
    """Boka tid, for what was agreed in words or by telephone; `tell_family` texts it to those who were summoned.

    `reached` are the parties with whom it was agreed now: they have been summoned by it.

    Raises NotAllowed, NotFound, Stale, NotYet while the police ask us to wait and the family is to be told, or
    BadInput with a problem per field.
    """

    def step(tx: Tx, actor: Actor, clock: Deadline) -> Deadline:
        talk = _talk(clock)
        if talk.police_hold and (tell_family or reached):
            raise NotYet("police_hold")
        at = _future(ctx, on, time)
        parties = tuple(party for party in Party if party.value in reached)
        known = tx.summons.of_deadline(clock.id)
        people = texts.addressees(tx, known[-1]) if known and tell_family else ()
        booked = _booked_for(tx, ctx, clock, known, at, actor.staff.id, is_new=bool(people))
        if booked is not None:
            is_moved = talk.booked_at is not None and talk.booked_at != at
            texts.confirm(tx, ctx, booked, at, people, actor.staff.id, is_moved=is_moved)
        changed, summoned = texts.with_summoned(ctx, clock, parties, ctx.clock.now(), by=actor.staff.id)
        changed = replace(changed, talk=replace(changed.talk or talk, booked_at=at))
        was_booked = event(ctx, changed, EventKind.BOOKED, actor.staff.id, code=at.isoformat())
        return save(tx, ctx, changed, *summoned, was_booked)

    return await press(slack_user_id, deadline_id, key, step, ctx=ctx)


def _future(ctx: Context, on: str, time: str) -> datetime:
    """Return a time to come; raises BadInput."""
    problems: Problems = {}
    day, wall = read_day(on), read_time(time)
    if day is None:
        problems["on"] = "pick_date"
    if wall is None:
        problems["time"] = "clock_time"
    at = ctx.clock.now() if day is None or wall is None else instant(day, wall)
    if not problems and at <= ctx.clock.now():
        problems["on"] = "summons_past"
    refuse(problems)
    return at


def _booked_for(
    tx: Tx, ctx: Context, clock: Deadline, known: list[Summons], at: datetime, by: StaffId, *, is_new: bool
) -> Summons | None:
    """Return the newest summons with the time booked. When it has been closed, a new one if `is_new`, else None."""
    now = ctx.clock.now()
    if known and known[-1].state is not SummonsState.CLOSED:
        booked = known[-1].book(at, now)
        tx.summons.save(booked)
        return booked
    if not is_new:
        return None
    made = Summons(SummonsId(new_id()), clock.id, clock.namnd, (at,), _after(known, now), by).book(at, now)
    tx.summons.add(made)
    return made


async def no_show(slack_user_id: str, deadline_id: str, key: str, *, ctx: Context) -> ClockRow:
    """Kom inte, once the time has been: a new one is to be offered. Raises NotAllowed, NotFound or Stale."""

    def step(tx: Tx, actor: Actor, clock: Deadline) -> Deadline:
        talk = _talk(clock)
        if talk.booked_at is None or talk.booked_at > ctx.clock.now():
            raise Stale
        _close(tx, clock)
        happened = event(ctx, clock, EventKind.NO_SHOW, actor.staff.id, code=talk.booked_at.isoformat())
        missed = save(tx, ctx, replace(clock, talk=replace(talk, booked_at=None)), happened)
        person = responsible_now(tx, ctx, missed)
        if person is None or person.id != actor.staff.id:
            say(tx, ctx, missed, "no_show", key=key)
        return missed

    return await press(slack_user_id, deadline_id, key, step, ctx=ctx)


async def call_off(slack_user_id: str, deadline_id: str, key: str, *, ctx: Context) -> ClockRow:
    """Avboka a time to come; those summoned are texted, unless the police ask us to wait.

    Raises NotAllowed, NotFound or Stale.
    """

    def step(tx: Tx, actor: Actor, clock: Deadline) -> Deadline:
        talk = _talk(clock)
        if talk.booked_at is None or talk.booked_at <= ctx.clock.now():
            raise Stale
        freed, events = _without_time(tx, ctx, clock, actor.staff.id)
        return save(tx, ctx, freed, *events)

    return await press(slack_user_id, deadline_id, key, step, ctx=ctx)


def close_open(tx: Tx, ctx: Context, clock: Deadline, by: StaffId, *, is_from_file: bool = False) -> None:
    """A clock has been settled or withdrawn: nothing more is sent of its summons.

    A booked time to come is called off, unless the talk has been held already, or the police ask us to wait. A file
    (`is_from_file`) may tell a restored copy what its original has told the family: then a person has to.
    """
    if clock.talk is None:
        return
    if clock.outcome is not Outcome.HELD:
        known = _booked_ahead(tx, ctx, clock) if is_from_file else []
        if any(is_from_before(tx, summons.created_at) for summons in known):
            tell_of_call_off(tx, ctx, clock, "summons_call_off_by_hand", f"call_off_by_hand:{clock.id}")
        else:
            _tell_called_off(tx, ctx, clock, by)
    _close(tx, clock)
    _close_conversations(tx, ctx, clock)


def _without_time(tx: Tx, ctx: Context, clock: Deadline, by: StaffId) -> tuple[Deadline, list[ClockEvent]]:
    """Return the clock with no time booked and nothing offered; the family is told of a time that no longer holds."""
    talk = _talk(clock)
    _tell_called_off(tx, ctx, clock, by)
    _close(tx, clock)
    if talk.booked_at is None:
        return clock, []
    happened = event(ctx, clock, EventKind.CALLED_OFF, by, code=talk.booked_at.isoformat())
    return replace(clock, talk=replace(talk, booked_at=None)), [happened]


def _tell_called_off(tx: Tx, ctx: Context, clock: Deadline, by: StaffId) -> None:
    for summons in _booked_ahead(tx, ctx, clock):
        if summons.booked_at is not None:
            texts.call_off(tx, ctx, summons, summons.booked_at, by)


def _booked_ahead(tx: Tx, ctx: Context, clock: Deadline) -> list[Summons]:
    """Return the summons whose booked time is still to come; none while the police ask us to wait."""
    if _talk(clock).police_hold:
        return []
    booked = (s for s in tx.summons.of_deadline(clock.id) if s.state is SummonsState.BOOKED)
    return [s for s in booked if s.booked_at is not None and s.booked_at > ctx.clock.now()]


def _close(tx: Tx, clock: Deadline) -> None:
    for summons in tx.summons.of_deadline(clock.id):
        if summons.state is not SummonsState.CLOSED:
            tx.summons.save(summons.close())


def _close_conversations(tx: Tx, ctx: Context, clock: Deadline) -> None:
    """Close the conversations in which nothing waits, and that no other summons needs."""
    people = {p.contact_id for s in tx.summons.of_deadline(clock.id) for p in texts.addressees(tx, s)}
    for contact_id in sorted(people):
        found = tx.conversations.latest(contact_id, clock.namnd, World.MYNDIGHET)
        is_done = found is not None and found.is_open and not found.is_unanswered
        if found is not None and is_done and not tx.summons.open_with(contact_id, clock.namnd):
            closed = found.close(at=ctx.clock.now())
            tx.conversations.save(closed)
            refresh(tx, closed)


def _talk(clock: Deadline) -> Talk:
    if clock.talk is None:
        raise Stale
    return clock.talk
