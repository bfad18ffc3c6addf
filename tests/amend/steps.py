"""Steps that the stories of *Ändra eller ta bort* share."""

import asyncio
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import col

from bot.domain.people import LinkRole, Role, Youth
from storage.tables import AuditRow
from tests.acceptance.night import NORRVIK, SODERMARK, Night, Person, Phone

NOVA, MOTHER = "+46701740605", "+46701740606"
PATIENCE: Final = 30  # seconds
WORDS = "pappa är full igen"


async def an_evening(night: Night) -> tuple[Person, Phone, Youth]:
    """Anna has the duty and Nova has texted; Lena leads, Jasmin is related to Nova, and Bo is of the other nämnd."""
    anna = await night.hires("Anna Ek", NORRVIK)
    await night.hires("Lena Holm", NORRVIK, Role.LEADER)
    jasmin = await night.hires("Jasmin Alm", NORRVIK)
    await night.hires("Bo Lind", SODERMARK, Role.FAMILJEBEHANDLARE, Role.LEADER)
    nova, youth = await night.enrols("Nova Berg", NOVA, NORRVIK, jav=(jasmin.staff.id,))
    await night.enrols("Mona Berg", MOTHER, NORRVIK, role=LinkRole.GUARDIAN, of=youth)
    night.phone(MOTHER)
    night.opens_channels()
    await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
    await night.clock_reaches("2026-11-20 18:00")
    await nova.texts(WORDS)
    return anna, nova, youth


async def finds(night: Night, person: Person, wanted: str) -> list[str]:
    """Begin from Home and type in the search; return what is offered."""
    await person.opens_home()
    home, before = night.sandbox.slack.state()["homes"][person.user], len(person.modals())
    async with asyncio.timeout(PATIENCE):
        while len(person.modals()) == before:  # a trigger lives three seconds, also on a machine that is busy
            await night.sandbox.slack.click(person.user, action_id="amend_pick", view_id=home["id"])
            await night.settles()
    done = await night.sandbox.slack.suggest(person.user, person.modal()["id"], "youth", "youth_choice", wanted)
    return [option["text"]["text"] for option in done["options"]]


async def opens(night: Night, person: Person, youth: Youth) -> str:
    """Find the youth by the code, and read what stands."""
    assert len(await finds(night, person, youth.case_code)) == 1
    await person.submits({"youth": {"youth_choice": youth.id}})
    return person.reads()


async def begins(night: Night, person: Person, action: str, nth: int = 0) -> str:
    """Press the nth such button of the page, and read the form."""
    places = [block["block_id"] for block in person.modal()["blocks"] if action in str(block.get("elements"))]
    before = len(person.modals())
    async with asyncio.timeout(PATIENCE):
        while len(person.modals()) == before:
            await person.presses_in_modal(action, block_id=places[nth])
    return person.reads()


def by(reference: str, **more: Any) -> dict[str, Any]:
    return {"reference": {"field": reference}, **more}


def log_of(night: Night, act: str) -> list[Any]:
    """Return what was done of `act`."""
    table = AuditRow.__table__  # type: ignore[attr-defined]
    done = sa.select(table).where(col(AuditRow.act) == act, col(AuditRow.is_allowed).is_(True))
    return night.rows(done.order_by(col(AuditRow.id)))
