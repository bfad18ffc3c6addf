"""Välj PIN-kod: what Home says of the reservväg, and the form."""

from bot.domain.cards import ReserveHome
from bot.slack.ids import ActionId, CallbackId
from bot.slack.kit import Block, actions, button, context, divider, field, header, modal, mrkdwn, section, text_input
from bot.texts import Texts, long_day

PIN, PIN_AGAIN = "pin", "pin_again"
MOST_TYPED = 12  # longer than a PIN: what is wrong is said, not cut


def reserve_blocks(reserve: ReserveHome | None, texts: Texts) -> list[Block]:
    """Return what Home says: whether the PIN is chosen, and whether there is a phone to text."""
    if reserve is None:
        return []
    day = reserve.pin_set_on
    words = [texts.staff("reserve_pin.not_chosen" if day is None else "reserve_pin.chosen", day=_day(reserve))]
    if not reserve.has_phone:
        words.append(texts.staff("reserve_pin.phone_missing"))
    name = texts.staff("button.pin" if day is None else "button.pin_change")
    return [
        divider(),
        header(texts.staff("reserve_pin.header")),
        section(mrkdwn("\n".join(words))),
        actions(button(ActionId.PIN, name, "pin")),
    ]


def _day(reserve: ReserveHome) -> str:
    return "" if reserve.pin_set_on is None else long_day(reserve.pin_set_on)


def pin_form(texts: Texts) -> Block:
    """Return the form. What is typed in it is never drawn again."""
    return modal(
        texts.staff("reserve_pin.title"),
        [
            section(mrkdwn(texts.staff("reserve_pin.intro"))),
            field(
                PIN,
                texts.staff("reserve_pin.first"),
                text_input(ActionId.FIELD, most=MOST_TYPED),
                hint=texts.staff("reserve_pin.hint"),
            ),
            field(PIN_AGAIN, texts.staff("reserve_pin.second"), text_input(ActionId.FIELD, most=MOST_TYPED)),
            context(texts.staff("reserve_pin.warning")),
        ],
        close=texts.staff("modal.cancel"),
        submit=texts.staff("modal.save"),
        callback=CallbackId.PIN.value,
    )
