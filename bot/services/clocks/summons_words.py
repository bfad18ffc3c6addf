"""What a family is texted about a talk: plain and short. Never why, and never a name."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.calendar import local
from bot.domain.ids import NamndId
from bot.domain.phone import pretty
from bot.domain.sms_parts import tidy_outgoing
from bot.domain.summons import Party, Summons
from bot.services.context import Context
from bot.texts import DEFAULT_LANGUAGE, clock_time, short_day

CHOICES_IN_PREVIEW = 2


def offer(ctx: Context, summons: Summons, parties: Sequence[Party], language: str) -> str:
    """Return the text that offers the times. For a shared phone it may be read by either."""
    whens = [_when(at, language) for at in summons.times]
    return _offer(ctx, summons.namnd, parties, whens, summons.first_number, language)


def preview(ctx: Context, namnd: NamndId) -> str:
    """Return what a guardian would read in Swedish, with the times left open."""
    left_open = ctx.texts.staff("summons.left_open")
    return _offer(ctx, namnd, (Party.GUARDIAN,), [left_open] * CHOICES_IN_PREVIEW, 1, DEFAULT_LANGUAGE)


def _offer(
    ctx: Context, namnd: NamndId, parties: Sequence[Party], whens: Sequence[str], first: int, language: str
) -> str:
    kind = "summons_shared" if len(parties) > 1 else f"summons_{parties[0].value}"
    numbered = (
        ctx.texts.sms("summons_choice", language, number=first + nth, when=when) for nth, when in enumerate(whens)
    )
    choices = ctx.texts.sms("summons_choices", language, choices=", ".join(numbered))
    return _said(ctx, kind, namnd, language, choices=choices)


def confirmation(ctx: Context, namnd: NamndId, at: datetime, language: str, *, is_moved: bool = False) -> str:
    kind = "summons_moved" if is_moved else "summons_confirmed"
    return _said(ctx, kind, namnd, language, when=_when(at, language))


def reminder(ctx: Context, namnd: NamndId, at: datetime, language: str) -> str:
    return _said(ctx, "summons_reminder", namnd, language, when=_when(at, language))


def called_off(ctx: Context, namnd: NamndId, at: datetime, language: str) -> str:
    return _said(ctx, "summons_called_off", namnd, language, when=_when(at, language))


def _said(ctx: Context, kind: str, namnd: NamndId, language: str, **values: str) -> str:
    rules = ctx.rules.namnder[namnd]
    phone = rules.office_phone
    call = ctx.texts.sms("summons_call", language, number=pretty(phone)) if phone else ""
    return tidy_outgoing(ctx.texts.sms(kind, language, namnd=rules.short_name, call=call, **values))


def _when(at: datetime, language: str) -> str:
    """Return "tis 24/11 16.00", or "24/11 16:00" in other languages: Stockholm time."""
    wall = local(at)
    if language == DEFAULT_LANGUAGE:
        return f"{short_day(wall.date())} {clock_time(at)}"
    return f"{wall.day}/{wall.month} {wall:%H:%M}"
