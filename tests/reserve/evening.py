"""An evening without Slack: who is there, the phones of staff, and a browser that knows no scripts."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import sqlalchemy as sa
from aiohttp import ClientResponse, ClientSession, CookieJar

from bot.domain.people import Role
from bot.services.look_for_uncertain import look_for_uncertain
from storage.tables import AuditRow, OutboxRow
from tests.acceptance.night import NORRVIK, Night, Person, Phone

PIN: Final = "480271"
PATIENCE: Final = 60.0  # seconds of wire time for what goes by the machine's clock
ANNAS, BOS, GUNILLAS, CECILIAS = "+46701740680", "+46701740681", "+46701740682", "+46701740683"
LINK: Final = re.compile(r"http://\S+/reserv/[A-Za-z0-9_-]{22}")
ENTITY_TAGS: Final = re.compile(r"<style>.*?</style>|<[^>]*>", re.S)


@dataclass
class Browser:
    """A phone's browser: follows links and fills in forms, as a person without scripts can."""

    session: ClientSession
    url: str = ""
    html: str = ""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def reads(self) -> str:
        return " ".join(unescape(ENTITY_TAGS.sub(" ", self.html)).split())

    async def opens(self, url: str) -> str:
        async with self.session.get(urljoin(self.url, url)) as response:
            return await self._took(response)

    async def follows(self, words: str) -> str:
        """Follow the one link that holds these words."""
        links = re.findall(r"<a[^>]*href=\"([^\"]+)\"[^>]*>(.*?)</a>", self.html, re.S)
        found = {unescape(href) for href, inside in links if words in unescape(ENTITY_TAGS.sub(" ", inside))}
        assert len(found) == 1, f"{len(found)} links hold {words!r}: {self.reads}"
        return await self.opens(found.pop())

    def fields(self, action: str = "") -> tuple[str, dict[str, str]]:
        """Return where the form whose address holds `action` leads, and what is filled in."""
        forms = re.findall(r"<form([^>]*)>(.*?)</form>", self.html, re.S)
        found = [(attributes, inside) for attributes, inside in forms if action in attributes]
        assert len(found) == 1, f"{len(found)} forms lead to {action!r}: {self.reads}"
        attributes, inside = found[0]
        where = re.search(r'action="([^"]*)"', attributes)
        assert where is not None
        values = {}
        for one in re.findall(r"<input[^>]*>", inside):
            name = re.search(r'name="([^"]*)"', one)
            value = re.search(r'value="([^"]*)"', one)
            if name is not None:
                values[name[1]] = "" if value is None else unescape(value[1])
        area = re.search(r"<textarea[^>]*name=\"([^\"]*)\"[^>]*>\n?(.*?)</textarea>", inside, re.S)
        if area is not None:
            values[area[1]] = unescape(area[2])
        return unescape(where[1]), values

    async def submits(self, action: str = "", *, follow: bool = True, **values: str) -> str:
        where, filled = self.fields(action)
        return await self.posts(where, {**filled, **values}, follow=follow)

    async def posts(self, where: str, values: dict[str, str], *, follow: bool = True) -> str:
        async with self.session.post(urljoin(self.url, where), data=values, allow_redirects=follow) as response:
            return await self._took(response)

    async def _took(self, response: ClientResponse) -> str:
        self.html, self.status = await response.text(), response.status
        self.url, self.headers = str(response.url), dict(response.headers)
        return self.reads


@asynccontextmanager
async def a_browser() -> AsyncIterator[Browser]:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:  # the address has no name
        yield Browser(session)


@dataclass
class Cast:
    """Anna has the beredskap, Gunilla leads it, Nova texts. Cecilia works in the team by day."""

    night: Night
    anna: Person
    gunilla: Person
    nova: Phone

    def texts_to(self, number: str) -> list[str]:
        """Return what a staff phone has been sent, oldest first."""
        state = self.night.sandbox.carrier.state()
        found = [m["body"] for p in state["phones"] if p["number"] == number for m in p["messages"] if not m["mine"]]
        return [str(body) for body in found]

    def link(self, number: str = ANNAS) -> str:
        """Return the newest link that a staff phone has been sent."""
        links = [found for body in self.texts_to(number) for found in LINK.findall(body)]
        assert links, self.texts_to(number)
        return str(links[-1])

    def slack_is_away(self, how: str = "down") -> None:
        self.night.sandbox.slack.faults.retry_after_s = 1
        self.night.sandbox.slack.faults.set("slack", how)

    async def slack_is_back(self) -> None:
        """Slack first: what is for staff phones leaves last, as when the carrier is slow."""
        self.night.sandbox.slack.faults.clear()
        table: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]
        left = table.c.state.in_(("due", "sending", "uncertain"))
        await self._all_leaves(sa.and_(left, table.c.kind.not_in(("sms", "staff_sms"))))
        self.night.sandbox.carrier.faults.set("carrier", "ok")
        await self._all_leaves(sa.and_(left, table.c.kind != "staff_sms"))
        await self._all_leaves(left)

    async def _all_leaves(self, waits: sa.ColumnElement[bool]) -> None:
        """Wait until no such row is left, by a clock of the machine that is hurried on."""
        table: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]
        async with asyncio.timeout(PATIENCE):
            while self.night.rows(sa.select(table.c.id).where(waits)):
                assert self.night.sandbox.bot is not None
                soon = sa.update(table).where(waits).values(next_at=self.night.sandbox.clock.wire_now())
                await self.night.executes(soon)  # the machine's time is not waited for
                self.night.sandbox.bot.worker.wake()
                await look_for_uncertain(ctx=self.night.sandbox.bot.ctx)
                await self.night.settles()
                await asyncio.sleep(0.02)


async def cast(night: Night, *, pin: str | None = PIN, verified: bool = True, leads: bool = True) -> Cast:
    """Hire them, choose PINs in App Home, and let Anna have the beredskap from 17.00 to 02.00."""
    anna = await night.hires("Anna Ek", NORRVIK, phone=ANNAS if verified else None)
    gunilla = await night.hires("Gunilla Holm", NORRVIK, Role.LEADER, phone=GUNILLAS if leads else None)
    night.opens_channels()
    nova, _ = await night.enrols("Nova Berg", "+46701740605", NORRVIK)
    await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-21 02:00")
    for number in (ANNAS, GUNILLAS, BOS, CECILIAS):
        night.phone(number)
    if pin is not None:
        shown = await chooses_pin(anna, pin)
        assert not shown.get("errors"), shown
    return Cast(night, anna, gunilla, nova)


async def chooses_pin(person: Person, pin: str, again: str | None = None) -> dict[str, Any]:
    """Välj PIN-kod, in App Home."""
    await person.opens_home()
    await presses_home(person, "choose_pin")
    shown = await person.submits({"pin": {"field": pin}, "pin_again": {"field": again or pin}})
    if not shown.get("errors"):
        await person.closes_modal()
    return shown


async def presses_home(person: Person, action: str) -> None:
    home = person.night.sandbox.slack.workspace.homes[person.user]
    await person.night.sandbox.slack.click(person.user, action_id=action, view_id=home.id)
    await person.night.settles()


def details_of(night: Night, act: str) -> list[dict[str, Any]]:
    table: sa.Table = AuditRow.__table__  # type: ignore[attr-defined]
    return [row.details for row in night.rows(sa.select(table).where(table.c.act == act).order_by(table.c.id))]


def path_of(url: str) -> str:
    return urlsplit(url).path
