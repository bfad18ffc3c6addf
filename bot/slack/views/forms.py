"""The other modals: new text, hand over, link a number, enrol, and a message as it came."""

from bot.domain.consent import Says
from bot.domain.people import AgeBand, Basis, LinkRole
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import (
    Block,
    context,
    day_picker,
    field,
    modal,
    mrkdwn,
    option,
    plain,
    radio,
    section,
    select,
    text_input,
)
from bot.slack.views.consent import boxes_of_flags, radio_of_says
from bot.texts import Texts

MOST_OPTIONS = 100  # what a menu can hold
CONTACT, TEXT = "contact", "reply"
NAMND, YOUTH, ROLE, NAME, NUMBER = "namnd", "youth", "role", "name", "number"
WHAT, AGE, BASIS, REASON, LANGUAGE = "what", "age_band", "basis", "basis_reason", "language"
DECIDED_BY, DECIDED_ON, SAYS, SAID_ON, FLAGS = "decided_by", "decided_on", "says", "said_on", "flags"


def new_text_modal(texts: Texts, key: str, *, is_trial: bool) -> Block:
    """Nytt sms: whom, and what. The people are searched for by name as one types."""
    contact: Block = {
        "type": "external_select",
        "action_id": ActionId.CONTACT.value,
        "min_query_length": 1,
    }
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if is_trial else []
    blocks += [
        field(CONTACT, texts.staff("modal.new_contact"), contact, hint=texts.staff("modal.new_contact_hint")),
        field(
            TEXT,
            texts.staff("modal.reply_label"),
            text_input(ActionId.REPLY_TEXT, multiline=True),
            hint=texts.staff("modal.reply_hint"),
        ),
    ]
    return modal(
        texts.staff("modal.new_title"),
        blocks,
        close=texts.staff("modal.cancel"),
        submit=texts.staff("modal.send"),
        callback=CallbackId.NEW_TEXT.value,
        metadata=key,
    )


def hand_over_modal(texts: Texts, conversation_id: str, namnder: list[tuple[str, str]]) -> Block:
    options = [option(name, namnd) for namnd, name in namnder]
    blocks = [
        section(mrkdwn(texts.staff("modal.hand_over_text"))),
        field(NAMND, texts.staff("modal.hand_over_label"), select(ActionId.FIELD, options)),
    ]
    return modal(
        texts.staff("modal.hand_over_title"),
        blocks,
        close=texts.staff("modal.cancel"),
        submit=texts.staff("modal.hand_over"),
        callback=CallbackId.HAND_OVER.value,
        metadata=conversation_id,
    )


def link_modal(texts: Texts, conversation_id: str, youths: list[tuple[str, str]]) -> Block:
    title, cancel = texts.staff("modal.link_title"), texts.staff("modal.cancel")
    if not youths:
        return modal(title, [section(mrkdwn(texts.staff("modal.link_none")))], close=cancel)
    roles = [option(texts.staff(f"role.{role.value}"), role.value) for role in LinkRole]
    blocks = [
        field(YOUTH, texts.staff("modal.link_youth"), _youth_choice(youths)),
        field(ROLE, texts.staff("modal.link_role"), radio(ActionId.FIELD, roles, initial=roles[0])),
        field(
            NAME,
            texts.staff("modal.link_name"),
            text_input(ActionId.FIELD, most=100),
            hint=texts.staff("modal.link_name_hint"),
            optional=True,
        ),
    ]
    return modal(
        title,
        blocks,
        close=cancel,
        submit=texts.staff("modal.save"),
        callback=CallbackId.LINK.value,
        metadata=conversation_id,
    )


def enrol_modal(
    texts: Texts, key: str, namnder: list[tuple[str, str]], youths: list[tuple[str, str]], what: LinkRole
) -> Block:
    """Skriv in: the form for a youth, or for a guardian of one; the first choice redraws the rest."""
    kinds = {
        LinkRole.YOUTH: option(texts.staff("modal.enrol_youth"), LinkRole.YOUTH.value),
        LinkRole.GUARDIAN: option(texts.staff("modal.enrol_guardian"), LinkRole.GUARDIAN.value),
    }
    first = radio(ActionId.ENROL_WHAT, list(kinds.values()), initial=kinds[what])
    blocks = [field(WHAT, texts.staff("modal.enrol_what"), first, dispatch=True)]
    if what is LinkRole.YOUTH:
        blocks += _youth_fields(texts, namnder)
    elif youths:
        blocks.append(field(YOUTH, texts.staff("modal.enrol_of"), _youth_choice(youths)))
    else:
        blocks.append(section(mrkdwn(texts.staff("modal.link_none"))))
    languages = {code: option(texts.language_name(code), code) for code in texts.languages}
    blocks += [
        field(NAME, texts.staff("modal.enrol_name"), text_input(ActionId.FIELD, most=100)),
        field(NUMBER, texts.staff("modal.enrol_number"), text_input(ActionId.FIELD, most=30)),
        field(
            LANGUAGE,
            texts.staff("modal.enrol_language"),
            select(ActionId.FIELD, list(languages.values()), initial=languages["sv"]),
        ),
        *_consent_fields(texts, what),
    ]
    return modal(
        texts.staff("modal.enrol_title"),
        blocks,
        close=texts.staff("modal.cancel"),
        submit=texts.staff("modal.save"),
        callback=CallbackId.ENROL.value,
        metadata=key,
    )


def _youth_fields(texts: Texts, namnder: list[tuple[str, str]]) -> list[Block]:
    options = [option(name, namnd) for namnd, name in namnder]
    ages = [option(texts.staff(f"age.{band.value}"), band.value) for band in AgeBand]
    bases = [option(texts.staff(f"basis.{basis.value}"), basis.value) for basis in Basis]
    return [
        field(NAMND, texts.staff("modal.enrol_namnd"), select(ActionId.FIELD, options, initial=options[0])),
        field(AGE, texts.staff("modal.enrol_age"), select(ActionId.FIELD, ages)),
        field(BASIS, texts.staff("modal.enrol_basis"), select(ActionId.FIELD, bases)),
        field(
            REASON,
            texts.staff("modal.enrol_reason"),
            text_input(ActionId.FIELD, most=500),
            hint=texts.staff("modal.enrol_reason_hint"),
            optional=True,
        ),
        field(
            DECIDED_BY,
            texts.staff("consent.decided_by"),
            text_input(ActionId.FIELD, most=100),
            hint=texts.staff("consent.decided_by_hint"),
            optional=True,
        ),
        field(DECIDED_ON, texts.staff("consent.decided_on"), day_picker(ActionId.DATE), optional=True),
    ]


def _consent_fields(texts: Texts, what: LinkRole) -> list[Block]:
    """What goes for the number: a guardian's own answer, and the barriers."""
    is_guardian = what is LinkRole.GUARDIAN
    flags = boxes_of_flags(texts, is_guardian=is_guardian)
    blocks = [field(FLAGS, texts.staff("consent.flags"), flags, optional=True)]
    if is_guardian:
        says = field(SAYS, texts.staff("consent.says"), radio_of_says(texts, Says.UNKNOWN))
        day = field(SAID_ON, texts.staff("consent.said_on"), day_picker(ActionId.DATE), optional=True)
        blocks = [says, day, *blocks]
    return blocks


def _youth_choice(youths: list[tuple[str, str]]) -> Block:
    """A menu, or a search by name where there are more youths than a menu can hold."""
    if len(youths) <= MOST_OPTIONS:
        return select(ActionId.FIELD, _named(youths))
    return {"type": "external_select", "action_id": ActionId.YOUTH.value, "min_query_length": 1}


def _named(pairs: list[tuple[str, str]]) -> list[Block]:
    return [option(name, key) for key, name in pairs]


def raw_modal(texts: Texts, sender: str, body: str) -> Block:
    """What came in and could not be digested, as it is."""
    blocks = [
        section(plain(texts.staff("modal.parked_from", sender=sender))),
        section(plain(body or texts.staff("modal.empty_text"))),
    ]
    return modal(texts.staff("modal.raw_title"), blocks, close=texts.staff("modal.close"))
