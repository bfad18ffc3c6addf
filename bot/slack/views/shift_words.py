"""A shift in words. One as backup says so wherever it is shown or offered: it is another night than having the duty."""

from datetime import datetime

from bot.texts import Texts, span


def shift_words(starts_at: datetime, ends_at: datetime, texts: Texts, *, is_backup: bool) -> str:
    """Return for instance "mån 4 jan 17.00–22.00 (reserv)"."""
    when = span(starts_at, ends_at)
    return texts.staff("shift.as_backup", when=when) if is_backup else when
