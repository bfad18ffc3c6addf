"""Bekräfta telefon and Testlarm: the phone that is to wake somebody is theirs, and rings."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from storage.tables import PhoneCodeRow
from tests.acceptance.night import NORRVIK, Night, Person, Phone, a_night

ANNAS, ANOTHER = "+46701740611", "+46701740612"


async def hires_anna(night: Night) -> tuple[Person, Phone]:
    """Anna, whose number stands in the register, and has not been verified."""
    anna = await night.hires("Anna Ek", NORRVIK)
    anna.staff = replace(anna.staff, phone=ANNAS)
    await night.writes(lambda tx: tx.staff.save(anna.staff))
    night.opens_channels()
    return anna, night.phone(ANNAS)


async def presses_at_home(night: Night, person: Person, action: str) -> None:
    await person.opens_home()
    home = night.sandbox.slack.state()["homes"][person.user]
    await night.sandbox.slack.click(person.user, action_id=action, view_id=home["id"])
    await night.settles()


def codes(phone: Phone) -> list[str]:
    """Return the codes that have been texted to a phone, oldest first."""
    found = [re.search(r"kod är (\d{6})\.", message["body"]) for message in phone.inbox()]
    return [code[1] for code in found if code is not None]


async def types(person: Person, code: str) -> dict[str, Any]:
    return await person.submits({"code": {"field": code}})


async def is_verified(night: Night, person: Person) -> bool:
    found = await night.writes(lambda tx: tx.staff.get(person.staff.id))
    return bool(found.is_phone_verified)


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def test_a_code_by_sms_verifies_the_phone(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 12:00") as night:
        anna, phone = await hires_anna(night)
        assert "Din telefon (11) är inte bekräftad." in await anna.opens_home()

        await presses_at_home(night, anna, "phone_code")
        (code,) = codes(phone)
        phone.receives("Skriv den i Slack inom tio minuter.")
        assert "telefonen som slutar på 11" in anna.reads()
        night.secret_words.add(code)
        done = await types(anna, f"{code[:3]} {code[3:]}")

        assert not done.get("errors"), done
        assert "Telefonen är bekräftad." in anna.reads()
        await anna.closes_modal()
        assert "Din telefon (11) är bekräftad." in anna.drawn_home()
        assert await is_verified(night, anna)
        assert night.audit("verify_phone") == [(anna.staff.id, "code_by_sms", True)]
        assert night.rows(PhoneCodeRow.__table__.select()) == []  # type: ignore[attr-defined]
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_five_wrong_codes_and_the_right_one_is_worth_nothing(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 12:00") as night:
        anna, phone = await hires_anna(night)
        await presses_at_home(night, anna, "phone_code")
        (code,) = codes(phone)

        for _ in range(5):
            done = await types(anna, other_than(code))
            assert done["errors"]["code"].startswith("Koden stämmer inte.")
        done = await types(anna, code)

        assert done["errors"]["code"].startswith("Koden gäller inte längre.")
        assert not await is_verified(night, anna)
        assert [ground for _, ground, _ in night.audit("verify_phone")] == ["code_wrong"] * 5 + ["code_old"]


async def test_a_code_lasts_ten_minutes_and_only_the_newest_counts(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 12:00") as night:
        anna, phone = await hires_anna(night)
        await presses_at_home(night, anna, "phone_code")
        await anna.closes_modal()
        await presses_at_home(night, anna, "phone_code")
        assert "Vi skickade nyss." in anna.reads()
        await anna.closes_modal()
        await night.minutes_pass(2)
        await presses_at_home(night, anna, "phone_code")
        first, second = codes(phone)
        if first != second:
            assert (await types(anna, first))["errors"]
        await night.minutes_pass(10)

        assert (await types(anna, second))["errors"]["code"].startswith("Koden gäller inte längre.")
        assert not await is_verified(night, anna)


async def test_a_code_to_the_old_number_says_nothing_of_the_new(tmp_path: Path, database_url: str) -> None:
    """The number is changed while the code is out: nothing is known of the new one."""
    async with a_night(tmp_path, database_url, "2026-11-20 12:00") as night:
        anna, phone = await hires_anna(night)
        await presses_at_home(night, anna, "phone_code")
        (code,) = codes(phone)

        anna.staff = replace(anna.staff, phone=ANOTHER)
        await night.writes(lambda tx: tx.staff.save(anna.staff))

        assert (await types(anna, code))["errors"]["code"].startswith("Koden gäller inte längre.")
        assert not await is_verified(night, anna)


async def test_a_test_alarm_comes_by_both_ways_at_most_once_a_minute(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 12:00") as night:
        anna = await night.hires("Anna Ek", NORRVIK, phone=ANNAS)
        phone = night.phone(ANNAS)

        await presses_at_home(night, anna, "test_alarm")
        anna.is_told("*Testlarm.*")
        phone.receives("det här är ett testlarm till dig")
        assert "Testlarm skickat hit i Slack och som sms" in anna.reads()
        await anna.closes_modal()
        await presses_at_home(night, anna, "test_alarm")
        assert "Vi skickade nyss." in anna.reads()

        night.expect_nothing_else()
        await night.nothing_waits()


async def test_in_a_trial_no_other_phone_is_texted(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 12:00", trial=(ANOTHER,)) as night:
        anna, phone = await hires_anna(night)

        await presses_at_home(night, anna, "phone_code")

        assert "din telefon står inte på provlistan" in anna.reads()
        assert phone.inbox() == []
