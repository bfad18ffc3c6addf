"""Look a rota through, and put it into the shifts: all of it in one transaction, told to each person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.domain.calendar import ONE_DAY, local
from bot.domain.duty import Shift
from bot.domain.errors import AuditEntry
from bot.domain.ids import NamndId, ShiftId, StaffId, new_id
from bot.domain.people import Staff
from bot.domain.rest.spans import WEEK, monday_of
from bot.domain.rota.draft import DraftState, RotaChange, RotaDraft, Turn, change_of
from bot.domain.rota.proposal import Problem
from bot.domain.rota.review import FindingKind, Review, review
from bot.ports import Tx
from bot.services.context import Context
from bot.services.rota.asking import require_all, require_any
from bot.services.rota.gather import gather, lenders_of, published_shifts, swapped
from bot.services.shared.placing import notice
from bot.texts import rota_words as words
from bot.texts import span, weekday_and_date

ACT: Final = "rota_publish"
MOST_TOLD: Final = 30  # shifts in one message: more than that is read under Hem or in the calendar


class CannotPublish(Exception):
    """Nothing was done; the message is for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A rota as it would be published, with what was found."""

    draft: RotaDraft
    problem: Problem
    review: Review
    change: RotaChange
    swapped: tuple[Shift, ...]
    people: dict[StaffId, Staff]

    @property
    def needs_reason(self) -> bool:
        """Something serious was found: it is published only with somebody's reason."""
        return not self.review.is_clean or bool(self.swapped)


async def look_through(draft: RotaDraft, *, ctx: Context, as_email: str) -> Looked:
    """Return what is wrong with a rota and what publishing it would do. Raises NotAllowed (logged) or Busy."""

    def query(tx: Tx) -> Looked:
        staff, ground = require_any(tx, ctx, as_email, "rota_check", lenders_of(ctx))
        tx.audit.record(AuditEntry(staff.id, "rota_check", "rota", ground))
        return _looked(tx, ctx, draft)

    return await ctx.store.write(query)


async def draft_by_id(draft_id: str, *, ctx: Context) -> RotaDraft | None:
    """Return a draft; None when there is none with that id."""
    return await ctx.store.read(lambda tx: tx.rota.draft(draft_id))


def _looked(tx: Tx, ctx: Context, draft: RotaDraft) -> Looked:
    now = ctx.clock.now()
    problem = gather(tx, ctx, draft.first, draft.last)
    ids = [ShiftId(new_id()) for _ in draft.turns]
    change = change_of(draft.turns, published_shifts(tx, draft.first, draft.last, now), now, ids)
    coming = [turn for turn in draft.turns if turn.starts_at > now]  # the others stand in the rota, or never will
    given = tx.rota.days_off(monday_of(draft.first), monday_of(draft.last) + WEEK - ONE_DAY)
    found = review(problem, coming, now, draft.free_days, given)
    everyone = {person.id: person for person in tx.staff.everyone()}
    return Looked(draft, problem, found, change, tuple(swapped(tx, draft, now)), everyone)


async def publish(draft: RotaDraft, *, ctx: Context, as_email: str, despite: str = "") -> Looked:
    """Put a rota into the shifts and tell each person whose shifts are changed. A second time nothing happens.

    Only shifts that a draft put there and that have not begun are replaced. `despite` is the reason for publishing
    something with serious findings. Raises CannotPublish, NotAllowed (logged) or Busy.
    """

    def change(tx: Tx) -> Looked:
        looked = _looked(tx, ctx, draft)
        staff, ground = require_all(tx, ctx, as_email, ACT, _namnder(looked.change))
        _refuse_strangers(ctx, looked)
        _refuse_clashes(tx, looked)
        if looked.needs_reason and not despite.strip():
            raise CannotPublish(words.NEEDS_REASON)
        _keep_days_off(tx, looked, ctx.clock.now())
        if looked.change.adds or looked.change.removes:
            _apply(tx, looked, staff, despite.strip())
            _tell(tx, looked, ctx.clock.now())
            tx.audit.record_all(_entries(looked, staff, ground, despite.strip()))
        return looked

    return await ctx.store.write(change)


def _namnder(change: RotaChange) -> frozenset[NamndId]:
    return frozenset(shift.lending_namnd for shift in (*change.adds, *change.removes, *change.stays))


def _refuse_strangers(ctx: Context, looked: Looked) -> None:
    """Whoever has a shift must be able to have it, as when shifts are read in from a file."""
    members = {member.id: member for member in looked.problem.members}
    for shift in looked.change.adds:
        member = members.get(shift.staff_id)
        if member is None or shift.lending_namnd not in member.namnder:
            raise CannotPublish(words.NOT_IN_ROTA.format(who=looked.people[shift.staff_id].name))
        if not member.has_slack and not shift.is_backup:
            raise CannotPublish(words.ONLY_BACKUP.format(who=member.name))


def _refuse_clashes(tx: Tx, looked: Looked) -> None:
    """A shift that was put there by hand is not replaced, and nobody has two that begin at once."""
    going = {shift.id for shift in looked.change.removes}
    for shift in looked.change.adds:
        for other in tx.shifts.between(shift.starts_at, shift.ends_at):
            if other.staff_id == shift.staff_id and other.id not in going:
                who = looked.people[shift.staff_id].name
                raise CannotPublish(words.CLASH.format(who=who, span=span(shift.starts_at, shift.ends_at)))


def _apply(tx: Tx, looked: Looked, staff: Staff, despite: str) -> None:
    for shift in looked.change.removes:
        tx.shifts.remove(shift.id)
    tx.shifts.add_all(looked.change.adds)
    ids = {_key(shift): shift.id for shift in (*looked.change.adds, *looked.change.stays)}
    turns = tuple(replace(turn, shift_id=ids.get(_turn_key(turn), turn.shift_id)) for turn in looked.draft.turns)
    tx.rota.save_draft(
        replace(
            looked.draft,
            made_by=looked.draft.made_by or staff.id,
            turns=turns,
            free_days=looked.review.free_days,
            state=DraftState.PUBLISHED,
            despite=despite,
        )
    )


def _keep_days_off(tx: Tx, looked: Looked, now: datetime) -> None:
    """The coming days off of those who have shifts become those of this rota; what is needless besides goes by itself.

    A day that has come is left as it is.
    """
    tomorrow = local(now).date() + ONE_DAY
    concerned = {turn.staff_id for turn in looked.draft.turns}
    wanted = {free for free in looked.review.free_days if free.day >= tomorrow}
    first = max(tomorrow, monday_of(looked.draft.first))
    given = tx.rota.days_off(first, monday_of(looked.draft.last) + WEEK - ONE_DAY)
    tx.rota.remove_days_off([free for free in given if free.staff_id in concerned and free not in wanted])
    tx.rota.add_days_off(sorted(wanted - set(given), key=lambda free: (free.day, free.staff_id)))


def _key(shift: Shift) -> tuple[StaffId, NamndId, datetime]:
    return shift.staff_id, shift.lending_namnd, shift.starts_at


def _turn_key(turn: Turn) -> tuple[StaffId, NamndId, datetime]:
    return turn.staff_id, turn.lending_namnd, turn.starts_at


def _tell(tx: Tx, looked: Looked, now: datetime) -> None:
    """Tell everybody whose shifts are other than they were, with all that they have now on these days."""
    concerned = {shift.staff_id for shift in (*looked.change.adds, *looked.change.removes)}
    once = new_id()
    for staff_id in sorted(concerned):
        if looked.people[staff_id].slack_user_id is None:
            continue
        mine = sorted(
            (s for s in (*looked.change.adds, *looked.change.stays) if s.staff_id == staff_id and s.ends_at > now),
            key=lambda shift: shift.starts_at,
        )
        notice(
            tx,
            staff_id,
            "rota_published" if mine else "rota_published_none",
            dedupe=f"rota:{looked.draft.id}:{once}",
            first=weekday_and_date(looked.draft.first),
            last=weekday_and_date(looked.draft.last),
            shifts=_lines(mine),
            free=_free(looked, staff_id),
        )


def _lines(shifts: Sequence[Shift]) -> str:
    lines = [
        (words.TOLD_BACKUP if shift.is_backup else words.TOLD).format(span=span(shift.starts_at, shift.ends_at))
        for shift in shifts[:MOST_TOLD]
    ]
    if len(shifts) > MOST_TOLD:
        lines.append(words.TOLD_MORE.format(count=len(shifts) - MOST_TOLD))
    return "\n".join(lines)


def _free(looked: Looked, staff_id: StaffId) -> str:
    days = [weekday_and_date(free.day) for free in looked.review.free_days if free.staff_id == staff_id]
    if any(f.kind is FindingKind.WEEK and f.staff_id == staff_id for f in looked.review.findings):
        return words.TOLD_NO_REST
    if not days:
        return words.TOLD_NOT_FREE
    return words.TOLD_FREE.format(days=", ".join(days[:MOST_TOLD]))


def _entries(looked: Looked, staff: Staff, ground: str, despite: str) -> list[AuditEntry]:
    """What was done, shift by shift as for a file that is read in, and the whole of it."""
    change = looked.change
    return [
        *_each("shift_added", change.adds, staff),
        *_each("shift_removed", change.removes, staff),
        AuditEntry(
            staff.id,
            ACT,
            f"rota:{looked.draft.id}",
            ground,
            details={
                "added": len(change.adds),
                "removed": len(change.removes),
                "unchanged": len(change.stays),
                "despite": bool(despite),
                "findings": sum(finding.is_serious for finding in looked.review.findings),
            },
        ),
    ]


def _each(act: str, shifts: Collection[Shift], staff: Staff) -> list[AuditEntry]:
    return [AuditEntry(staff.id, act, f"shift:{s.id}", "rota", s.lending_namnd) for s in shifts]


def without_slack(looked: Looked) -> list[str]:
    """Return the names of those who cannot be told in Slack, and must be told in another way."""
    concerned = {shift.staff_id for shift in (*looked.change.adds, *looked.change.removes)}
    people = [looked.people[staff_id] for staff_id in concerned]
    return sorted(person.name for person in people if person.slack_user_id is None)
