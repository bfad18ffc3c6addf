"""The live modal: the whole conversation, and the answer."""

from datetime import datetime
from itertools import zip_longest

from bot.domain.cards import ConversationView, SaidLine, Sender
from bot.domain.conversation import Direction
from bot.domain.slack_text import escape_mrkdwn
from bot.domain.visible import visible
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import (
    MOST_BOXES,
    Block,
    actions,
    button,
    checkboxes,
    context,
    divider,
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
from bot.slack.views.call_words import calls_block
from bot.slack.views.card import failure_text, resend_button, state_text
from bot.slack.views.consent import barrier_blocks, consent_buttons
from bot.slack.views.note import background_buttons, person_words
from bot.slack.views.outward import outward_buttons
from bot.slack.views.outward_words import done_block
from bot.slack.views.thread import media_text
from bot.texts import Texts, listed, when

REPLY = "reply"
KIND = "kind"
SMS, NOTE = "sms", "note"


def loading_modal(texts: Texts, external_id: str) -> Block:
    """The skeleton that is opened at once; `trigger_id` lives for three seconds."""
    return modal(
        texts.staff("modal.title", code=""),
        [section(mrkdwn(texts.staff("modal.loading")))],
        close=texts.staff("modal.close"),
        external_id=external_id,
        notify_on_close=True,
        callback=CallbackId.CONVERSATION.value,
    )


def message_modal(texts: Texts, title_key: str, words: str) -> Block:
    """A modal that only says something."""
    return modal(texts.staff(title_key), [section(mrkdwn(words))], close=texts.staff("modal.close"))


def ended_modal(texts: Texts, conversation_id: str, external_id: str, *, is_stopped: bool = False) -> Block:
    """Say that access has ended, and keep what is being typed: it may still be copied, or kept as a note.

    Where it is a nödstopp that has ended it people can speak with each other, and write down what was said.
    """
    return modal(
        texts.staff("incident.header" if is_stopped else "modal.refused_title"),
        _stopped(conversation_id, texts) if is_stopped else _ended(texts),
        close=texts.staff("modal.close"),
        submit=texts.staff("modal.save"),
        callback=CallbackId.CONVERSATION.value,
        metadata=conversation_id,
        external_id=external_id,
        notify_on_close=True,
    )


def _ended(texts: Texts) -> list[Block]:
    note = option(texts.staff("modal.kind_note"), NOTE)
    return [
        section(mrkdwn(texts.staff("modal.access_ended"))),
        field(REPLY, texts.staff("modal.reply_label"), text_input(ActionId.REPLY_TEXT, multiline=True)),
        field(KIND, texts.staff("modal.kind_label"), radio(ActionId.KIND, [note], initial=note)),
    ]


def _stopped(conversation_id: str, texts: Texts) -> list[Block]:
    call = button(ActionId.RING_UP, texts.staff("button.ring_up"), conversation_id, style="primary")
    element, hint = text_input(ActionId.REPLY_TEXT, multiline=True), texts.staff("incident.note_hint")
    return [
        section(mrkdwn(texts.staff("refusal.emergency_stop"))),
        section(mrkdwn(texts.staff("incident.instead"))),
        actions(call),
        field(REPLY, texts.staff("incident.note_label"), element, hint=hint),
    ]


def conversation_modal(view: ConversationView, texts: Texts, now: datetime, external_id: str) -> Block:
    """Return the modal. The reply's block_id and action_id never change, so a draft survives every update.

    On a phone buttons take a row each: what was said comes before them, and they stand by the answer.
    """
    blocks = [*_about(view, texts), *barrier_blocks(view, texts), divider(), *_promised(view, texts, now)]
    if view.has_earlier:
        blocks.append(actions(_page(ActionId.EARLIER, "button.earlier", external_id, texts), block_id="earlier"))
    for line in view.lines:
        blocks.extend(_said(line, texts, now))
    if not view.lines:
        blocks.append(section(mrkdwn(texts.staff("modal.nobody"))))
    if view.has_later:
        blocks.append(actions(_page(ActionId.LATER, "button.later", external_id, texts), block_id="later"))
    blocks += [divider(), *_what_else(view, texts, now), *_answer(view, texts)]
    return modal(
        texts.staff("modal.title", code=_code(view)),
        blocks,
        close=texts.staff("modal.close"),
        submit=texts.staff("modal.submit"),
        callback=CallbackId.CONVERSATION.value,
        metadata=view.conversation_id,
        external_id=external_id,
        notify_on_close=True,
    )


def _code(view: ConversationView) -> str:
    return view.codes[0] if len(view.codes) == 1 else f"{view.codes[0]} +{len(view.codes) - 1}"


def _page(action: ActionId, key: str, external_id: str, texts: Texts) -> Block:
    return button(action, texts.staff(key), external_id)


def _about(view: ConversationView, texts: Texts) -> list[Block]:
    blocks: list[Block] = []
    if view.is_trial:
        blocks.append(context(texts.staff("trial.banner")))
    unknown = texts.staff("modal.unknown_person")
    if view.cases:
        unknown = texts.staff("modal.summoned", refs=listed(list(view.cases)))
    who = [person_words(person, texts) for person in view.people] or [unknown]
    if view.namnd_name:
        who.append(view.namnd_name)
    blocks.append(section(plain("\n".join(who))))
    language = texts.language_name(view.language)
    key = "modal.number" if view.language == "sv" else "modal.number_language"
    blocks.append({"type": "context", "elements": [plain(texts.staff(key, number=view.number, language=language))]})
    warnings = []
    if view.sender is Sender.SHARED:
        warnings.append(texts.staff("modal.shared_warning"))
    if view.is_shift_over:
        warnings.append(texts.staff("modal.shift_over"))
    if not view.is_open:
        warnings.append(texts.staff("modal.closed"))
    if view.taken_by:
        warnings.append(texts.staff("modal.taken_by", who=escape_mrkdwn(view.taken_by)))
    blocks.extend(section(mrkdwn(words)) for words in warnings)
    if view.must_pick:
        blocks.append(_namnd_choice(view, texts))
    if len({p.youth_id for p in view.people}) > 1:
        blocks.append(_concerns(view, texts))
    return blocks


def _what_else(view: ConversationView, texts: Texts, now: datetime) -> list[Block]:
    """Return what has been done but to write, and what one may do."""
    done = [*done_block(view.outward, texts, now), *calls_block(view.calls, texts, now)]
    if view.socialjour is not None:
        done.append(outward_buttons(view.conversation_id, texts, can_call=view.can_call))
    return [*done, *_of_each_youth(view, texts)]


def _of_each_youth(view: ConversationView, texts: Texts) -> list[Block]:
    """Return the buttons about each youth, side by side."""
    consents = consent_buttons(view.people, texts) if view.may_set_consent else []
    none: Block = {"elements": []}
    rows = zip_longest(background_buttons(view.people, texts), consents, fillvalue=none)
    return [actions(*(element for buttons in row for element in buttons["elements"])) for row in rows]


def _promised(view: ConversationView, texts: Texts, now: datetime) -> list[Block]:
    """Return what the last note says to whoever takes over."""
    note = view.last_note
    if note is None or not note.promised.strip():
        return []
    words = texts.staff("modal.promised", who=escape_mrkdwn(note.author), at=when(note.at, now))
    return [context(words), section(plain(note.promised)), divider()]


def _namnd_choice(view: ConversationView, texts: Texts) -> Block:
    options = [option(name, namnd) for namnd, name in view.must_pick]
    words = mrkdwn(texts.staff("modal.pick_namnd_label"))
    return section(words, accessory=select(ActionId.PICK_NAMND, options), block_id="pick_namnd")


def _concerns(view: ConversationView, texts: Texts) -> Block:
    youths = {p.youth_id: option(p.youth_name, p.youth_id) for p in view.people}
    shown = dict(list(youths.items())[:MOST_BOXES])
    chosen = [made for youth_id, made in shown.items() if youth_id in view.concerns]
    element = checkboxes(ActionId.CONCERNS, list(shown.values()), chosen=chosen)
    return section(mrkdwn(texts.staff("modal.concerns_label")), accessory=element, block_id="concerns")


def _said(line: SaidLine, texts: Texts, now: datetime) -> list[Block]:
    at = when(line.at, now)
    who = escape_mrkdwn(line.who)
    if line.is_call:
        return [context(texts.staff("voice.line_missed", who=who, at=at))]
    state = "" if line.sent is None else state_text(line.sent, texts)
    key = {
        Direction.IN: "modal.line_in_new" if line.is_new else "modal.line_in",
        Direction.OUT: "modal.line_out",
        Direction.NOTE: "modal.line_note",
        Direction.AUTO: "modal.line_auto",
    }[line.direction]
    top = texts.staff(key, who=who, at=at, state=state)
    if line.is_late:
        top = texts.staff("modal.line_late", line=top)
    failed = line.sent is not None and line.sent.is_failed
    if failed and line.sent is not None:
        top = f"{top}\n:warning: {failure_text(line.sent, texts)}"
    if line.media_count:
        top = f"{top}\n{media_text(line.media_count, texts)}"
    accessory = resend_button(line.message_id, texts) if line.sent is not None and line.sent.may_resend else None
    blocks = [context(top)]
    if line.body or not line.media_count:
        body = line.body if visible(line.body).strip() else texts.staff("modal.empty_text")
        blocks.append(section(plain(body), accessory=accessory))
    return blocks


def _answer(view: ConversationView, texts: Texts) -> list[Block]:
    blocks: list[Block] = []
    if not view.can_reply:
        reason = texts.staff(f"refusal.{view.no_reply_reason}")
        blocks.append(section(mrkdwn(texts.staff("modal.cannot_reply", reason=reason))))
    element = text_input(ActionId.REPLY_TEXT, multiline=True, initial=view.draft)
    hint = texts.staff("modal.reply_hint")
    blocks.append(field(REPLY, texts.staff("modal.reply_label"), element, hint=hint))
    note = option(texts.staff("modal.kind_note"), NOTE)
    to = view.people[0].name if view.people else view.number
    options = [option(texts.staff("modal.kind_sms", who=to), SMS), note] if view.can_reply else [note]
    blocks.append(field(KIND, texts.staff("modal.kind_label"), radio(ActionId.KIND, options, initial=options[0])))
    return blocks
