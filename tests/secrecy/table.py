"""Who may what, written out: every kind of person, with every kind of thing, every act.

`python -m tests.secrecy.table` writes `who_may_what.txt` anew. It is the rule as somebody can read it who reads no
code, and a change of it is a change that somebody has to look at.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bot.domain.calendar import STOCKHOLM
from bot.domain.duty import Shift
from bot.domain.ids import NamndId, ShiftId, StaffId
from bot.domain.people import Role, Staff, StaffRole, World
from bot.domain.secrecy import Act, Actor, Allowed, Subject, Turn, may, note_deadline

FILE: Final = Path(__file__).with_name("who_may_what.txt")
HERE, THERE = NamndId("here"), NamndId("there")
ME, OTHER = StaffId("me"), StaffId("other")
RUNNING, EARLIER = ShiftId("running"), ShiftId("earlier")
STARTED: Final = datetime(2026, 11, 20, 17, tzinfo=STOCKHOLM).astimezone(UTC)  # a Friday
NOW: Final = STARTED + timedelta(hours=4)
B, M = World.BEREDSKAP, World.MYNDIGHET


def holder(*held: tuple[NamndId, World, Role], active: bool = True) -> Staff:
    return Staff(ME, "", "", "U1", frozenset(StaffRole(*role) for role in held), is_active=active)


def turn(*namnder: NamndId, started: datetime = STARTED) -> Turn:
    shift = Shift(RUNNING, ME, THERE, started, started + timedelta(hours=5))
    return Turn(RUNNING, frozenset(namnder), started, note_deadline(shift))


def _people() -> dict[str, Actor]:
    found = {
        f"{role.value} of {world.value} {where}": Actor(holder((where, world, role)))
        for where in (HERE, THERE)
        for world in World
        for role in Role
    }
    colleague = found[f"familjebehandlare of beredskap {THERE}"]
    long_ago = turn(HERE, THERE, started=STARTED - timedelta(days=7))
    every = [(HERE, world, role) for world in World for role in Role]
    return found | {
        "no role": Actor(holder()),
        "every role here": Actor(holder(*every)),
        "left, every role here, on duty": Actor(holder(*every, active=False), (turn(HERE, THERE),)),
        "guest in Slack, every role here, on duty": Actor(holder(*every), (turn(HERE, THERE),), is_guest=True),
        "colleague there, on duty for both": replace(colleague, on_duty=(turn(HERE, THERE),)),
        "colleague there, on duty for there": replace(colleague, on_duty=(turn(THERE),)),
        "colleague there, duty just ended": replace(colleague, former=(turn(HERE, THERE),)),
        "colleague there, duty long ended": replace(colleague, former=(long_ago,)),
    }


def _things() -> dict[str, Subject]:
    live = Subject(HERE, B, frozenset({RUNNING}), candidates=frozenset({HERE, THERE}), reception=HERE)
    earlier = replace(live, shift_ids=frozenset({EARLIER}))
    mine = frozenset({ME})
    escalated = replace(earlier, escalated_to=mine)
    unknown, case = replace(live, namnd=None), Subject(HERE, M, frozenset({RUNNING}), escalated_to=mine)
    return {
        "conversation, live": live,
        "conversation, earlier": earlier,
        "conversation, escalated": escalated,
        "conversation, escalated, closed": replace(escalated, escalated_until=NOW + timedelta(microseconds=1)),
        "conversation, escalated, over": replace(escalated, escalated_until=NOW),
        "conversation, jav": replace(live, jav=mine, escalated_to=mine, owners=mine),
        "unknown number, live": unknown,
        "unknown number, earlier": replace(unknown, shift_ids=frozenset({EARLIER})),
        "unknown number, escalated": replace(unknown, shift_ids=frozenset(), escalated_to=mine),
        "unknown number, escalated, over": replace(
            unknown, shift_ids=frozenset(), escalated_to=mine, escalated_until=NOW
        ),
        "unknown number, no reception": replace(unknown, shift_ids=frozenset(), reception=None),
        "case, mine": replace(case, responsible=mine),
        "case, somebody else's": replace(case, responsible=frozenset({OTHER})),
        "case, nobody's": case,
        "case, no namnd": replace(case, namnd=None, responsible=mine),
        "case, jav": replace(case, responsible=mine, jav=mine),
        "my own, of beredskap": Subject(HERE, B, owners=mine),
        "my own, of myndighet": Subject(HERE, M, owners=mine),
        "somebody else's own": Subject(HERE, B, owners=frozenset({OTHER})),
        "my own, no namnd": Subject(None, B, owners=mine),
    }


PEOPLE: Final = _people()
THINGS: Final = _things()


def written() -> str:
    """Return the table: + before a ground on which it is allowed, - before a reason for which it is not."""
    lines = []
    for person, actor in PEOPLE.items():
        by_answers: dict[tuple[str, ...], list[str]] = {}
        for thing, subject in THINGS.items():
            by_answers.setdefault(tuple(_answers(actor, subject)), []).append(thing)
        lines += ["", person]
        for answers, things in by_answers.items():
            lines += [f"  {'; '.join(things)}", *(f"    {line}" for line in answers)]
    return "\n".join(lines[1:]) + "\n"


def _answers(actor: Actor, subject: Subject) -> list[str]:
    by_answer: dict[str, list[str]] = {}
    for act in Act:
        answer = may(actor, act, subject, NOW)
        key = f"+{answer.ground}" if isinstance(answer, Allowed) else f"-{answer.reason}"
        by_answer.setdefault(key, []).append(act.value)
    if len(by_answer) == 1:
        return [f"{key}: everything" for key in by_answer]
    return [f"{key}: {' '.join(acts)}" for key, acts in sorted(by_answer.items())]


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
