"""Dispatch: "UTC wall times for hand-overs" - "handover at the same local time on 2026-03-30 and 2026-10-26" (facts:
storage, section 13).
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.tables import DigestRow
from tests.acceptance.night import NORRVIK, a_night
from tests.holes.given import AUTOMATIC, NOVA

DIGEST: sa.Table = DigestRow.__table__  # type: ignore[attr-defined]
MONDAYS = {"2026-03-30": ("2026-03-27", 6), "2026-10-26": ("2026-10-23", 7)}  # the Friday before, and 08.00 in UTC


@pytest.mark.parametrize("monday", MONDAYS)
async def test_eight_is_eight(tmp_path: Path, database_url: str, monday: str) -> None:
    """The clocks are changed during the weekend; what came on Friday evening is handed over at eight on Monday."""
    friday, hour = MONDAYS[monday]
    async with a_night(tmp_path, database_url, f"{friday} 18:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        nova, _ = await night.enrols("Nova Berg", NOVA, NORRVIK)
        await night.on_beredskap(anna, f"{friday} 17:00", f"{friday} 22:00")
        await nova.texts("hej du")
        await anna.replies("Hej Nova!", card=anna.card())
        await anna.closes(anna.card("svarade"))
        nova.receives("Hej Nova!")
        nova.receives(AUTOMATIC)
        await night.clock_reaches(f"{monday} 07:59")
        assert [m for m in anna.messages("C0NORRVIK") if m.is_handover] == []
        await night.clock_reaches(f"{monday} 08:00")
        assert "1 samtal" in anna.handover("Överlämning måndag", channel="C0NORRVIK").words
        due = {row.due_at for row in night.rows(sa.select(DIGEST.c.due_at))}
        assert due == {datetime.fromisoformat(monday).replace(hour=hour, tzinfo=UTC)}
        night.expect_handovers()
        night.expect_nothing_else()
        await night.nothing_waits()
