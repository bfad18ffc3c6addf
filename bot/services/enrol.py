"""Enrol a youth, or a guardian of one, from Slack."""

from dataclasses import dataclass, field
from datetime import date

from bot.domain.consent import LinkConsent, Says, YouthConsent, review_after
from bot.domain.errors import AuditEntry, BadInput
from bot.domain.ids import ContactId, NamndId, YouthId
from bot.domain.people import AgeBand, Basis, LinkRole, Youth, may_be_enrolled
from bot.domain.phone import normalise
from bot.domain.secrecy import Act, Actor, Subject
from bot.ports import Tx
from bot.services.consent_page import FIELD_OF, set_stop
from bot.services.context import Context
from bot.services.shared.access import actor_by_slack, require_for, require_namnd
from bot.services.shared.episodes import today
from bot.services.start_conversation import may_enrol_in


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the form holds. `youth_id` None enrols a new youth; otherwise a guardian or another number of that youth.

    `decided_by` and `decided_on`: who consented or decided, and when. `says` is a guardian's own answer.
    """

    slack_user_id: str
    namnd: str
    name: str = field(repr=False)
    number: str = field(repr=False)
    role: LinkRole
    language: str
    key: str
    youth_id: str | None = None
    age_band: str | None = None
    basis: str | None = None
    basis_reason: str = field(default="", repr=False)
    decided_by: str = field(default="", repr=False)
    decided_on: date | None = None
    says: Says = Says.UNKNOWN
    said_on: date | None = None
    bars_other: bool = False
    no_sms: bool = False

    @property
    def is_signed(self) -> bool:
        return bool(self.decided_by.strip()) and self.decided_on is not None


async def enrolment_choices(slack_user_id: str, *, ctx: Context) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the nämnder (id, name) that the caller may enrol in, and their youths (id, name). Raises NotAllowed."""

    def change(tx: Tx) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        actor = actor_by_slack(tx, ctx, slack_user_id)
        namnder = may_enrol_in(actor)
        if not namnder:
            require_namnd(tx, ctx, actor, Act.ENROL, next(iter(ctx.rules.namnder)))
        youths: list[tuple[str, str]] = []
        for namnd in namnder:
            require_namnd(tx, ctx, actor, Act.ENROL, namnd)
            youths.extend((str(y.id), y.name) for y in tx.people.youths_of(namnd) if actor.staff.id not in y.jav)
        return [(n, ctx.rules.namnder[n].name) for n in namnder], sorted(youths, key=lambda pair: pair[1])

    return await ctx.store.write(change)


async def enrol(command: Enrolment, *, ctx: Context) -> str:
    """Enrol, once; return the youth's case code. Raises NotAllowed, or BadInput with a problem per field."""

    def change(tx: Tx) -> str:
        actor = actor_by_slack(tx, ctx, command.slack_user_id)
        youth = None if command.youth_id is None else tx.people.youth(YouthId(command.youth_id))
        namnd = youth.namnd if youth is not None else NamndId(command.namnd)
        if youth is None:
            require_namnd(tx, ctx, actor, Act.ENROL, namnd)
        else:
            require_for(tx, ctx, actor, Act.ENROL, Subject(namnd, jav=youth.jav), what=f"youth:{youth.id}")
        number = normalise(command.number)
        problems = _problems(tx, ctx, command, number, youth)
        if problems or number is None:
            raise BadInput(problems)
        if not tx.once("enrol", command.key):
            return "" if youth is None else youth.case_code
        if youth is None:
            youth = tx.people.add_youth(
                namnd=namnd,
                name=command.name.strip(),
                age_band=AgeBand(command.age_band),
                basis=Basis(command.basis),
                basis_reason=command.basis_reason.strip(),
                reference=None,
                jav=(),
            )
            _keep_decision(tx, ctx, actor, command, youth)
        contact = tx.people.ensure_contact(number, language=command.language)
        tx.people.link(contact.contact.id, youth.id, command.role, command.name.strip())
        _keep_number(tx, ctx, actor, command, youth, contact.contact.id)
        tx.audit.record(
            AuditEntry(
                actor.staff.id,
                "enrolled",
                f"youth:{youth.id}",
                youth.basis.value,
                namnd,
                details={"role": command.role.value},
            )
        )
        return youth.case_code

    return await ctx.store.write(change)


def _keep_decision(tx: Tx, ctx: Context, actor: Actor, command: Enrolment, youth: Youth) -> None:
    is_adult_enough = youth.age_band is AgeBand.FROM_15
    review_on = None if is_adult_enough else review_after(today(ctx), ctx.rules.consent.review_months)
    tx.consents.save_youth(
        YouthConsent(
            youth.id,
            command.decided_by.strip(),
            command.decided_on,
            review_on,
            actor.staff.id,
            ctx.clock.now(),
        )
    )


def _keep_number(tx: Tx, ctx: Context, actor: Actor, command: Enrolment, youth: Youth, contact_id: ContactId) -> None:
    """Keep what goes for the number; what is not said here leaves what is known of it as it is."""
    if command.says is not Says.UNKNOWN or command.bars_other:
        tx.consents.save_link(
            LinkConsent(contact_id, youth.id, command.says, command.said_on, bars_other=command.bars_other)
        )
    if command.no_sms:
        set_stop(tx, ctx, actor, youth, contact_id, stopped=True)


def _is_another_youths(tx: Tx, number: str, youth: Youth | None) -> bool:
    known = tx.people.contact_by_number(number)
    if known is None or youth is not None:
        return False
    return any(link.role is LinkRole.YOUTH and link.youth.is_active for link in known.links)


def _problems(tx: Tx, ctx: Context, command: Enrolment, number: str | None, youth: Youth | None) -> dict[str, str]:
    problems: dict[str, str] = {}
    if not command.name.strip():
        problems["name"] = "name_missing"
    if number is None:
        problems["number"] = "not_a_number"
    elif number in ctx.rules.numbers:
        problems["number"] = "our_own_number"
    elif tx.staff.by_verified_phone(number) is not None:
        problems["number"] = "staff_number"
    elif command.role is LinkRole.YOUTH and _is_another_youths(tx, number, youth):
        problems["number"] = "number_in_use"
    if command.role is LinkRole.GUARDIAN and youth is None:
        problems["youth"] = "pick_youth"
    if youth is None and command.role is LinkRole.YOUTH:
        if command.age_band is None:
            problems["age_band"] = "pick_age"
        if command.basis is None:
            problems["basis"] = "pick_basis"
        if command.age_band is not None and command.basis is not None:
            wrong = may_be_enrolled(
                AgeBand(command.age_band), Basis(command.basis), command.basis_reason, is_signed=command.is_signed
            )
            if wrong is not None:
                problems[FIELD_OF.get(wrong, "basis")] = wrong
    for block, day in (("decided_on", command.decided_on), ("said_on", command.said_on)):
        if day is not None and day > today(ctx):
            problems[block] = "date_ahead"
    return problems
