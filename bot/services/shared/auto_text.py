"""The words of an automatic text."""

from datetime import date, datetime, timedelta
from typing import Final

from bot.domain.auto_reply import AutoKind
from bot.domain.calendar import local
from bot.domain.duty import next_shift
from bot.domain.people import LinkedContact
from bot.domain.phone import pretty
from bot.domain.rules import NamndRules
from bot.domain.sms_parts import tidy_outgoing
from bot.ports import Tx
from bot.services.context import Context

LOOK_AHEAD: Final = timedelta(days=14)
TELLS_ITS_READER: Final = frozenset(
    {AutoKind.YOUTH, AutoKind.GUARDIAN, AutoKind.OFFICE_YOUTH, AutoKind.OFFICE_GUARDIAN}
)
IN_A_FAMILY_TEXT: Final = ("socialjour", "bris")  # in this order, when verified


def auto_text(tx: Tx, ctx: Context, kind: AutoKind, language: str, namnd: NamndRules, now: datetime) -> str:
    """Return the text of `kind` in `language`; numbers that nobody verified lately are left out, 112 always stands."""
    opening = answered_again_at(tx, ctx, namnd, now)
    return tidy_outgoing(
        ctx.texts.sms(
            kind.value,
            language,
            namnd="" if kind in {AutoKind.UNKNOWN, AutoKind.UNKNOWN_CLOSED} else namnd.short_name,
            call=_call(ctx, language, namnd),
            help=help_numbers(ctx, language, local(now).date()),
            opens=""
            if opening is None
            else ctx.texts.sms("opens", language, when=ctx.texts.day_and_time(opening, language)),
        )
    )


def information_line(tx: Tx, ctx: Context, kind: AutoKind, contact: LinkedContact) -> str:
    """Return where to read what is done with what they write, once for each enrolled number; else "".

    Never on a shared phone nor to an unknown number: it would say more than we want either to read.
    """
    url = ctx.rules.information_url
    if not url or kind not in TELLS_ITS_READER or not tx.once("information", contact.contact.id):
        return ""
    return " " + ctx.texts.sms("information", contact.contact.language, url=url)


def answered_again_at(tx: Tx, ctx: Context, namnd: NamndRules, now: datetime) -> datetime | None:
    """Return when somebody answers next: a planned shift or the office. Hours without a shift promise nothing."""
    shift = next_shift(namnd, now, tx.shifts.between(now, now + LOOK_AHEAD))
    office = namnd.office_hours.next_opening(now, ctx.rules.closed_days)
    return min((at for at in (None if shift is None else shift.starts_at, office) if at is not None), default=None)


def help_numbers(ctx: Context, language: str, today: date) -> str:
    """Return " Name 08-12 34." for each verified number that belongs in a text to a family."""
    fresh = {n.key: n for n in ctx.rules.help_numbers if n.is_fresh(today)}
    return "".join(
        " " + ctx.texts.sms("help_number", language, name=fresh[key].name, number=pretty(fresh[key].number))
        for key in IN_A_FAMILY_TEXT
        if key in fresh
    )


def _call(ctx: Context, language: str, namnd: NamndRules) -> str:
    if not namnd.office_phone:
        return ctx.texts.sms("call_us", language)
    return ctx.texts.sms("call_us_at", language, number=pretty(namnd.office_phone))
