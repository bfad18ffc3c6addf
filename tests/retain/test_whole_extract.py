"""A register extract holds everything that stands about the person, or says what it leaves out and why."""

from datetime import date
from pathlib import Path

import sqlalchemy as sa

from bot.domain.consent import LinkConsent, Says, SmsStop, StopState, YouthConsent
from bot.domain.ids import StaffId
from bot.domain.people import World
from bot.domain.retention import LegalHold, Waiver
from bot.domain.taking_out import TakeOutKind
from bot.ports import Tx
from bot.services.take_out.events import INCLUDED
from bot.services.take_out.take_out import TakeOutWanted
from bot.taken_out_file import taken_out_page, taken_out_sheets
from bot.texts import take_out_words as words
from storage.tables import Base
from tests.acceptance.night import NORRVIK, Night, a_night
from tests.retain.test_stories import MOTHER, carries_over, ctx_of
from tests.retain.test_take_out import a_family, approved

LOOSE = frozenset({"subject", "payload", "raw", "key", "job", "values", "audit_id"})  # columns that may name anybody


def about_people(metadata: sa.MetaData) -> set[str]:
    """Return the tables that can hold something about a youth or a phone: they point there, or may name them."""
    found = {"youth", "contact"}
    found |= {table.name for table in metadata.sorted_tables if LOOSE & set(table.columns.keys())}
    for table in metadata.sorted_tables:  # parents come first
        if found & {key.column.table.name for key in table.foreign_keys}:
            found.add(table.name)
    return found


def test_every_table_about_somebody_is_in_the_extract_or_is_left_out_with_a_reason() -> None:
    left_out = set(words.LEFT_OUT) - {""}
    assert about_people(Base.metadata) - INCLUDED - left_out == set()
    assert INCLUDED & left_out == set()
    assert (INCLUDED | left_out) - set(Base.metadata.tables) == set()


def test_a_new_table_about_somebody_is_noticed() -> None:
    metadata = sa.MetaData()
    sa.Table("contact", metadata, sa.Column("id", sa.String, primary_key=True))
    sa.Table("mark", metadata, sa.Column("contact_id", sa.ForeignKey("contact.id")), sa.Column("id", primary_key=True))
    sa.Table("dot", metadata, sa.Column("mark_id", sa.ForeignKey("mark.id")))
    sa.Table("other", metadata, sa.Column("id", sa.String))
    assert about_people(metadata) == {"youth", "contact", "mark", "dot"}


async def decided(night: Night, code: str) -> None:
    """Write down what can stand about Nova and her mother besides what they write."""
    ctx = ctx_of(night)
    now = ctx.clock.now()

    def change(tx: Tx) -> None:
        lena = next(person.id for person in tx.staff.everyone() if person.name == "Lena Holm")
        named = tx.retention.named(code)
        assert named is not None
        assert named.youth_id is not None
        youth = named.youth_id
        own, mother = (tx.people.contact_by_number(number) for number in ("+46701740605", MOTHER))
        assert own is not None
        assert mother is not None
        days = (date(2026, 10, 1), date(2027, 4, 1))
        tx.consents.save_youth(YouthConsent(youth, "Mona Berg", *days, lena, now))
        tx.consents.save_link(LinkConsent(own.contact.id, youth, Says.GIVEN, date(2026, 10, 2)))
        tx.consents.save_link(LinkConsent(mother.contact.id, youth, Says.REFUSED, date(2026, 10, 3), bars_other=True))
        stop = SmsStop(own.contact.id, NORRVIK, World.BEREDSKAP, StopState.STOPPED, StaffId(lena), now)
        tx.consents.save_stop(stop)
        tx.retention.add_hold(LegalHold("h1", NORRVIK, "mål 12-26", StaffId(lena), now, youth_id=youth))
        for conversation_id in named.conversations:
            held = tx.conversations.get(conversation_id)
            if held is not None and held.contact_id == own.contact.id:
                tx.retention.waive(Waiver(conversation_id, NORRVIK, now, StaffId(lena), "felsms", "dnr 9"))

    await ctx.store.write(change)


async def test_what_stands_about_a_youth(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 16:55") as night:
        lena, code = await a_family(night)
        await carries_over(night.people["Anna"])
        await decided(night, code)
        taken = await approved(night, lena, TakeOutWanted(TakeOutKind.REGISTER, code))
        facts = dict(taken.facts)
        assert (facts["decided_on"], facts["review_on"]) == ("2026-10-01", "2027-04-01")
        assert (facts["says"], facts["said_on"], facts["sms_stop"]) == ("given", "2026-10-02", "stopped")
        assert facts["hold"] == "mål 12-26"
        assert "bars_other" not in facts  # stands for the mother's number
        happened = {(line.what, line.text) for line in taken.events}
        assert {("transferred", "2026/123"), ("waived", "felsms · dnr 9")} <= happened
        opened = [line for line in taken.events if line.what == "log"]
        assert any("läste" in line.text or "svarade" in line.text for line in opened)
        assert {line.who for line in opened} == {""}
        told = taken_out_page(taken)
        assert "Mona Berg" not in told
        assert "Kallelser" in told or "kallelser" in told
        assert [sheet.title for sheet in taken_out_sheets(taken)][-2:] == [words.EVENTS, words.NOT_HERE]


async def test_what_stands_about_a_guardian(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 16:55") as night:
        lena, code = await a_family(night)
        await carries_over(night.people["Anna"])
        await decided(night, code)
        taken = await approved(night, lena, TakeOutWanted(TakeOutKind.REGISTER, code, number=MOTHER))
        facts = dict(taken.facts)
        assert (facts["says"], facts["bars_other"]) == ("refused", "yes")
        assert not {"decided_on", "sms_stop", "hold", "ended"} & set(facts)
        assert not {"transferred", "waived"} & {line.what for line in taken.events}
        assert "2026/123" not in taken_out_page(taken)
