"""Ny frist: what has come in, and the clocks that it starts."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.case_ref import clean_ref, problem_with_ref
from bot.domain.clock_views import Choice, ClockRow, RegistrationChoices
from bot.domain.clocks import ClockKind, StartEvent
from bot.domain.deadline import Deadline, Gender, Talk
from bot.domain.errors import BadInput
from bot.domain.ids import NamndId, ReportId, new_id
from bot.domain.secrecy import Act, Actor
from bot.ports import Tx
from bot.services.clocks.access import handlaggare_of, namnder_of, subject_in
from bot.services.clocks.announcing import announce_new
from bot.services.clocks.fields import Problems, namnd_in, owner_in, past_instant
from bot.services.clocks.pressing import first_time
from bot.services.clocks.rows import by_urgency, row_for
from bot.services.clocks.starting import Origin, is_known, start
from bot.services.context import Context
from bot.services.shared.access import actor_by_slack, require_for
from bot.services.shared.logged import read_logged


@dataclass(frozen=True, slots=True)
class Registration:
    """What the form holds. Days are "2026-11-20", times of day "14.20"; `owner` is a staff id, "" for nobody yet."""

    slack_user_id: str
    namnd: str
    case_ref: str
    kinds: tuple[str, ...]
    received_on: str
    received_time: str
    owner: str
    gender: str = ""
    wants_feedback: bool = False
    has_open_utredning: bool = False
    suspicion_on: str = ""
    suspicion_time: str = ""
    police_hold: bool = False
    has_contact: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class _Report:
    """The same once it has been checked. `at_once`: the feedback is due the same day."""

    origin: Origin
    received_at: datetime
    suspicion_at: datetime | None
    kinds: tuple[ClockKind, ...]
    at_once: bool


async def registration_choices(slack_user_id: str, *, ctx: Context) -> RegistrationChoices:
    """Return what the form offers somebody. Raises NotAllowed for who has no part in the world of myndighet."""

    def query(tx: Tx) -> RegistrationChoices:
        actor = actor_by_slack(tx, ctx, slack_user_id)
        own = namnder_of(actor)
        for namnd in own or list(ctx.rules.namnder)[:1]:
            require_for(tx, ctx, actor, Act.REGISTER_CLOCK, subject_in(namnd), what=f"namnd:{namnd}")
        by_suspicion = {n for n in own if ctx.rules.namnder[n].clocks.talk_starts is StartEvent.SUSPICION}
        return RegistrationChoices(
            namnder=tuple(Choice(n, ctx.rules.namnder[n].name) for n in own),
            staff={n: tuple(Choice(p.id, p.name) for p in handlaggare_of(tx, n)) for n in own},
            me=actor.staff.id,
            asks_for_suspicion=frozenset(by_suspicion),
        )

    return await read_logged(query, ctx=ctx)


async def register_clocks(command: Registration, *, ctx: Context) -> tuple[ClockRow, ...]:
    """Start the clocks of one report, once, and return them, the most urgent first.

    Raises:
        NotAllowed: they have no part in this nämnd's unit.
        BadInput: a problem per field; nothing was started.
    """

    def change(tx: Tx) -> tuple[ClockRow, ...]:
        actor = actor_by_slack(tx, ctx, command.slack_user_id)
        namnd = namnd_in(ctx, command.namnd)
        require_for(tx, ctx, actor, Act.REGISTER_CLOCK, subject_in(namnd), what=f"namnd:{namnd}")
        if command.key and not first_time(tx, command.key):
            clocks = _registered_before(tx, namnd, command.case_ref, actor)
        else:
            clocks = _start_all(tx, ctx, _checked(tx, ctx, command, namnd), command, actor)
        return tuple(row_for(tx, ctx, clock, actor) for clock in by_urgency(clocks, ctx.clock.now()))

    return await ctx.store.write(change)


def _registered_before(tx: Tx, namnd: NamndId, case_ref: str, actor: Actor) -> list[Deadline]:
    """Return what the same press did the first time: the newest report of the case by the same person."""
    mine = [c for c in tx.deadlines.of_case(namnd, clean_ref(case_ref)) if c.registered_by == actor.staff.id]
    newest = max(mine, key=lambda clock: clock.registered_at, default=None)
    return [] if newest is None else [clock for clock in mine if clock.report_id == newest.report_id]


def _start_all(tx: Tx, ctx: Context, report: _Report, command: Registration, actor: Actor) -> list[Deadline]:
    clocks = []
    for kind in report.kinds:
        is_talk = kind is ClockKind.ALLVARSSAMTAL
        clock = start(
            tx,
            ctx,
            report.origin,
            kind,
            report.received_at,
            actor.staff.id,
            starts_at=_talk_starts(ctx, report) if is_talk else None,
            at_once=report.at_once and kind is ClockKind.ATERKOPPLING_ANMALARE,
            talk=Talk(has_contact=command.has_contact, police_hold=command.police_hold) if is_talk else None,
        )
        clocks += [] if clock is None else [clock]
    announce_new(tx, ctx, clocks, actor)
    return clocks


def _talk_starts(ctx: Context, report: _Report) -> datetime:
    """Return what the hours of an allvarssamtal are counted from; no source says, so the nämnd has chosen."""
    chosen = ctx.rules.namnder[report.origin.namnd].clocks.talk_starts
    if chosen is StartEvent.SUSPICION and report.suspicion_at is not None:
        return report.suspicion_at
    if chosen is StartEvent.ASSIGNED and report.origin.owner is not None:
        return ctx.clock.now()
    return report.received_at


def _checked(tx: Tx, ctx: Context, command: Registration, namnd: NamndId) -> _Report:
    """Return what was filled in; raises BadInput."""
    problems: Problems = {}
    wrong = problem_with_ref(command.case_ref)
    if wrong is not None:
        problems["case_ref"] = wrong
    received_at = past_instant(
        ctx, command.received_on, command.received_time, problems, day="received_on", clock="received_time"
    )
    kinds = _kinds(command, problems)
    suspicion_at = _suspicion(ctx, command, namnd, kinds, problems)
    owner = owner_in(tx, namnd, command.owner, problems, block="owner")
    origin = Origin(
        ReportId(new_id()), namnd, clean_ref(command.case_ref), owner, _gender(command.gender), command.wants_feedback
    )
    if received_at is not None and not problems and any(is_known(tx, origin, kind, received_at) for kind in kinds):
        problems["case_ref"] = "clock_known"
    if problems or received_at is None:
        raise BadInput(problems)
    return _Report(origin, received_at, suspicion_at, kinds, at_once=command.has_open_utredning)


def _kinds(command: Registration, problems: Problems) -> tuple[ClockKind, ...]:
    """Return which clocks start, and say under `kinds` what does not add up.

    No förhandsbedömning where an utredning is open already (SoL 2025:400 20 kap. 2 §); who reported is then told the
    same day, if they asked (19 kap. 6 §). Otherwise the feedback waits for the decision.
    """
    chosen = {kind for kind in ClockKind if kind.value in command.kinds}
    started = set(chosen)
    if command.has_open_utredning:
        started.discard(ClockKind.FORHANDSBEDOMNING)
    if command.wants_feedback and (command.has_open_utredning or ClockKind.UTREDNING in started):
        started.add(ClockKind.ATERKOPPLING_ANMALARE)
    elif (
        command.wants_feedback
        and chosen
        and not started
        & {
            ClockKind.FORHANDSBEDOMNING,
            ClockKind.ATERKOPPLING_ANMALARE,
        }
    ):
        problems["kinds"] = "clock_feedback_of_what"
    if not started:
        problems["kinds"] = "clock_no_forhand" if chosen else "clock_kinds"
    return tuple(kind for kind in ClockKind if kind in started)


def _suspicion(
    ctx: Context, command: Registration, namnd: NamndId, kinds: tuple[ClockKind, ...], problems: Problems
) -> datetime | None:
    """Return when the suspicion arose, where the nämnd counts from it."""
    counts = ctx.rules.namnder[namnd].clocks.talk_starts is StartEvent.SUSPICION
    if not counts or ClockKind.ALLVARSSAMTAL not in kinds:
        return None
    if not (command.suspicion_on and command.suspicion_time):
        problems["suspicion_on"] = "clock_suspicion"
        return None
    where = "suspicion_on"
    return past_instant(ctx, command.suspicion_on, command.suspicion_time, problems, day=where, clock=where)


def _gender(text: str) -> Gender:
    return next((gender for gender in Gender if gender.value == text), Gender.UNKNOWN)
