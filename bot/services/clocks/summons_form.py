"""What the form of a summons holds, checked: each problem is put under the block of its field."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.calendar import instant
from bot.domain.deadline import Deadline, Stage
from bot.domain.errors import NotYet, Stale
from bot.domain.ids import ContactId
from bot.domain.phone import can_receive_sms, normalise
from bot.domain.summons import MOST_TIMES, Party, problem_with
from bot.domain.written_time import read_day, read_time
from bot.ports import Tx
from bot.services.clocks.fields import Problems
from bot.services.clocks.summons_texts import Addressee
from bot.services.context import Context
from bot.texts import DEFAULT_LANGUAGE


@dataclass(frozen=True, slots=True)
class Summoning:
    """Whom somebody wants to summon, and when, as it was filled in. `key` makes it happen once.

    Times are pairs of a day ("2026-11-24") and a time of day ("16.00"), Stockholm time; empty pairs do not count.
    """

    slack_user_id: str
    deadline_id: str
    times: tuple[tuple[str, str], ...]
    child_number: str
    guardian_number: str
    child_language: str = DEFAULT_LANGUAGE
    guardian_language: str = DEFAULT_LANGUAGE
    in_school_too: bool = False
    key: str = ""


def require_ready(ctx: Context, clock: Deadline) -> None:
    """Raise Stale or NotYet when the family cannot be summoned by sms now.

    When a booked time has been, somebody is to say first what became of it.
    """
    if clock.talk is None or not clock.is_running or clock.stage(ctx.clock.now()) is Stage.OUTCOME:
        raise Stale
    if clock.talk.police_hold:
        raise NotYet("police_hold")
    if ctx.rules.myndighet_number(clock.namnd) is None:
        raise NotYet("no_myndighet_number")


def times_in(ctx: Context, clock: Deadline, command: Summoning, problems: Problems) -> tuple[datetime, ...]:
    """Return the times that are offered, in the order in which they stand."""
    namnd, now = ctx.rules.namnder[clock.namnd], ctx.clock.now()
    found: list[datetime] = []
    for nth, (on, clock_time) in enumerate(command.times, 1):
        block = f"time_{min(nth, MOST_TIMES)}"
        if not (on.strip() or clock_time.strip()):
            continue
        day, wall = read_day(on), read_time(clock_time)
        if day is None or wall is None:
            problems[block] = "summons_time"
            continue
        found.append(instant(day, wall))
        school, closed = namnd.clocks.school_hours, ctx.rules.closed_days
        wrong = problem_with((found[-1],), now, school, closed, in_school_too=command.in_school_too)
        if wrong is None and (found.count(found[-1]) > 1 or len(found) > MOST_TIMES):
            wrong = "summons_times"
        if wrong is not None:
            problems[block] = wrong
    if not found and not problems:
        problems["time_1"] = "summons_no_time"
    return tuple(found)


def people_in(tx: Tx, ctx: Context, command: Summoning, problems: Problems) -> tuple[Addressee, ...]:
    """Return the phones to summon; one that is given for both is shared, and gets one text in the guardian's language.

    A number that is new becomes a contact; what is known of one that is not stays as it is.
    """
    wanted = (
        (Party.CHILD, "child_number", command.child_number, command.child_language),
        (Party.GUARDIAN, "guardian_number", command.guardian_number, command.guardian_language),
    )
    parties: dict[str, tuple[Party, ...]] = {}
    languages: dict[str, str] = {}
    for party, block, typed, language in wanted:
        if not typed.strip():
            continue
        number = normalise(typed)
        wrong = "not_a_number" if number is None else problem_with_number(tx, ctx, number)
        if wrong is not None:
            problems[block] = wrong
        elif number is not None:
            parties[number] = (*parties.get(number, ()), party)
            languages[number] = language if language in ctx.texts.languages else DEFAULT_LANGUAGE
    if not (parties or command.child_number.strip() or command.guardian_number.strip()):
        problems["guardian_number"] = "summons_no_number"
    if problems:
        return ()
    return tuple(Addressee(_contact(tx, n), who, languages[n]) for n, who in parties.items())


def problem_with_number(tx: Tx, ctx: Context, number: str) -> str | None:
    """Return the key of why a number (E.164) cannot be summoned; None when it can."""
    if number in ctx.rules.numbers:
        return "our_own_number"
    if tx.staff.by_verified_phone(number) is not None:
        return "staff_number"
    if not can_receive_sms(number):
        return "summons_landline"
    known = tx.people.contact_by_number(number)
    if known is not None and known.contact.is_blocked:
        return "opted_out"
    if known is not None and not known.contact.is_answerable:
        return "not_answerable"
    return None if ctx.rules.may_text(number) else "outside_trial"


def _contact(tx: Tx, number: str) -> ContactId:
    """Return the contact; its language stands with the summons, where the beredskap does not see it."""
    known = tx.people.contact_by_number(number)
    return (known or tx.people.ensure_contact(number)).contact.id
