"""What stands about one person leaves once, when a leader has said so, and holds nothing of anybody else."""

from pathlib import Path

import pytest

from bot.domain.errors import BadInput, NotAllowed
from bot.domain.people import LinkRole
from bot.domain.taking_out import TakeOutKind
from bot.services.take_out.approve import approve_take_out
from bot.services.take_out.take_out import TakenOut, TakeOutWanted, take_out
from bot.spreadsheets import read_rows, save
from bot.taken_out_file import taken_out_page, taken_out_sheets
from storage.tables import TakenOutRow
from tests.acceptance.night import SODERMARK, Night, Person, a_night
from tests.retain.given import rows_of
from tests.retain.test_stories import LENA, MOTHER, NAMES, WORDS, an_evening, ctx_of

ANNA, BO = "anna@example.se", "bo@example.se"
MOTHERS_WORDS = "jag vet inte vad jag ska göra"
REGISTER, RELEASE = TakeOutKind.REGISTER, TakeOutKind.RELEASE


async def a_family(night: Night) -> tuple[Person, str]:
    """As the evening; and the mother has written on Monday morning."""
    _, lena, youth = await an_evening(night)
    await night.phone(MOTHER).texts(MOTHERS_WORDS)
    return lena, youth.case_code


async def asks(night: Night, wanted: TakeOutWanted, who: str = ANNA) -> TakenOut | None:
    return await take_out(wanted, ctx=ctx_of(night), as_email=who)


async def test_once_within_the_hour_and_only_when_a_leader_says_so(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 16:55") as night:
        lena, code = await a_family(night)
        wanted = TakeOutWanted(REGISTER, code)
        assert [await asks(night, wanted), await asks(night, wanted)] == [None, None]
        await night.settles()
        asked = lena.is_told("vill ta ut ett registerutdrag")
        assert code in asked.words
        await lena.presses("take_out_approve", asked)

        taken = await asks(night, wanted)
        assert taken is not None
        assert taken.approved_by == "Lena Holm"
        assert await asks(night, wanted) is None  # single use: she is asked anew
        assert [row.used_at is not None for row in rows_of(night, TakenOutRow)] == [True, False]

        await night.settles()
        again = lena.messages()[-1]
        await night.minutes_pass(61)
        await lena.presses("take_out_approve", again)
        assert await asks(night, wanted) is None


async def test_a_youths_own_and_nothing_of_the_mothers(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 16:55") as night:
        lena, code = await a_family(night)
        told = taken_out_page(await approved(night, lena, TakeOutWanted(REGISTER, code)))
        for own in (NAMES[0], "070-174 06 05", *WORDS):
            assert own in told, own
        for others in (NAMES[1], "070-174 06 06", MOTHERS_WORDS):
            assert others not in told


async def test_a_guardians_own_and_nothing_of_the_youths(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 16:55") as night:
        lena, code = await a_family(night)
        taken = await approved(night, lena, TakeOutWanted(REGISTER, code, number=MOTHER))
        told = taken_out_page(taken)
        for own in (NAMES[1], "070-174 06 06", MOTHERS_WORDS):
            assert own in told, own
        for others in (NAMES[0], "070-174 06 05", *WORDS):
            assert others not in told

        save(tmp_path / "utdrag.xlsx", taken_out_sheets(taken), overwrite=False)
        assert read_rows((tmp_path / "utdrag.xlsx").read_bytes())


async def test_another_namnds_is_never_in_it(tmp_path: Path, database_url: str) -> None:
    """The same mother is enrolled in Södermark too, with another child."""
    async with a_night(tmp_path, database_url, "2026-11-20 16:55") as night:
        lena, code = await a_family(night)
        _, sibling = await night.enrols("Sigge Dahl", "+46701740608", SODERMARK)
        await night.enrols("Mona Dahl", MOTHER, SODERMARK, role=LinkRole.GUARDIAN, of=sibling)
        told = taken_out_page(await approved(night, lena, TakeOutWanted(REGISTER, code, number=MOTHER)))
        assert "Dahl" not in told
        with pytest.raises(NotAllowed):
            await asks(night, TakeOutWanted(REGISTER, sibling.case_code))


async def test_who_may_ask_and_what_must_be_said(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 16:55") as night:
        lena, code = await a_family(night)
        with pytest.raises(NotAllowed):
            await asks(night, TakeOutWanted(REGISTER, code), BO)
        with pytest.raises(BadInput):  # nobody else leads there
            await asks(night, TakeOutWanted(REGISTER, code), LENA)
        with pytest.raises(BadInput):
            await asks(night, TakeOutWanted(RELEASE, code, ground="OSL 10 kap. 21 §"))
        form = TakeOutWanted(RELEASE, code, ground="OSL 10 kap. 21 §", decider="Nils Ny", given="Polisen, allt")
        taken = await approved(night, lena, form)
        assert taken.facts == ()
        told = taken_out_page(taken)
        assert all(said in told for said in ("OSL 10 kap. 21 §", "Nils Ny", "Polisen, allt", WORDS[0]))
        assert [row.act for row in night.audited(lena) if row.act == "approve_take_out"] == ["approve_take_out"]


async def test_only_a_leader_of_the_namnd_lets_it_out(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 16:55") as night:
        _, code = await a_family(night)
        await asks(night, TakeOutWanted(REGISTER, code))
        [asked] = rows_of(night, TakenOutRow)
        for name in ("Anna", "Bo"):
            with pytest.raises(NotAllowed):
                await approve_take_out(night.people[name].user, asked.id, ctx=ctx_of(night))
        assert [row.approved_at for row in rows_of(night, TakenOutRow)] == [None]


async def approved(night: Night, leader: Person, wanted: TakeOutWanted) -> TakenOut:
    assert await asks(night, wanted) is None
    await night.settles()
    await leader.presses("take_out_approve", leader.messages()[-1])
    taken = await asks(night, wanted)
    assert taken is not None
    return taken
