"""Ändra eller ta bort: what stands about somebody who is enrolled, and the forms that change it."""

import json
from typing import Any, Final

from bot.domain.calendar import local
from bot.domain.enrolled import EnrolledNumber, EnrolledPage
from bot.domain.people import AgeBand, LinkRole
from bot.domain.phone import pretty
from bot.domain.retention import LegalHold
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import (
    Block,
    actions,
    button,
    confirm,
    context,
    cut,
    day_picker,
    divider,
    field,
    modal,
    mrkdwn,
    option,
    plain,
    radio,
    search,
    section,
    select,
    text_input,
)
from bot.texts import Texts, long_day

YOUTH, NAME, AGE, REFERENCE, UNTIL, WRITTEN = "youth", "name", "age_band", "reference", "until", "written"
CONTACT_NAME, ROLE, LANGUAGE = "contact_name", "role", "language"
KEPT, DELETED = "kept", "deleted"
MOST_NUMBERS: Final = 12  # of one youth; each takes at most five blocks of a modal's hundred
LONGEST_NAME: Final = 500  # more than any that we keep: what is cut would read as a correction
LONGEST_REFERENCE: Final = 100
MOST_HOLDS: Final = 5


def of_number(part: str, contact_id: str) -> str:
    """Return the id of the block that holds `part` for one number."""
    return f"{part}:{contact_id}"


def amend_pick_modal(texts: Texts) -> Block:
    """Ask whom; they are searched for as one types."""
    element = search(ActionId.YOUTH, placeholder=texts.staff("amend.pick_placeholder"))
    return modal(
        texts.staff("amend.title"),
        [field(YOUTH, texts.staff("amend.pick_label"), element, hint=texts.staff("amend.pick_hint"))],
        close=texts.staff("modal.cancel"),
        submit=texts.staff("amend.pick_submit"),
        callback=CallbackId.AMEND_PICK.value,
    )


def enrolled_modal(page: EnrolledPage, texts: Texts) -> Block:
    """Return what stands, with a button for each thing that can be done about it."""
    ended = [context(page.youth.case_code), section(mrkdwn(texts.staff("amend.ended")))]
    blocks = _standing(page, texts) if page.youth.is_active else ended
    return modal(texts.staff("amend.title"), blocks, close=texts.staff("modal.close"))


def _standing(page: EnrolledPage, texts: Texts) -> list[Block]:
    youth = page.youth
    about = texts.staff("amend.about", name=youth.name, namnd=page.namnd_name)
    blocks = [section(plain(about)), context(youth.case_code, texts.staff(f"age.{youth.age_band.value}"))]
    if page.open:
        blocks.append(section(mrkdwn(texts.staff("amend.open", count=page.open))))
    if page.is_held and not page.holds:
        blocks.append(section(mrkdwn(texts.staff("amend.held"))))
    first = [ActionId.AMEND_CORRECT, ActionId.AMEND_END, *([ActionId.AMEND_HOLD] if page.may_hold else [])]
    blocks.append(actions(*(button(action, texts.staff(f"button.{action.value}"), youth.id) for action in first)))
    for hold in page.holds[:MOST_HOLDS]:
        blocks += _hold(hold, page, texts)
    for number in page.numbers[:MOST_NUMBERS]:
        remove = button(
            ActionId.AMEND_REMOVE, texts.staff("button.amend_remove"), f"{youth.id}:{number.contact_id}", style="danger"
        )
        blocks += [
            divider(),
            section(plain(number_words(number, texts))),
            actions(remove, block_id=of_number("remove", number.contact_id)),
        ]
    if not page.numbers:
        blocks.append(context(texts.staff("amend.no_numbers")))
    return [*blocks, *_rest(page, texts), divider(), context(texts.staff("amend.logged"))]


def _rest(page: EnrolledPage, texts: Texts) -> list[Block]:
    is_more = len(page.numbers) > MOST_NUMBERS
    return [context(texts.staff("amend.too_many", count=MOST_NUMBERS))] if is_more else []


def _hold(hold: LegalHold, page: EnrolledPage, texts: Texts) -> list[Block]:
    """The reference is somebody else's words: it stands in plain text."""
    until = texts.staff("amend.hold_open")
    if hold.until is not None:
        until = texts.staff("amend.hold_until", day=long_day(hold.until, local(hold.set_at).date()))
    words = texts.staff("amend.hold", until=until, reference=hold.reference)
    ask = confirm(
        texts.staff("amend.lift_confirm_title"),
        texts.staff("amend.lift_confirm"),
        texts.staff("amend.lift_yes"),
        texts.staff("amend.lift_no"),
        danger=True,
    )
    lift = button(ActionId.AMEND_LIFT, texts.staff("button.amend_lift"), f"{page.youth.id}:{hold.id}", confirm=ask)
    return [section(plain(words)), actions(lift, block_id=f"lift:{hold.id}")]


def number_words(number: EnrolledNumber, texts: Texts) -> str:
    """Return who has a number, and which it is."""
    key = "amend.shared" if number.is_shared else "amend.number"
    role = "" if number.is_shared else texts.staff(f"sender.{next(iter(number.roles)).value}")
    language = texts.language_name(number.language)
    given = {"name": number.name, "number": pretty(number.number), "language": language, "role": role}
    return texts.staff(key, **given)


def correct_form(page: EnrolledPage, texts: Texts) -> Block:
    """Return the form with what stands now in every field."""
    youth = page.youth
    ages = {band: option(texts.staff(f"age.{band.value}"), band.value) for band in AgeBand}
    name = text_input(ActionId.FIELD, most=LONGEST_NAME, initial=cut(youth.name, LONGEST_NAME))
    age = select(ActionId.FIELD, list(ages.values()), initial=ages[youth.age_band])
    blocks = [
        section(mrkdwn(texts.staff("amend.correct_about"))),
        field(NAME, texts.staff("amend.name"), name),
        field(AGE, texts.staff("amend.age"), age),
    ]
    for number in page.numbers[:MOST_NUMBERS]:
        blocks += _number_fields(number, texts)
    blocks += [*_rest(page, texts), divider(), reference_field(texts)]
    given = _given(texts, page, "amend.correct_title", blocks)
    return modal(**given, submit=texts.staff("modal.save"), callback=CallbackId.AMEND_CORRECT.value)


def _number_fields(number: EnrolledNumber, texts: Texts) -> list[Block]:
    blocks = [divider(), section(plain(number_words(number, texts)))]
    if number.is_shared:
        blocks.append(context(texts.staff("amend.shared_note")))
    else:
        roles = {role: option(texts.staff(f"role.{role.value}"), role.value) for role in LinkRole}
        name = text_input(ActionId.FIELD, most=LONGEST_NAME, initial=cut(number.name, LONGEST_NAME))
        role = radio(ActionId.FIELD, list(roles.values()), initial=roles[next(iter(number.roles))])
        blocks += [
            field(of_number(CONTACT_NAME, number.contact_id), texts.staff("amend.contact_name"), name),
            field(of_number(ROLE, number.contact_id), texts.staff("amend.role"), role),
        ]
    languages = {code: option(texts.language_name(code), code) for code in texts.languages}
    language = select(ActionId.FIELD, list(languages.values()), initial=languages.get(number.language, languages["sv"]))
    return [*blocks, field(of_number(LANGUAGE, number.contact_id), texts.staff("amend.language"), language)]


def reference_field(texts: Texts) -> Block:
    """Nothing is changed without a decision or a request that somebody can look up."""
    element = text_input(ActionId.FIELD, most=LONGEST_REFERENCE)
    return field(REFERENCE, texts.staff("amend.reference"), element, hint=texts.staff("amend.reference_hint"))


def end_form(page: EnrolledPage, texts: Texts) -> Block:
    """Say what happens, and ask for the decision."""
    blocks = [section(plain(texts.staff("amend.about", name=page.youth.name, namnd=page.namnd_name)))]
    blocks.append(section(mrkdwn(texts.staff("amend.end_what"))))
    if page.open:
        blocks.append(section(mrkdwn(texts.staff("amend.end_open", count=page.open))))
    if page.is_waiting:
        blocks.append(section(mrkdwn(texts.staff("amend.remove_waiting"))))
    blocks.append(reference_field(texts))
    given = _given(texts, page, "amend.end_title", blocks)
    return modal(**given, submit=texts.staff("amend.end_submit"), callback=CallbackId.AMEND_END.value)


def remove_form(page: EnrolledPage, number: EnrolledNumber, texts: Texts) -> Block:
    """Ask what the decision says of what was written. What happens then is said before it is done."""
    options = [
        option(texts.staff(f"amend.written_{written}"), written, texts.staff(f"amend.written_{written}_hint"))
        for written in (KEPT, DELETED)
    ]
    blocks = _which(page, number, texts)
    if page.is_held:
        blocks.append(section(mrkdwn(texts.staff("amend.remove_held"))))
    blocks.append(field(WRITTEN, texts.staff("amend.written"), radio(ActionId.FIELD, options, initial=options[0])))
    given = _given(texts, page, "amend.remove_title", blocks, {"c": number.contact_id})
    return modal(**given, submit=texts.staff("amend.remove_next"), callback=CallbackId.AMEND_REMOVE.value)


def remove_sure_form(page: EnrolledPage, number: EnrolledNumber, written: str, texts: Texts) -> Block:
    """Say what is about to happen, and what stays; ask for the decision."""
    always = texts.staff("amend.remove_always")
    what = texts.staff(f"amend.remove_{written}", always=always, count=number.conversations)
    blocks = [*_which(page, number, texts), section(mrkdwn(what))]
    if number.open:
        blocks.append(section(mrkdwn(texts.staff("amend.remove_open", count=number.open))))
    if number.is_waiting:
        blocks.append(section(mrkdwn(texts.staff("amend.remove_waiting"))))
    if number.siblings:
        blocks.append(section(mrkdwn(texts.staff("amend.remove_siblings", count=number.siblings))))
    if page.is_held and written == DELETED:
        blocks.append(section(mrkdwn(texts.staff("amend.remove_held"))))
    blocks.append(reference_field(texts))
    known = {"c": number.contact_id, "w": written, "at": number.version}
    given = _given(texts, page, "amend.remove_title", blocks, known)
    return modal(**given, submit=texts.staff("amend.remove_submit"), callback=CallbackId.AMEND_REMOVE_SURE.value)


def _which(page: EnrolledPage, number: EnrolledNumber, texts: Texts) -> list[Block]:
    which = texts.staff("amend.remove_which", youth=page.youth.name)
    return [section(plain(f"{which}\n{number_words(number, texts)}"))]


def hold_form(page: EnrolledPage, texts: Texts) -> Block:
    """Ask until when, and by what decision."""
    hint = texts.staff("amend.hold_last_day_hint")
    blocks = [
        section(plain(texts.staff("amend.about", name=page.youth.name, namnd=page.namnd_name))),
        section(mrkdwn(texts.staff("amend.hold_what"))),
        field(UNTIL, texts.staff("amend.hold_last_day"), day_picker(ActionId.DATE), hint=hint, optional=True),
        reference_field(texts),
    ]
    given = _given(texts, page, "amend.hold_title", blocks)
    return modal(**given, submit=texts.staff("modal.save"), callback=CallbackId.AMEND_HOLD.value)


def corrected_modal(before: tuple[tuple[str, str], ...], texts: Texts) -> Block:
    """Give back what stood there, for the record: it is shown once, and kept nowhere."""
    if not before:
        return said_modal("amend.correct_title", texts.staff("amend.done_already"), texts)
    blocks = [section(mrkdwn(texts.staff("amend.corrected")))]
    for what, stood in before:
        line = texts.staff("amend.corrected_line", what=texts.staff(f"amend.what_{what}"), before=_words(stood, texts))
        blocks.append(section(plain(line)))
    return modal(texts.staff("amend.correct_title"), blocks, close=texts.staff("modal.close"))


def _words(stood: str, texts: Texts) -> str:
    """Return a coded value in words, anything else as it is."""
    coded = {band.value: f"age.{band.value}" for band in AgeBand} | {
        role.value: f"role.{role.value}" for role in LinkRole
    }
    if stood in coded:
        return texts.staff(coded[stood])
    return texts.language_name(stood) if stood in texts.languages else stood


def said_modal(title_key: str, words: str, texts: Texts) -> Block:
    """A modal that only says something."""
    return modal(texts.staff(title_key), [section(mrkdwn(words))], close=texts.staff("modal.close"))


def _given(
    texts: Texts, page: EnrolledPage, title_key: str, blocks: list[Block], more: dict[str, str] | None = None
) -> dict[str, Any]:
    """Return what every form has. In what Slack keeps for us there are ids and marks, and nothing that reads."""
    return {
        "title": texts.staff(title_key),
        "blocks": blocks,
        "close": texts.staff("modal.cancel"),
        "metadata": json.dumps({"y": page.youth.id, "at": page.version, **(more or {})}),
    }
