"""Samtycke och spärrar: the form of the home nämnd, and what everybody who may read a conversation should know."""

import json
from datetime import datetime
from typing import Final

from bot.domain.cards import ConversationView, Person
from bot.domain.consent import ConsentLink, ConsentPage, Says, StopState
from bot.domain.people import AgeBand, Basis, LinkRole
from bot.domain.slack_text import escape_mrkdwn
from bot.domain.visible import visible
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import (
    Block,
    actions,
    button,
    checkboxes,
    context,
    cut,
    day_picker,
    divider,
    field,
    modal,
    mrkdwn,
    option,
    plain,
    plain_context,
    radio,
    search,
    section,
    select,
    text_input,
)
from bot.texts import Texts, when

AGE, BASIS, REASON = "age_band", "basis", "basis_reason"
DECIDED_BY, DECIDED_ON, REVIEW_ON, YOUTH = "decided_by", "decided_on", "review_on", "youth"
SAYS, SAID_ON, LANGUAGE, FLAGS = "says", "said_on", "language", "flags"
NO_SMS, BARS_OTHER = "no_sms", "bars_other"
MOST_NUMBERS: Final = 12  # of one youth; each takes at most five blocks of a modal's hundred
MOST_BUTTONS: Final = 5
LONGEST: Final = 500
SETTLES: Final = {
    StopState.ASKED: (ActionId.STOP_CONFIRM, ActionId.STOP_DECLINE),
    StopState.ASKED_AGAIN: (ActionId.START_CONFIRM, ActionId.START_DECLINE),
}


def of_number(part: str, contact_id: str) -> str:
    """Return the id of the block that holds `part` for one number."""
    return f"{part}:{contact_id}"


def barrier_blocks(view: ConversationView, texts: Texts) -> list[Block]:
    """Return what stands in the way, and what was written about it and waits for a person to decide."""
    blocks: list[Block] = []
    for key, youth in view.barriers:
        blocks.append(section(mrkdwn(texts.staff(f"barrier.line_{key}", youth=escape_mrkdwn(youth)))))
        for state, pair in SETTLES.items():
            if key == state.value:
                named = [button(action, texts.staff(f"button.{action.value}"), view.conversation_id) for action in pair]
                blocks.append(actions(*named, block_id="wish"))
    return blocks


def consent_buttons(people: tuple[Person, ...], texts: Texts) -> list[Block]:
    """Return a button for each youth, in a row of its own: one row may not hold the same action twice."""
    youths = list({person.youth_id: person.youth_name for person in people}.items())[:MOST_BUTTONS]
    alone = texts.staff("button.consent")
    return [
        actions(
            button(
                ActionId.CONSENT,
                alone if len(youths) == 1 else texts.staff("consent.of_youth", name=visible(name)),
                youth_id,
            )
        )
        for youth_id, name in youths
    ]


def consent_pick_modal(texts: Texts) -> Block:
    """Ask whose; the names are searched for as one types."""
    element = search(ActionId.YOUTH, placeholder=texts.staff("consent.pick_placeholder"))
    return modal(
        texts.staff("consent.pick_title"),
        [field(YOUTH, texts.staff("consent.pick_label"), element, hint=texts.staff("consent.pick_hint"))],
        close=texts.staff("modal.cancel"),
        submit=texts.staff("consent.pick_submit"),
        callback=CallbackId.CONSENT_PICK.value,
    )


def consent_form(page: ConsentPage, texts: Texts, now: datetime) -> Block:
    """Return the form, filled with what goes now."""
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if page.is_trial else []
    about = texts.staff("consent.about", name=page.youth.name, namnd=page.namnd_name)
    blocks += [section(plain(about)), *_first_words(page, texts)]
    blocks += _decision(page, texts)
    for link in page.links[:MOST_NUMBERS]:
        blocks += _number(link, texts)
    if len(page.links) > MOST_NUMBERS:
        blocks.append(context(texts.staff("consent.too_many", count=MOST_NUMBERS)))
    if page.decision is not None:
        at = when(page.decision.recorded_at, now)
        blocks.append(plain_context(texts.staff("consent.trail", at=at, who=page.recorded_by)))
    return modal(
        texts.staff("consent.title"),
        blocks,
        close=texts.staff("modal.cancel"),
        submit=texts.staff("modal.save"),
        callback=CallbackId.CONSENT.value,
        metadata=json.dumps({"y": page.youth.id, "at": page.version}),
    )


def _first_words(page: ConsentPage, texts: Texts) -> list[Block]:
    return [
        context(texts.staff("consent.code", code=page.youth.case_code)),
        context(texts.staff("consent.never_stops")),
    ]


def _decision(page: ConsentPage, texts: Texts) -> list[Block]:
    youth, known = page.youth, page.decision
    ages = {band: option(texts.staff(f"age.{band.value}"), band.value) for band in AgeBand}
    bases = {basis: option(texts.staff(f"basis.{basis.value}"), basis.value) for basis in Basis}
    reason = text_input(ActionId.FIELD, most=LONGEST, initial=cut(youth.basis_reason, LONGEST))
    name = text_input(ActionId.FIELD, most=100, initial="" if known is None else cut(known.decided_by, 100))
    review_on = page.proposed_review if known is None or known.review_on is None else known.review_on
    ages_now = select(ActionId.FIELD, list(ages.values()), initial=ages[youth.age_band])
    bases_now = select(ActionId.FIELD, list(bases.values()), initial=bases[youth.basis])
    decided_on = day_picker(ActionId.DATE, None if known is None else known.decided_on)
    review = day_picker(ActionId.DATE, review_on)
    hints = {key: texts.staff(f"consent.{key}_hint") for key in ("reason", "decided_by", "review")}
    return [
        field(AGE, texts.staff("consent.age"), ages_now),
        field(BASIS, texts.staff("consent.basis"), bases_now),
        field(REASON, texts.staff("consent.reason"), reason, hint=hints["reason"], optional=True),
        field(DECIDED_BY, texts.staff("consent.decided_by"), name, hint=hints["decided_by"], optional=True),
        field(DECIDED_ON, texts.staff("consent.decided_on"), decided_on, optional=True),
        field(REVIEW_ON, texts.staff("consent.review_on"), review, hint=hints["review"], optional=True),
    ]


def _number(link: ConsentLink, texts: Texts) -> list[Block]:
    is_guardian = LinkRole.GUARDIAN in link.roles
    roles = ", ".join(texts.staff(f"role.{role.value}") for role in LinkRole if role in link.roles)
    blocks = [divider(), section(plain(f"{link.name} · {roles}"))]
    if is_guardian:
        says = radio_of_says(texts, link.consent.says)
        day = day_picker(ActionId.DATE, link.consent.said_on)
        blocks.append(field(of_number(SAYS, link.contact_id), texts.staff("consent.says"), says))
        blocks.append(field(of_number(SAID_ON, link.contact_id), texts.staff("consent.said_on"), day, optional=True))
    languages = {code: option(texts.language_name(code), code) for code in texts.languages}
    language = select(ActionId.FIELD, list(languages.values()), initial=languages.get(link.language, languages["sv"]))
    blocks.append(field(of_number(LANGUAGE, link.contact_id), texts.staff("consent.language"), language))
    chosen = {NO_SMS: link.is_stopped, BARS_OTHER: link.consent.bars_other}
    flags = boxes_of_flags(texts, is_guardian=is_guardian, chosen={name for name, on in chosen.items() if on})
    blocks.append(field(of_number(FLAGS, link.contact_id), texts.staff("consent.flags"), flags, optional=True))
    return blocks


def radio_of_says(texts: Texts, now: Says) -> Block:
    """What one guardian says, as a choice of one."""
    options = {says: option(texts.staff(f"consent.says_{says.value}"), says.value) for says in Says}
    return radio(ActionId.FIELD, list(options.values()), initial=options[now])


def boxes_of_flags(texts: Texts, *, is_guardian: bool, chosen: set[str] | frozenset[str] = frozenset()) -> Block:
    """The barriers of one number; that the other guardian is never contacted is said of a guardian's."""
    names = (NO_SMS, BARS_OTHER) if is_guardian else (NO_SMS,)
    options = {name: option(texts.staff(f"consent.flag_{name}"), name) for name in names}
    return checkboxes(
        ActionId.FIELD, list(options.values()), chosen=[made for name, made in options.items() if name in chosen]
    )
