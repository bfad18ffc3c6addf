"""Redo för passet: what Home says of it, and the form for the code that was texted."""

from bot.domain.readiness import Phone, ReadyHome
from bot.domain.slack_text import escape_mrkdwn
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import Block, actions, button, divider, field, header, modal, mrkdwn, section, text_input
from bot.slack.views.shift_words import shift_words
from bot.texts import Texts

CODE = "code"
MOST_TYPED = 12  # longer than a code: what is wrong is said, not cut


def ready_blocks(ready: ReadyHome | None, texts: Texts) -> list[Block]:
    """Return what Home says: the next shift, the phone, and what there is to press."""
    if ready is None:
        return []
    words, buttons = [texts.staff("ready.none")], []
    if ready.next is not None:
        when = shift_words(ready.next.starts_at, ready.next.ends_at, texts, is_backup=ready.next.is_backup)
        key = "ready.now" if ready.next.is_running else "ready.next"
        words = [texts.staff(key, when=when, namnd=escape_mrkdwn(ready.next.namnd_name))]
        if ready.next.is_silenced:
            words.append(texts.staff("ready.trouble_silenced"))
        if ready.next.is_confirmed:
            words.append(texts.staff("ready.confirmed"))
        else:
            buttons.append(button(ActionId.READY, texts.staff("button.ready"), ready.next.shift_id, style="primary"))
    words.append(texts.staff(f"ready.phone_{ready.phone.value}", end=ready.phone_end))
    if ready.phone is Phone.UNVERIFIED:
        buttons.append(button(ActionId.PHONE_CODE, texts.staff("button.phone_code"), "phone"))
    buttons.append(button(ActionId.TEST_ALARM, texts.staff("button.test_alarm"), "test"))
    return [
        divider(),
        header(texts.staff("ready.header")),
        section(mrkdwn("\n".join(words))),
        actions(*buttons),
    ]


def code_form(end: str, texts: Texts) -> Block:
    """Return the form; `end` is how the number ends that the code went to."""
    return modal(
        texts.staff("phone_code.title"),
        [
            section(mrkdwn(texts.staff("phone_code.intro", end=end))),
            field(
                CODE,
                texts.staff("phone_code.label"),
                text_input(ActionId.FIELD, most=MOST_TYPED),
                hint=texts.staff("phone_code.hint"),
            ),
        ],
        close=texts.staff("modal.cancel"),
        submit=texts.staff("modal.send"),
        callback=CallbackId.PHONE_CODE.value,
    )
