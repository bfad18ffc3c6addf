"""The worlds that are attacked: who is there, what has been said, and what is to stay hidden."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import sqlalchemy as sa
from aiohttp import ClientSession, DummyCookieJar

from bot.domain.background import Background
from bot.domain.ids import NamndId
from bot.domain.people import LinkRole, Role, World, Youth
from bot.ports import Tx
from storage.tables import (
    ActionRow,
    DeadlineRow,
    EpisodeRow,
    HeldReplyRow,
    MessageRow,
    OpenViewRow,
    SwapOfferRow,
)
from tests.acceptance.night import NORRVIK, SODERMARK, Night, a_night, local_time
from tests.acceptance.office import works
from tests.ready.test_swaps import offers
from tests.redteam import ways
from tests.redteam.attempts import Scene
from tests.redteam.watch import House
from tests.reserve.evening import PIN, Cast, chooses_pin, presses_home

OPEN_VIEWS: sa.Table = vars(OpenViewRow)["__table__"]
VALLBY: Final = NamndId("vallby")
NOVAS, MALINS, OTTOS, STRANGERS = "+46701740605", "+46701740606", "+46701740607", "+46701740608"
ALVAS = "+46701740609"  # Anna is related to her
ANNAS, GUNILLAS = "+46701740680", "+46701740682"
THIRD: Final = """
[namnd.vallby]
name = "Vallby stadsdelsnämnd"
short_name = "Vallby"
team_channel = "C0VALLBY"
office_hours = "mån-fre 08.00-17.00"
beredskap_hours = ["mån-fre 17.00-22.00", "lör-sön 10.00-22.00", "helgdag 10.00-22.00"]

[[number]]
number = "+46701740697"
label = "Beredskapen i Vallby"
namnder = ["vallby"]
"""
WRITTEN: Final = {  # what is hidden, and in which nämnd or world
    "Nova Almgren": "norrvik",
    "Malin Almgren": "norrvik",
    "sover hos mormor Tuvstarr": "norrvik",
    "kommer inte hem Kungsljus": "norrvik",
    "Hyacint igen": "norrvik",
    "ringer dig Vallmo om en stund": "norrvik",
    "ett utkast om Blåsippa": "norrvik",
    "bråk om Smörblomma": "norrvik",
    "rådet om Kattfot": "norrvik",
    "löfte till Prästkrage": "norrvik",
    "planen med Gullviva": "norrvik",
    "Alva Sandelin": "norrvik",
    "släkt med er Rödklint": "norrvik",
    "Otto Lundmark": "sodermark",
    "slog mig igen Liljekonvalj": "sodermark",
    "okänd skriver om Ängsklocka": "unknown",
    "K-4711": "myndighet",
}
TUVSTARR, KUNGSLJUS = "sover hos mormor Tuvstarr", "kommer inte hem Kungsljus"


async def hires(night: Night) -> None:
    """Everybody who will try something, and those whose work is attacked."""
    for name, namnd, *roles in (
        ("Anna Ek", NORRVIK),  # has the beredskap from 18.00
        ("Bo Lind", NORRVIK),  # is related to Nova
        ("Ines Holm", NORRVIK),  # has left
        ("Greta Ros", NORRVIK),  # whose account has been made a guest's
        ("Gunilla Holm", NORRVIK, Role.LEADER),
        ("Petra Wall", SODERMARK),  # had the beredskap until 18.00
        ("Sara Lind", SODERMARK),
        ("Lars Borg", SODERMARK, Role.LEADER),
        ("Vera Sund", VALLBY),  # has the beredskap of a nämnd that answers for nobody else
        ("Ville Sund", VALLBY, Role.LEADER),
    ):
        phone = {"Anna Ek": ANNAS, "Gunilla Holm": GUNILLAS}.get(name)
        await night.hires(name, namnd, *roles, phone=phone)
    for name, namnd, role in (
        ("Ingrid Strand", NORRVIK, Role.HANDLAGGARE),
        ("Kerstin Dahl", NORRVIK, Role.HANDLAGGARE),  # answers for none of the clocks
        ("Eva Kvist", NORRVIK, Role.LEADER),
        ("Hugo Palm", SODERMARK, Role.HANDLAGGARE),
    ):
        night.people[name.split()[0]] = await works(night, name, namnd, role)
    night.opens_channels()
    night.sandbox.slack.add_channel("C0VALLBY", "vallby-team", [night.people["Vera"].user])
    await night.leaves(night.people["Ines"])
    night.sandbox.slack.workspace.users[night.people["Greta"].user].is_restricted = True
    await night.on_beredskap(night.people["Petra"], "2026-11-20 17:00", "2026-11-20 18:00")
    await night.on_beredskap(night.people["Anna"], "2026-11-20 18:00", "2026-11-20 22:00")
    await night.on_beredskap(night.people["Vera"], "2026-11-20 17:00", "2026-11-20 22:00")


async def families(house: House) -> Youth:
    """Nova of Norrvik, whom Bo is related to, with her mother; Otto of Södermark."""
    night = house.night
    jav = (night.people["Bo"].staff.id,)
    _, nova = await night.enrols("Nova Almgren", NOVAS, NORRVIK, jav=jav)
    await night.enrols("Malin Almgren", MALINS, NORRVIK, role=LinkRole.GUARDIAN, of=nova)
    _, alva = await night.enrols("Alva Sandelin", ALVAS, NORRVIK, jav=(night.people["Anna"].staff.id,))
    _, otto = await night.enrols("Otto Lundmark", OTTOS, SODERMARK)
    for number in (STRANGERS, ANNAS, GUNILLAS):
        night.phone(number)
    house.ids |= {"youth": nova.id, "otto": otto.id, "alva": alva.id}

    def write(tx: Tx) -> None:
        words, anna = "planen med Gullviva", night.people["Anna"].staff.id
        at = local_time("2026-11-20 09:00")
        tx.backgrounds.save(Background(nova.id, words, words, words, words, date(2027, 1, 1), anna, at))

    await night.writes(write)
    return nova


def _conversation(night: Night, number: str, namnd: Any) -> Any:
    def query(tx: Tx) -> Any:
        contact = tx.people.contact_by_number(number)
        assert contact is not None
        return tx.conversations.latest(contact.contact.id, namnd, World.BEREDSKAP)

    return query


async def conversation_of(house: House, number: str, namnd: Any) -> str:
    """Return the id of the newest conversation with a phone."""
    assert house.night.sandbox.bot is not None
    found = await house.night.sandbox.bot.store.read(_conversation(house.night, number, namnd))
    return str(found.id)


async def an_evening(house: House) -> None:
    """Petra has it until 18.00 and leaves her modal open; Anna answers, and writes a note."""
    night = house.night
    await hires(night)
    await families(house)
    await _clock_begins(house)
    petra, anna = night.people["Petra"], night.people["Anna"]
    await night.phone(NOVAS).texts(TUVSTARR)
    await petra.types_in_thread(petra.card(), "ett utkast om Blåsippa")
    await petra.opens(petra.card())
    house.kept["petras"] = petra.modal()  # on her screen when her shift ends
    await night.clock_reaches("2026-11-20 18:05")
    await night.phone(NOVAS).texts(KUNGSLJUS)
    house.kept["petras_screen"] = petra.reads()
    card = anna.cards()[-1]
    await anna.replies("ringer dig Vallmo om en stund", card=card)
    words = ("bråk om Smörblomma", "rådet om Kattfot")
    await anna.closes(anna.cards()[-1], *words, promised="löfte till Prästkrage", action="next_working_day")
    await night.phone(NOVAS).texts("Hyacint igen")
    await night.phone(OTTOS).texts("slog mig igen Liljekonvalj")
    await night.phone(ALVAS).texts("släkt med er Rödklint")
    await night.phone(STRANGERS).texts("okänd skriver om Ängsklocka")
    await _opens_ottos(house)
    await _what_is_hers(house)
    ways.leave_modals(house)
    await _names(house)


async def _opens_ottos(house: House) -> None:
    anna = house.night.people["Anna"]
    await anna.opens(next(said for said in anna.cards() if "Södermark" in said.words))


async def opens_again(house: House) -> None:
    """Let Anna's modal stand open where an attempt has closed it: the next one may be about it."""
    views = house.night.rows(sa.select(OPEN_VIEWS.c.external_id))
    if "view" in house.ids and house.ids["view"] not in {view.external_id for view in views}:
        await _opens_ottos(house)
        house.ids["view"] = str(house.night.rows(sa.select(OPEN_VIEWS.c.external_id))[-1].external_id)
        ways.leave_modals(house)


async def _clock_begins(house: House) -> None:
    ingrid = house.night.people["Ingrid"]
    await ingrid.frist()  # type: ignore[attr-defined]
    done = await ingrid.registers("K-4711", "allvarssamtal", at="17.00", flags=("has_contact",))  # type: ignore[attr-defined]
    assert not done.get("errors"), done
    await ingrid.closes_all()  # type: ignore[attr-defined]


async def _what_is_hers(house: House) -> None:
    """Anna's PIN, the address of her calendar, and a shift that she offers to Bo."""
    night, anna = house.night, house.night.people["Anna"]
    later = await night.on_beredskap(anna, "2026-11-27 17:00", "2026-11-27 22:00")
    await offers(night, anna, later, to=night.people["Bo"])
    await chooses_pin(anna, PIN)
    await anna.opens_home()
    await presses_home(anna, "calendar")
    found = re.search(r"/kalender/([\w-]{22})\.ics", str(anna.modal()))
    assert found is not None
    house.kept["feed"] = found[0]
    house.ids["shift"] = later.id


async def _names(house: House) -> None:
    """Note the ids of all that is to be got at."""
    night = house.night
    for name, number, namnd in (
        ("conversation", NOVAS, NORRVIK),
        ("ottos", OTTOS, SODERMARK),
        ("alvas", ALVAS, NORRVIK),
        ("unknown", STRANGERS, None),
    ):
        house.ids[name] = await conversation_of(house, number, namnd)
    conversation = house.ids["conversation"]
    for name, row, of in (
        ("message", MessageRow, ""),
        ("episode", EpisodeRow, "conversation_id"),
        ("held", HeldReplyRow, ""),
        ("view", OpenViewRow, ""),
        ("action", ActionRow, ""),
        ("deadline", DeadlineRow, ""),
        ("offer", SwapOfferRow, ""),
    ):
        table: sa.Table = vars(row)["__table__"]
        key = table.c.external_id if name == "view" else table.c.id
        wanted = sa.select(key) if not of else sa.select(key).where(table.c[of] == conversation)
        found = night.rows(wanted)
        assert found, name
        house.ids[name] = str(found[-1][0])

    def contact(tx: Tx) -> str:
        found = tx.people.contact_by_number(NOVAS)
        assert found is not None
        return str(found.contact.id)

    house.kept["contact"] = await night.writes(contact)


@asynccontextmanager
async def opened(scene: Scene, folder: Path, database_url: str) -> AsyncIterator[House]:
    """A fresh world, in which all has happened that is there to be got at."""
    content = "inline" if scene is Scene.INLINE else "sealed"
    night_of = a_night(folder, database_url, "2026-11-20 17:05", settings=THIRD, norrvik=content, sodermark=content)
    async with night_of as night, ClientSession(cookie_jar=DummyCookieJar()) as http:
        _is_of_an_organisation(folder)
        await night.restarts()
        house = House(night, http)
        night.sandbox.carrier.add_number("+46701740697", "Vallby", "beredskap")
        house.planted |= WRITTEN
        house.numbers |= dict.fromkeys((NOVAS, MALINS, ALVAS), "norrvik")
        house.numbers |= {OTTOS: "sodermark", STRANGERS: "unknown"}
        await an_evening(house)
        if scene is Scene.SLACK_AWAY:
            await _slack_goes(house)
        yield house


def _is_of_an_organisation(folder: Path) -> None:
    config, ours = folder / "beredskap.toml", 'app_id = "A0SANDBOX"'
    config.write_text(config.read_text("utf-8").replace(ours, f'{ours}\nenterprise_id = "E0SANDBOX"'), "utf-8")


async def _slack_goes(house: House) -> None:
    """Slack is away: Anna is texted a link, and Bo has a PIN of his own."""
    night = house.night
    await chooses_pin(night.people["Bo"], "739154")
    story = Cast(night, night.people["Anna"], night.people["Gunilla"], night.phone(NOVAS))
    story.slack_is_away()
    await night.phone(NOVAS).texts("<script>alert('Hyacint')</script> & <b>igen</b>")
    await night.minutes_pass(4)
    house.kept |= {"story": story, "link": urlsplit(story.link(ANNAS)).path}
