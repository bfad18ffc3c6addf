"""Samtycke och spärrar: read and changed by the home nämnd's familjebehandlare, logged both times."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from bot.domain.consent import (
    ConsentLink,
    ConsentPage,
    LinkConsent,
    Says,
    SmsStop,
    StopState,
    YouthConsent,
    review_after,
)
from bot.domain.errors import AuditEntry, BadInput, NotFound, Stale
from bot.domain.ids import ContactId, YouthId
from bot.domain.people import AgeBand, Basis, LinkRole, World, Youth, may_be_enrolled
from bot.domain.personnummer import holds_personnummer
from bot.domain.secrecy import Act, Actor, Subject
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.access import actor_by_slack, require_for
from bot.services.shared.episodes import today
from bot.services.shared.placing import refresh
from bot.services.shared.view import name_of

AGE, BASIS, REASON = "age_band", "basis", "basis_reason"  # fields that problems are shown at
DECIDED_BY, DECIDED_ON, REVIEW_ON = "decided_by", "decided_on", "review_on"
FIELD_OF: Final = {"override_needs_reason": REASON, "override_needs_decision": DECIDED_BY}


@dataclass(frozen=True, slots=True)
class NumberChange:
    """What goes for one number. `says` None for a number that is no guardian's."""

    contact_id: ContactId
    language: str
    says: Says | None
    said_on: date | None
    bars_other: bool
    no_sms: bool


@dataclass(frozen=True, slots=True)
class ConsentChange:
    """What somebody has filled in. `key` makes it happen once; `seen` is the version that the form showed."""

    slack_user_id: str
    youth_id: str
    age_band: AgeBand
    basis: Basis
    reason: str = field(repr=False)
    decided_by: str = field(repr=False)
    decided_on: date | None
    review_on: date | None
    numbers: tuple[NumberChange, ...]
    key: str
    seen: str


async def read_consent(slack_user_id: str, youth_id: str, *, ctx: Context) -> ConsentPage:
    """Return the consent and the barriers of a youth. Raises NotAllowed or NotFound."""

    def change(tx: Tx) -> ConsentPage:
        youth = _youth(tx, youth_id)
        _allowed(tx, ctx, slack_user_id, Act.SEE_CONSENT, youth)
        return _page(tx, ctx, youth)

    return await ctx.store.write(change)


async def change_consent(command: ConsentChange, *, ctx: Context) -> None:
    """Keep what has been filled in, once.

    Raises:
        NotAllowed: the rule of secrecy says no, at this moment.
        NotFound: there is no such youth.
        BadInput: the ground does not carry, or something is missing; nothing is lost, the author still has it.
        Stale: a colleague has saved it since the form was opened.
    """

    def change(tx: Tx) -> None:
        youth = _youth(tx, command.youth_id, lock=True)  # whoever saves at the same moment sees what the other saved
        actor = _allowed(tx, ctx, command.slack_user_id, Act.SET_CONSENT, youth)
        _require_complete(command, today(ctx))
        before = _page(tx, ctx, youth)
        if tx.was_done("consent", command.key):
            return
        if before.version != command.seen:
            raise Stale
        tx.once("consent", command.key)
        _save(tx, ctx, actor, youth, command, {link.contact_id: link for link in before.links})
        changed = _changed(before, _page(tx, ctx, _youth(tx, command.youth_id)))
        tx.audit.record(
            AuditEntry(
                actor.staff.id,
                "consent_changed",
                f"youth:{youth.id}",
                command.basis.value,
                youth.namnd,
                details={"fields": ",".join(changed)},
            )
        )

    await ctx.store.write(change)


def _allowed(tx: Tx, ctx: Context, slack_user_id: str, act: Act, youth: Youth) -> Actor:
    actor = actor_by_slack(tx, ctx, slack_user_id)
    require_for(tx, ctx, actor, act, Subject(youth.namnd, jav=youth.jav), what=f"youth:{youth.id}")
    return actor


def _youth(tx: Tx, youth_id: str, *, lock: bool = False) -> Youth:
    youth = tx.people.youth(YouthId(youth_id), lock=lock)
    if youth is None:
        raise NotFound
    return youth


def _page(tx: Tx, ctx: Context, youth: Youth) -> ConsentPage:
    known = {link.contact_id: link for link in tx.consents.of_links([youth.id])}
    links: list[ConsentLink] = []
    for contact in tx.people.contacts_with([], [youth.id]):
        mine = [link for link in contact.links if link.youth.id == youth.id]
        contact_id = contact.contact.id
        stop = tx.consents.stop_of(contact_id, youth.namnd, World.BEREDSKAP)
        links.append(
            ConsentLink(
                contact_id,
                mine[0].name,
                frozenset(link.role for link in mine),
                contact.contact.language,
                known.get(contact_id) or LinkConsent(contact_id, youth.id),
                stop is not None and stop.is_stopped,
            )
        )
    decision = tx.consents.of_youths([youth.id]).get(youth.id)
    return ConsentPage(
        youth,
        ctx.rules.namnder[youth.namnd].short_name,
        decision,
        tuple(sorted(links, key=lambda link: (LinkRole.YOUTH not in link.roles, link.name))),
        review_after(today(ctx), ctx.rules.consent.review_months),
        "" if decision is None else name_of(tx, decision.recorded_by),
        ctx.rules.is_trial,
    )


def _require_complete(command: ConsentChange, day: date) -> None:
    problems: dict[str, str] = {}
    is_signed = bool(command.decided_by.strip()) and command.decided_on is not None
    wrong = may_be_enrolled(command.age_band, command.basis, command.reason, is_signed=is_signed)
    if wrong is not None:
        problems[FIELD_OF.get(wrong, BASIS)] = wrong
    for block, text in ((REASON, command.reason), (DECIDED_BY, command.decided_by)):
        if holds_personnummer(text):
            problems[block] = "personnummer"
    if command.decided_on is not None and command.decided_on > day:
        problems[DECIDED_ON] = "date_ahead"
    if command.age_band is not AgeBand.FROM_15 and (command.review_on is None or command.review_on <= day):
        problems[REVIEW_ON] = "pick_date" if command.review_on is None else "date_passed"
    if problems:
        raise BadInput(problems)


def _save(
    tx: Tx, ctx: Context, actor: Actor, youth: Youth, command: ConsentChange, links: dict[ContactId, ConsentLink]
) -> None:
    now = ctx.clock.now()
    tx.people.save_youth(
        replace(youth, age_band=command.age_band, basis=command.basis, basis_reason=command.reason.strip())
    )
    tx.consents.save_youth(
        YouthConsent(youth.id, command.decided_by.strip(), command.decided_on, command.review_on, actor.staff.id, now)
    )
    for number in command.numbers:
        link = links.get(number.contact_id)
        if link is None:
            continue  # the number has been taken away meanwhile
        keep_number(tx, link.consent, number)
        if number.language != link.language:
            tx.people.ensure_contact(tx.people.contact(link.contact_id).contact.number, language=number.language)
        if number.no_sms is not link.is_stopped:
            set_stop(tx, ctx, actor, youth, number.contact_id, stopped=number.no_sms)
        conversation = tx.conversations.latest(number.contact_id, youth.namnd, World.BEREDSKAP)
        if conversation is not None:
            refresh(tx, conversation)


def keep_number(tx: Tx, known: LinkConsent, number: NumberChange) -> None:
    """Keep what a guardian has said; one answer is no answer for the other."""
    says = known.says if number.says is None else number.says
    tx.consents.save_link(replace(known, says=says, said_on=number.said_on, bars_other=number.bars_other))


def set_stop(tx: Tx, ctx: Context, actor: Actor, youth: Youth, contact_id: ContactId, *, stopped: bool) -> None:
    """Let staff say themselves whether a number may be texted unasked."""
    state = StopState.STOPPED if stopped else StopState.OPEN
    tx.consents.save_stop(SmsStop(contact_id, youth.namnd, World.BEREDSKAP, state, actor.staff.id, ctx.clock.now()))


def _changed(before: ConsentPage, after: ConsentPage) -> list[str]:
    """Return which fields are not as they were: codes, for the log."""
    pairs: defaultdict[str, list[tuple[object, object]]] = defaultdict(list)
    pairs[AGE].append((before.youth.age_band, after.youth.age_band))
    pairs[BASIS].append((before.youth.basis, after.youth.basis))
    pairs[REASON].append((before.youth.basis_reason, after.youth.basis_reason))
    for name in (DECIDED_BY, DECIDED_ON, REVIEW_ON):
        pairs[name].append((getattr(before.decision, name, None), getattr(after.decision, name, None)))
    for was, is_ in zip(before.links, after.links, strict=True):
        pairs["says"].append(((was.consent.says, was.consent.said_on), (is_.consent.says, is_.consent.said_on)))
        pairs["bars_other"].append((was.consent.bars_other, is_.consent.bars_other))
        pairs["no_sms"].append((was.is_stopped, is_.is_stopped))
        pairs["language"].append((was.language, is_.language))
    return [name for name, both in pairs.items() if any(was != is_ for was, is_ in both)]
