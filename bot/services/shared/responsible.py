"""Whose a conversation about a summons is: the handläggare of its clock, whoever stands in, and the leaders."""

from datetime import timedelta
from typing import Final

from bot.domain.absence import responsible
from bot.domain.calendar import local
from bot.domain.conversation import Conversation
from bot.domain.deadline import Deadline
from bot.domain.ids import NamndId, StaffId
from bot.domain.people import Role, Staff, World
from bot.domain.secrecy import Actor
from bot.domain.summons import Summons
from bot.ports import Tx
from bot.services.context import Context

STILL_ABOUT_IT: Final = timedelta(days=30)  # what is written within this of a summons is taken to be about it
NOBODY: Final = StaffId("")  # among the responsible where there are none: then only the leaders are let in


def who_has(tx: Tx, ctx: Context, namnd: NamndId, owner: StaffId | None) -> Staff | None:
    """Return who has the clocks of `owner` today and can be told in Slack; None when nobody can."""
    today = local(ctx.clock.now()).date()
    found = responsible(owner, namnd, today, tx.absences.of(namnd, today))
    person = None if found is None else tx.staff.get(found)
    if person is None or not person.is_active or person.slack_user_id is None:
        return None
    roles = (Role.HANDLAGGARE, Role.LEADER)
    return person if namnd in person.namnder(*roles, world=World.MYNDIGHET) else None


def leaders_of(tx: Tx, namnd: NamndId) -> list[Staff]:
    """Return the leaders of a nämnd's unit who can be told in Slack."""
    return [p for p in tx.staff.with_role(Role.LEADER, namnd, World.MYNDIGHET) if p.slack_user_id is not None]


def clocks_behind(tx: Tx, conversation: Conversation) -> list[Deadline]:
    """Return the clocks that a conversation is about: of the open summons, else of the newest of late.

    None for what has to do with no summons.
    """
    found = [tx.deadlines.get(summons.deadline_id) for summons in _summons_behind(tx, conversation)]
    return list({clock.id: clock for clock in found if clock is not None}.values())


def cases_behind(tx: Tx, ctx: Context, conversation: Conversation, reader: Actor | None) -> tuple[str, ...]:
    """Return the references of the cases that a conversation is about, of those that `reader` may see."""
    if reader is None:
        return ()
    leads = reader.staff.namnder(Role.LEADER, world=World.MYNDIGHET)
    shown = set()
    for clock in clocks_behind(tx, conversation):
        person = who_has(tx, ctx, clock.namnd, clock.owner)
        has_it = reader.staff.id in {clock.owner, None if person is None else person.id}
        if has_it or clock.namnd in leads:
            shown.add(clock.case_ref)
    return tuple(sorted(shown))


def _summons_behind(tx: Tx, conversation: Conversation) -> list[Summons]:
    if conversation.world is not World.MYNDIGHET or conversation.namnd is None:
        return []
    still_open = tx.summons.open_with(conversation.contact_id, conversation.namnd)
    if still_open:
        return still_open
    since = conversation.opened_at - STILL_ABOUT_IT  # and so what was said then stays theirs for good
    newest = tx.summons.newest_with(conversation.contact_id, conversation.namnd, since)
    return [] if newest is None else [newest]


def responsible_for(tx: Tx, ctx: Context, conversation: Conversation) -> frozenset[StaffId]:
    """Return who may read a conversation besides the leaders; nobody in particular for one without a summons."""
    clocks = clocks_behind(tx, conversation)
    if not clocks:
        return frozenset()
    stand_ins = (who_has(tx, ctx, clock.namnd, clock.owner) for clock in clocks)
    both = {clock.owner for clock in clocks} | {None if person is None else person.id for person in stand_ins}
    return frozenset(staff_id for staff_id in both if staff_id is not None) or frozenset({NOBODY})


def people_told(tx: Tx, ctx: Context, clocks: list[Deadline], avoid: frozenset[StaffId]) -> tuple[Staff, ...]:
    """Return before whom a conversation about these clocks is put: whoever has them now, the leaders for the rest."""
    told: dict[StaffId, Staff] = {}
    for clock in clocks:
        person = who_has(tx, ctx, clock.namnd, clock.owner)
        able = person is not None and person.id not in avoid
        people = [person] if person is not None and able else leaders_of(tx, clock.namnd)
        told.update({p.id: p for p in people if p.id not in avoid})
    return tuple(told.values())
