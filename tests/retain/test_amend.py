"""An enrolment ends, something is corrected, a number that should never have been there is taken away."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.consent import LinkConsent, Says
from bot.domain.errors import BadInput, NotAllowed
from bot.ports import Tx
from bot.services.amend.correct import Correction, Field, correct
from bot.services.amend.end_enrolment import end_enrolment
from bot.services.amend.remove_number import Removal, Written, remove_number
from bot.services.retention.hold import HoldWanted, lift_hold, set_hold
from storage.tables import AuditRow, ContactLinkRow, ConversationRow
from tests.acceptance.night import NORRVIK, Night, a_night
from tests.retain.given import found, rows_of
from tests.retain.test_stories import LENA, MOTHER, NAMES, NOVA, WORDS, an_evening, ctx_of

ANNA, BO = "anna@example.se", "bo@example.se"


def log_of(night: Night, act: str) -> list[dict[str, object]]:
    return [row.details for row in rows_of(night, AuditRow) if row.act == act and row.is_allowed]


async def test_a_wrong_number_goes_with_what_was_written(tmp_path: Path, database_url: str) -> None:
    """By decision it is deleted at once, here and at the carrier; what was written with the mother's own stays."""
    async with a_night(tmp_path, database_url, "2026-11-20 16:55") as night:
        _, _, youth = await an_evening(night)
        removal = Removal(youth.case_code, "070-174 06 05", "dnr 8", Written.DELETED)
        with pytest.raises(NotAllowed):
            await remove_number(removal, ctx=ctx_of(night), as_email=BO)
        [hold] = await set_hold(HoldWanted("mål 1", code=youth.case_code), ctx=ctx_of(night), as_email=LENA)
        with pytest.raises(BadInput):
            await remove_number(removal, ctx=ctx_of(night), as_email=ANNA)
        await lift_hold(hold, ctx=ctx_of(night), as_email=LENA)

        assert await remove_number(removal, ctx=ctx_of(night), as_email=ANNA) == 1
        await night.settles()

        assert found(night, [*WORDS, NOVA]) == []
        assert {place for place, _ in found(night, [MOTHER])} == {"contact.number"}
        assert log_of(night, "remove_number") == [{"written": "deleted", "conversations": 1}]
        with pytest.raises(BadInput):
            await remove_number(removal, ctx=ctx_of(night), as_email=ANNA)


async def test_a_wrong_number_may_leave_its_words_with_the_namnd(tmp_path: Path, database_url: str) -> None:
    """Its next text is an unknown number's."""
    async with a_night(tmp_path, database_url, "2026-11-20 16:55") as night:
        _, _, youth = await an_evening(night)
        removal = Removal(youth.case_code, NOVA, "dnr 8", Written.KEPT)
        assert await remove_number(removal, ctx=ctx_of(night), as_email=LENA) == 0

        assert {place for place, _ in found(night, WORDS)} >= {"message.body", "note.support"}
        assert [row.is_open for row in rows_of(night, ConversationRow)] == [False]
        assert len(rows_of(night, ContactLinkRow)) == 1


async def test_who_has_ended_is_no_longer_known_and_still_received(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 16:55") as night:
        anna, _, youth = await an_evening(night)
        for who in (BO, "nobody@example.se"):
            with pytest.raises(NotAllowed):
                await end_enrolment(youth.case_code, "dnr 4", ctx=ctx_of(night), as_email=who)
        with pytest.raises(NotAllowed):
            await end_enrolment("22222", "dnr 4", ctx=ctx_of(night), as_email=ANNA)
        with pytest.raises(BadInput):
            await end_enrolment(youth.case_code, " ", ctx=ctx_of(night), as_email=ANNA)
        for _ in range(2):
            await end_enrolment(youth.case_code, "dnr 4", ctx=ctx_of(night), as_email=ANNA)

        assert await ctx_of(night).store.read(lambda tx: tx.people.youths_of(NORRVIK)) == []
        await night.phone(NOVA).texts("hej igen")
        assert anna.card("Ett sms väntar", channel="C0NORRVIK")
        assert [row.act for row in rows_of(night, AuditRow) if row.act == "end_enrolment" and row.is_allowed] == [
            "end_enrolment"
        ]


async def test_what_was_wrong_is_put_right_and_the_old_value_given_back(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 16:55") as night:
        _, _, youth = await an_evening(night)

        async def put(what: Field, value: str, number: str | None = None) -> str:
            wanted = Correction(youth.case_code, what, value, "dnr 3", number)
            return await correct(wanted, ctx=ctx_of(night), as_email=ANNA)

        assert await put(Field.NAME, "Nora Berg") == NAMES[0]
        assert await put(Field.LANGUAGE, "en", MOTHER) == "sv"
        assert await put(Field.CONTACT_NAME, "Moa Berg", MOTHER) == NAMES[1]
        assert await put(Field.ROLE, "youth", MOTHER) == "guardian"
        assert await put(Field.AGE_BAND, "12_to_14") == "15_or_over"
        for what, value, number in (
            (Field.AGE_BAND, "40", None),
            (Field.LANGUAGE, "xx", MOTHER),
            (Field.ROLE, "aunt", MOTHER),
            (Field.CONTACT_NAME, "Eva", "+46701740688"),
        ):
            with pytest.raises(BadInput):
                await put(what, value, number)

        assert [place for place, _ in found(night, ["Nora Berg"])] == ["youth.name"]
        assert [place for place, _ in found(night, ["Moa Berg"])] == ["contact_link.name"]
        assert not any(name in str(details) for details in log_of(night, "correct") for name in (*NAMES, "Nora"))
        with pytest.raises(NotAllowed):
            await correct(Correction(youth.case_code, Field.NAME, "Eva", "dnr 3"), ctx=ctx_of(night), as_email=BO)


@pytest.mark.parametrize(("said", "stands"), [(Says.GIVEN, Says.UNKNOWN), (Says.REFUSED, Says.REFUSED)])
async def test_a_barrier_outlives_a_corrected_role(
    tmp_path: Path, sqlite_database_url: str, said: Says, stands: Says
) -> None:
    """What holds us back stays until a person lifts it; a yes was a guardian's, and is nobody else's."""
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 16:55") as night:
        _, _, youth = await an_evening(night)
        ctx = ctx_of(night)

        def of_mother(tx: Tx) -> LinkConsent:
            contact = tx.people.contact_by_number(MOTHER)
            assert contact is not None
            consents = [one for one in tx.consents.of_links([youth.id]) if one.contact_id == contact.contact.id]
            return next(iter(consents), LinkConsent(contact.contact.id, youth.id))

        def bars(tx: Tx) -> None:
            tx.consents.save_link(replace(of_mother(tx), says=said, bars_other=True))

        await ctx.store.write(bars)
        for role in ("guardian", "youth"):
            wanted = Correction(youth.case_code, Field.ROLE, role, "dnr 5", MOTHER)
            assert await correct(wanted, ctx=ctx, as_email=ANNA) == "guardian"
            kept = await ctx.store.read(of_mother)
            assert kept.bars_other
            assert kept.says is (said if role == "guardian" else stands)
