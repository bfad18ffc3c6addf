"""A clock is settled, named in the morning until it is in the record, and then gone, from Slack too."""

from pathlib import Path

from bot.domain.people import Role
from storage.tables import ClockListRow, DeadlineRow
from tests.acceptance.night import NORRVIK, a_night
from tests.acceptance.office import works
from tests.retain.given import found, rows_of

SETTINGS = """
[retention]
inbox = { days = 1, decision = "dnr 1" }
slack_posts = { days = 3, decision = "dnr 6" }
summonses = { days = 8, decision = "dnr 7" }
clocks = { days = 9, decision = "dnr 8" }
"""


async def test_it_is_named_until_it_is_in_the_record(tmp_path: Path, sqlite_database_url: str) -> None:
    """The databases are compared clock by clock in test_clocks."""
    async with a_night(tmp_path, sqlite_database_url, "2026-11-19 10:00", settings=SETTINGS) as night:
        ingrid = await works(night, "Ingrid Strand", NORRVIK)
        johan = await works(night, "Johan Kvist", NORRVIK, Role.LEADER)
        await ingrid.starts("K-777", "forhandsbedomning", at="09.00")
        await ingrid.closes_all()
        await ingrid.starts("K-123", "forhandsbedomning", at="09.10")
        await ingrid.presses_in_modal("clock_settle")
        done = await ingrid.submits({"outcome": {"field": "inleds_inte"}})
        assert not done.get("errors"), done
        assert "clock_carry" in ingrid.buttons()
        await ingrid.closes_all()

        await night.clock_reaches("2026-12-01 08:05")  # K-777 runs out on the third
        lists = [said.words for said in ingrid.told() if "Dina frister" in said.words]
        assert any("Avgjort och inte fört till akten: K-123" in words for words in lists), lists
        await night.clock_reaches("2026-12-01 09:05")
        assert "1 frister som varken är förda till akten" in johan.is_told("Gallringen i Norrvik, 2026-11").words
        assert found(night, ["K-123"]) != []

        await ingrid.frist("K-123")
        await ingrid.presses_first("clock_open")
        await ingrid.presses_in_modal("clock_carry")
        wrong = await ingrid.submits({"reference": {"field": "20121212-1212"}})
        assert wrong.get("errors"), wrong
        done = await ingrid.submits({"reference": {"field": "akten 1 december"}})
        assert not done.get("errors"), done
        assert "akten 1 december" in ingrid.reads()
        assert "förd till akten" in ingrid.reads()
        await ingrid.closes_all()

        await night.clock_reaches("2026-12-11 12:00")
        assert [row.case_ref for row in rows_of(night, DeadlineRow)] == ["K-777"]
        assert found(night, ["K-123", "akten 1 december"]) == []
        assert all(row.day.isoformat() > "2026-12-01" for row in rows_of(night, ClockListRow))
