import re
import tomllib
from collections import Counter
from datetime import date

import pytest

from bot.domain.people import Role
from bot.domain.personnummer import holds_personnummer
from bot.domain.rules import ChatContent
from bot.sandbox.seed import BACKGROUNDS, PHONES, STAFF, YOUTHS, shifts_csv
from bot.services.imports import staff, youths
from bot.services.imports.consent_lines import OPTIONAL
from bot.services.imports.csv_table import read_table
from bot.services.imports.staff import read_staff
from bot.services.imports.youths import read_youths
from tests.imports.given import RULES, TEXTS


def test_all_numbers_are_from_the_series_for_books_and_films() -> None:
    people = read_staff(read_table(STAFF.read_bytes(), staff.COLUMNS).rows, RULES, TEXTS)
    families = read_youths(read_table(YOUTHS.read_bytes(), youths.COLUMNS, OPTIONAL).rows, RULES, TEXTS)
    numbers = [
        *RULES.numbers,
        *(line.phone for line in people.lines if line.phone),
        *(line.number for line in families.lines),
        *(number for number, _, _ in PHONES),
    ]

    assert all(number.startswith("+467017406") and "05" <= number[-2:] <= "99" for number in numbers)
    shown = {number for number, _, _ in PHONES}
    assert {line.number for line in families.lines} == shown - {"+46701740611"}


def test_what_is_written_about_youths_is_by_their_own_team_and_holds_no_number_of_anybody() -> None:
    people = read_staff(read_table(STAFF.read_bytes(), staff.COLUMNS).rows, RULES, TEXTS)
    team = {(role.namnd, p.email) for p in people.lines for role in p.roles if role.role is Role.FAMILJEBEHANDLARE}
    rows = [row.cells for row in read_table(YOUTHS.read_bytes(), youths.COLUMNS, OPTIONAL).rows]
    youths_known = {(cells["nämnd"], cells["referens"]) for cells in rows}
    backgrounds = tomllib.loads(BACKGROUNDS.read_text(encoding="utf-8"))["background"]

    assert len(backgrounds) >= 2
    for written in backgrounds:
        words = "\n".join(value for value in written.values() if isinstance(value, str))
        assert (written["namnd"], written["reference"]) in youths_known
        assert (written["namnd"], written["written_by"]) in team
        assert not holds_personnummer(words)
        numbers = [re.sub(r"\D", "", found) for found in re.findall(r"\d[\d -]{5,}\d", words)]
        assert all(re.fullmatch(r"07017406\d\d", number) and number[-2:] >= "05" for number in numbers)
    assert min(written["review_in_days"] for written in backgrounds) == 1  # the first morning says so


def test_the_rules_show_both_ways_of_showing_and_a_number_that_is_too_old() -> None:
    today = date(2026, 11, 22)

    assert {namnd.chat_content for namnd in RULES.namnder.values()} == {ChatContent.SEALED, ChatContent.INLINE}
    assert [help_.is_fresh(today) for help_ in RULES.help_numbers] == [True, True, True, False]


@pytest.mark.parametrize("today", [date(2026, 11, 22), date(2026, 12, 20), date(2027, 3, 25)])
def test_the_rota_covers_six_weeks_and_all_take_turns(today: date) -> None:
    header, *rows = shifts_csv(today).splitlines()

    assert header == "epost;nämnd;start;slut"
    assert len(rows) == 42
    assert set(Counter(row.split(";")[0] for row in rows).values()) == {7}
    assert rows[7].startswith("anna.berg@example.se")
    assert rows[7].split(";")[2].startswith(str(today))


def test_holidays_begin_at_ten() -> None:
    starts = {row.split(";")[2] for row in shifts_csv(date(2026, 12, 20)).splitlines()}

    assert {"2026-12-23 17:00", "2026-12-24 10:00", "2026-12-25 10:00", "2026-12-26 10:00"} <= starts
