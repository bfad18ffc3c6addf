"""The calendar under App Home: what it says, and the address when it has just been made."""

from bot.domain.cards import CalendarHome
from bot.slack.ids import ActionId
from bot.slack.kit import Block, actions, button, context, divider, header, modal, mrkdwn, section
from bot.texts import Texts, long_day


def calendar_blocks(calendar: CalendarHome | None, texts: Texts) -> list[Block]:
    """Return what Home says of somebody's calendar; nothing for whoever has no shifts."""
    if calendar is None:
        return []
    made = calendar.made_on
    words = texts.staff("calendar.none") if made is None else texts.staff("calendar.made", day=long_day(made))
    make = texts.staff("button.calendar" if made is None else "button.calendar_anew")
    buttons = [button(ActionId.CALENDAR, make, "make")]
    if made is not None:
        buttons.append(button(ActionId.CALENDAR_REVOKE, texts.staff("button.calendar_revoke"), "revoke"))
    return [divider(), header(texts.staff("calendar.header")), section(mrkdwn(words)), actions(*buttons)]


def address_modal(url: str, texts: Texts) -> Block:
    """Return the one view in which the address is ever shown."""
    return modal(
        texts.staff("calendar.title"),
        [
            section(mrkdwn(texts.staff("calendar.intro"))),
            section(mrkdwn(texts.staff("calendar.address", url=url))),
            context(texts.staff("calendar.warning")),
        ],
        close=texts.staff("modal.close"),
    )
