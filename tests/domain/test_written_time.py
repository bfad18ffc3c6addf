"""Days and times as people write them; what cannot be read is never guessed at."""

from datetime import date, time

import pytest

from bot.domain.written_time import read_day, read_time


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("14.20", time(14, 20)),
        ("14:20", time(14, 20)),
        ("1420", time(14, 20)),
        ("0905", time(9, 5)),
        ("9.05", time(9, 5)),
        ("14", time(14)),
        ("9", time(9)),
        ("0", time(0)),
        (" Kl. 14.20 ", time(14, 20)),
        ("kl 14", time(14)),
        ("24.00", None),
        ("2400", None),
        ("14.60", None),
        ("14.2", None),
        ("142", None),
        ("-1", None),
        ("14.20.00", None),
        ("halv tre", None),
        ("", None),
    ],
)
def test_a_time_of_day(text: str, read: time | None) -> None:
    assert read_time(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-11-20", date(2026, 11, 20)),
        (" 2026-11-20 ", date(2026, 11, 20)),
        ("2026-02-30", None),
        ("20/11", None),
        ("i dag", None),
        ("", None),
    ],
)
def test_a_day(text: str, read: date | None) -> None:
    assert read_day(text) == read
