"""An office day as a story: handläggare and leaders, what they type after /frist, and the pages that it opens."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from bot.domain.ids import NamndId
from bot.domain.people import Role, World
from bot.domain.phone import pretty
from bot.slack.views import register_form
from storage.tables import DeadlineRow
from tests.acceptance.night import Night, Person, Said, texts_in

CHILD, GUARDIAN = "+46701740612", "+46701740613"


class Clerk(Person):
    """Somebody in the world of myndighet, at their Slack."""

    async def frist(self, text: str = "") -> str:
        """Type /frist, and return what is answered to them alone; "" where a modal opened instead."""
        await self.night.sandbox.slack.command(self.user, "/frist", text)
        await self.night.settles()
        said = [m for m in self.messages() if m.ephemeral_to == self.user]
        self.night.expected.update((m.channel, m.ts) for m in said)
        return said[-1].words if said and not self.modals() else ""

    async def registers(
        self,
        ref: str,
        *kinds: str,
        on: str = "",
        at: str = "",
        owner: str | None = None,
        gender: str = "okant",
        flags: tuple[str, ...] = (),
        **more: dict[str, Any],
    ) -> dict[str, Any]:
        """Fill in the open form and send it. `owner` None leaves who is proposed."""
        values: dict[str, Any] = {
            "case_ref": {"field": ref},
            "kinds": {"field": list(kinds)},
            "received_time": {"field": at},
            "gender": {"field": gender},
            "flags": {"field": list(flags)},
            **more,
        }
        if on:
            values["received_on"] = {"date": on}
        if owner is not None:
            values[self.owner_block()] = {"owner": owner}
        return await self.submits(values)

    def owner_block(self) -> str:
        ids = [str(block.get("block_id")) for block in self.modal()["blocks"]]
        return next(name for name in ids if name.startswith(f"{register_form.OWNER}_"))

    async def starts(self, ref: str, *kinds: str, **more: Any) -> str:
        """Register, see what it says, and open the first clock in its modal; return what that says."""
        await self.frist()
        done = await self.registers(ref, *kinds, **more)
        assert not done.get("errors"), done
        await self.presses_first("clock_open")
        return self.reads()

    async def presses_first(self, action: str, value: str | None = None) -> dict[str, Any]:
        """Press the first button of this kind in the top modal, or the one of this value."""
        block = next(block for block, element in self.elements(action) if value in {None, element.get("value")})
        return await self.presses_in_modal(action, block_id=block["block_id"])

    def elements(self, action: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Return the elements with this action id in the top modal, each with its block."""
        return [
            (block, element)
            for block in self.modal()["blocks"]
            for element in [block.get("accessory"), block.get("element"), *block.get("elements", ())]
            if isinstance(element, dict) and element.get("action_id") == action
        ]

    def buttons(self) -> set[str]:
        """Return the action ids of the buttons in the top modal."""
        return {
            str(element.get("action_id"))
            for block in self.modal()["blocks"]
            for element in [block.get("accessory"), *block.get("elements", ())]
            if isinstance(element, dict) and element.get("type") == "button"
        }

    def all_pages(self) -> list[str]:
        """Return what each open modal says, the lowest first."""
        return ["\n".join([view["title"]["text"], *texts_in(view["blocks"])]) for view in self.modals()]

    async def closes_all(self) -> None:
        while self.modals():
            await self.closes_modal()

    def told(self) -> list[Said]:
        """Return what the bot has said to this person in their DM."""
        return [m for m in self.messages() if m.user == "U0BOT"]

    async def taps(self, action: str, on: Said, *, row: str = "") -> dict[str, Any]:
        """Press the first button of this kind in a message that has several; `row` is a word of the row it is for."""
        above = ""
        for block in on.blocks:
            above = "\n".join(texts_in(block)) if block["type"] == "section" else above
            buttons = [block.get("accessory"), *block.get("elements", ())]
            if row in above and any(b and b.get("action_id") == action for b in buttons):
                break
        else:
            raise AssertionError(f"no {action} by {row!r} in {on.words}")
        done: dict[str, Any] = await self.night.sandbox.slack.click(
            self.user, action_id=action, channel=on.channel, ts=on.ts, block_id=block["block_id"]
        )
        await self.night.settles()
        return done

    def list_of(self, day: str) -> Said:
        """Return the one list of the morning of "måndag 23 november", and expect it."""
        return self._headed(f"Dina frister {day}")

    def unit_of(self, day: str, *, is_week: bool = False) -> Said:
        """Return the one message to a leader of that morning, and expect it."""
        return self._headed(f"Enhetens frister, veckan från {day}" if is_week else f"Enhetens frister {day}")

    def _headed(self, header: str) -> Said:
        found = [m for m in self.told() if m.header == header]
        assert len(found) == 1, f"{len(found)} are headed {header!r}: {[m.header or m.text for m in self.told()]}"
        self.night.expected.add((found[0].channel, found[0].ts))
        return found[0]

    async def fills_summons(self, *times: tuple[str, str], **more: dict[str, Any]) -> None:
        """Fill in the open form Kalla via sms for CHILD and GUARDIAN, send it, and see it taken; close all.

        A time is a day ("2026-11-24") and a time of day ("16.00").
        """
        values: dict[str, Any] = {
            "child_number": {"field": pretty(CHILD)},
            "guardian_number": {"field": pretty(GUARDIAN)},
        }
        for nth, (day, time) in enumerate(times, 1):
            values |= {f"day_{nth}": {"date": day}, f"time_{nth}": {"field": time}}
        done = await self.submits({**values, **more})
        assert not done.get("errors"), done
        await self.closes_all()

    async def is_away(self, first: str, last: str, stand_in: Person | None = None) -> str:
        """Register an absence of one's own with /frist frånvaro; return what is said of it."""
        await self.frist("frånvaro")
        instead = "nobody" if stand_in is None else stand_in.staff.id
        namnd = next(iter(self.staff.roles)).namnd
        done = await self.submits(
            {"first": {"date": first}, "last": {"date": last}, f"stand_in_{namnd}": {"owner": instead}}
        )
        assert not done.get("errors"), done
        said = self.reads()
        await self.closes_all()
        return said


async def works(night: Night, name: str, namnd: NamndId, role: Role = Role.HANDLAGGARE) -> Clerk:
    """Employ somebody in the world of myndighet."""
    person = await night.hires(name, namnd, role, world=World.MYNDIGHET)
    return Clerk(person.night, person.staff)


def clocks_in(night: Night, case_ref: str) -> dict[str, Any]:
    """Return the rows of a case's clocks by kind."""
    table = DeadlineRow.__table__  # type: ignore[attr-defined]
    rows = night.rows(sa.select(table).where(col(DeadlineRow.case_ref) == case_ref))
    return {row.kind: row for row in rows}


def iso(text: str) -> str:
    """Return the day of "2026-11-20 14:20", as a date picker gives it."""
    return date.fromisoformat(text[:10]).isoformat()


def errors_of(done: dict[str, Any]) -> dict[str, str]:
    """Return what stands by the fields of a form that was not taken."""
    found: dict[str, str] = done.get("errors") or {}
    return found
