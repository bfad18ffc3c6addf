"""Checks of one cell, the same in all files. What is wrong is collected, never raised."""

import re
from typing import Final

from bot.domain.ids import NamndId
from bot.domain.phone import can_receive_sms, normalise
from bot.domain.rules import Rules
from bot.services.imports.csv_table import Remark, Row, fold
from bot.texts import Texts
from bot.texts import import_words as words

NAME_MOST: Final = 100  # characters
TEXT_MOST: Final = 500
QUOTE_MOST: Final = 40
EMAIL: Final = re.compile(r"^[^@\s,;|<>]+@[^@\s,;|<>]+\.[^@\s,;|<>]+$")
# Day 61-91 is a samordningsnummer. Ten digits without a dash may as well be a telephone number.
_DAY: Final = r"(?:0[1-9]|1[0-2])(?:[06][1-9]|[1278]\d|[39][01])"
PERSONNUMMER: Final = re.compile(
    rf"(?<!\d)(?:(?:19|20)\d\d{_DAY}\s?[-+–−‐‑]?\s?\d{{4}}|\d\d{_DAY}\s?[-+–−‐‑]\s?\d{{4}})(?!\d)"
)
BARE_PERSONNUMMER: Final = re.compile(rf"(?<!\d)\d\d{_DAY}\d{{4}}(?!\d)")
LONG_DIGITS: Final = re.compile(r"(?:\d[\s-]?){7,}")
YES_NO: Final = {"ja": True, "j": True, "nej": False, "n": False}


def looks_like_personnummer(text: str, *, is_phone: bool = False) -> bool:
    """Tell whether there is something like a personnummer in `text`.

    >>> looks_like_personnummer("080512-1234"), looks_like_personnummer("0701740605", is_phone=True)
    (True, False)
    """
    if PERSONNUMMER.search(text):
        return True
    return not is_phone and bool(BARE_PERSONNUMMER.search(text))


def quoted(value: str, *, is_time: bool = False) -> str:
    """Return the value as part of a sentence, or "" when it could be a person's: a slipped column is soon made."""
    is_personal = "@" in value or looks_like_personnummer(value) or (not is_time and LONG_DIGITS.search(value))
    if not value or is_personal or len(value) > QUOTE_MOST:
        return ""
    return f" ”{value}”"


class Cells:
    """One row while it is read. Each method returns the value, or None after noting what is wrong with it."""

    def __init__(
        self, row: Row, problems: list[Remark], rules: Rules, texts: Texts, *, phones: tuple[str, ...] = ("telefon",)
    ) -> None:
        self.row = row
        self._problems = problems
        self.rules = rules
        self._texts = texts
        self._forbidden = {
            column
            for column, value in row.cells.items()
            if column not in {"start", "slut"} and looks_like_personnummer(value, is_phone=column in phones)
        }
        self.is_good = not self._forbidden
        problems.extend(Remark(row.line, column, words.PERSONNUMMER) for column in sorted(self._forbidden))

    def wrong(self, column: str, text: str) -> None:
        self.is_good = False
        if column in self._forbidden:
            return  # said already, and what stands there is not looked at
        self._problems.append(Remark(self.row.line, column, text))

    def raw(self, column: str) -> str:
        """Return the cell; "" when it has been refused already."""
        return "" if column in self._forbidden else self.row.cells.get(column, "")

    def text(self, column: str, *, most: int = TEXT_MOST, is_required: bool = False) -> str | None:
        value = self.raw(column)
        if column in self._forbidden:
            return None
        if is_required and not value:
            self.wrong(column, words.MISSING)
            return None
        if len(value) > most:
            self.wrong(column, words.TOO_LONG.format(found=len(value), most=most))
            return None
        if any(not character.isprintable() for character in value):
            self.wrong(column, words.CONTROL)
            return None
        return value

    def name(self, column: str, *, is_required: bool = True) -> str | None:
        return self.text(column, most=NAME_MOST, is_required=is_required)

    def email(self, column: str) -> str | None:
        value = self.text(column, is_required=True)
        if value is not None and not EMAIL.match(value):
            self.wrong(column, words.NOT_EMAIL)
            return None
        return None if value is None else value.casefold()

    def namnd(self, column: str) -> NamndId | None:
        value = self.text(column, is_required=True)
        if value is None:
            return None
        found = self.known_namnd(value)
        if found is None:
            known = ", ".join(sorted(self.rules.namnder))
            self.wrong(column, words.UNKNOWN_NAMND.format(value=quoted(value), known=known))
            return None
        return found

    def known_namnd(self, value: str) -> NamndId | None:
        return next((namnd for namnd in self.rules.namnder if fold(namnd) == fold(value)), None)

    def yes_no(self, column: str) -> bool | None:
        """Return what the cell says; None when it is empty, or wrong."""
        value = self.raw(column)
        if not value:
            return None
        if fold(value) not in YES_NO:
            self.wrong(column, words.NOT_YES_NO.format(value=quoted(value)))
            return None
        return YES_NO[fold(value)]

    def phone(self, column: str, *, is_required: bool, must_take_sms: bool) -> str | None:
        """Return the number as E.164."""
        value = self.text(column, is_required=is_required)
        if not value:
            return None
        number = normalise(value)
        if number is None:
            self.wrong(column, self._texts.staff("problem.not_a_number"))
            return None
        if number in self.rules.numbers:
            self.wrong(column, self._texts.staff("problem.our_own_number"))
            return None
        if must_take_sms and not can_receive_sms(number):
            self.wrong(column, words.LANDLINE)
            return None
        return number
