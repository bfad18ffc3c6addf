"""Ask for content as a file; and, once a leader has approved it, get it."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.calendar import local
from bot.domain.errors import AuditEntry, BadInput
from bot.domain.ids import new_id
from bot.domain.people import Role
from bot.domain.secrecy import Act
from bot.domain.taking_out import TakeOut, TakeOutKind
from bot.ports import Tx
from bot.services.context import Context
from bot.services.retention.acting import Known, named_by
from bot.services.shared.placing import notice_about
from bot.services.take_out.events import consents_of, events_of, standing_of
from bot.services.take_out.gather import Line, Whose, facts_of, lines_of, whose


@dataclass(frozen=True, slots=True)
class TakeOutWanted:
    """Whose: a youth by code, or with `number` the guardian of that youth who has it. The form is for a release."""

    kind: TakeOutKind
    code: str
    number: str | None = field(default=None, repr=False)
    ground: str = field(default="", repr=False)
    decider: str = field(default="", repr=False)
    given: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TakenOut:
    """What the file holds, and what it says about itself. `made_by` and `approved_by` are names."""

    asked: TakeOut
    namnd_name: str
    made_at: datetime
    made_by: str
    approved_by: str
    facts: tuple[tuple[str, str], ...] = field(repr=False)
    lines: tuple[Line, ...] = field(repr=False)
    events: tuple[Line, ...] = field(default=(), repr=False)


async def take_out(wanted: TakeOutWanted, *, ctx: Context, as_email: str) -> TakenOut | None:
    """Return what an approval that still holds lets out, once; None when a leader has been asked, or still is.

    Raises NotAllowed, BadInput or Busy. What is returned is in the log before anybody has it.
    """

    def change(tx: Tx) -> TakenOut | None:
        known = named_by(tx, ctx, wanted.code, as_email, Act.AMEND)
        form = (wanted.ground.strip(), wanted.decider.strip(), wanted.given.strip())
        if wanted.kind is TakeOutKind.RELEASE and not all(form):
            raise BadInput({"form": "form_missing"})
        person = whose(tx, known, wanted.number)
        now = ctx.clock.now()
        asked = TakeOut(
            new_id(), wanted.kind, known.namnd, person.subject, wanted.code.strip().upper(), known.by.id, now, *form
        )
        before = tx.take_outs.newest(person.subject, known.by.id)
        if before is not None and before.is_like(asked):
            if before.may_be_used(now):
                return _used(tx, ctx, known, person, before)
            if before.waits(now):
                return None
        _ask(tx, ctx, known, asked)
        return None

    return await ctx.store.write(change)


def _ask(tx: Tx, ctx: Context, known: Known, asked: TakeOut) -> None:
    """Ask every leader of the nämnd but the one who asks: two see to it that it may leave."""
    leaders = [
        leader
        for leader in tx.staff.with_role(Role.LEADER, asked.namnd)
        if leader.slack_user_id is not None and leader.id != asked.asked_by
    ]
    if not leaders:
        raise BadInput({"leader": "nobody_to_ask"})
    tx.take_outs.save(asked)
    for leader in leaders:
        values = {
            "what": ctx.texts.staff(f"take_out.{asked.kind.value}"),
            "code": asked.code,
            "namnd": ctx.rules.namnder[asked.namnd].short_name,
        }
        notice_about(
            tx,
            leader.id,
            "take_out",
            asked.asked_by,
            values,
            dedupe=f"take_out:{asked.id}",
            button="take_out_approve",
            value=asked.id,
        )
    tx.audit.record(_entry(known, asked, "ask_to_take_out", known.ground))


def _used(tx: Tx, ctx: Context, known: Known, person: Whose, asked: TakeOut) -> TakenOut:
    approver = None if asked.approved_by is None else tx.staff.get(asked.approved_by)
    used = replace(asked, used_at=ctx.clock.now())
    tx.take_outs.save(used)
    tx.audit.record(_entry(known, used, "take_out", "approved"))
    is_whole = asked.kind is TakeOutKind.REGISTER
    today = local(ctx.clock.now()).date()
    kept = [*facts_of(tx, person), *consents_of(tx, known, person), *standing_of(tx, known, person, today)]
    return TakenOut(
        asked=used,
        namnd_name=ctx.rules.namnder[asked.namnd].name,
        made_at=ctx.clock.now(),
        made_by=known.by.name,
        approved_by="" if approver is None else approver.name,
        facts=tuple(kept) if is_whole else (),
        lines=tuple(lines_of(tx, known, person)),
        events=tuple(events_of(tx, ctx, known, person)) if is_whole else (),
    )


def _entry(known: Known, asked: TakeOut, act: str, ground: str) -> AuditEntry:
    details: dict[str, str | int | bool | None] = {"take_out": asked.id, "kind": asked.kind.value}
    return AuditEntry(known.by.id, act, asked.subject, ground, asked.namnd, details=details)
