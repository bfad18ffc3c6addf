"""Every listener that Bolt has: pressed, sent, typed and searched in by those whom the rule refuses."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.slack import payloads
from bot.sandbox.slack.state import View
from tests.manifest.code import code_use
from tests.secrecy.listeners import ACTIONS, CLOSED, COMMANDS, OPTIONS, VIEWS, Sent, Whose, filled
from tests.secrecy.world import LEFT, STRANGER, Cast, a_cast

ROWS: dict[tuple[str, str], list[tuple[str, Sent]]] = {
    **{("action", name.value): [("", sent)] for name, sent in ACTIONS.items()},
    **{("view", name.value): [("", sent)] for name, sent in VIEWS.items()},
    **{("view_closed", name.value): [("", sent)] for name, sent in CLOSED.items()},
    **{("options", name.value): [("", sent)] for name, sent in OPTIONS.items()},
    **{("command", name): list(sent.items()) for name, sent in COMMANDS.items()},
}


def test_every_listener_of_the_program_has_a_row() -> None:
    use = code_use()

    assert sorted(ROWS) == sorted(set(use.listeners))
    assert len(use.listeners) == use.bound, "something is bound past handlers/slack/listeners.py"


@pytest.mark.timeout(600)  # some hundred presses, each by several people
async def test_nobody_gets_past_a_listener_whom_the_rule_refuses(
    tmp_path: Path, sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_cast(tmp_path, sqlite_database_url, monkeypatch) as cast:
        stood, holes = cast.stands(), []
        for kind, name, words, sent in _rows():
            for who in _refused(sent):
                holes += [
                    f"{kind} {name} {words}: {who}: {hole}" for hole in await _try(cast, kind, name, words, sent, who)
                ]
            stands = cast.stands()
            holes += [f"{kind} {name} {words}: {table} changed" for table in stands if stands[table] != stood[table]]
            stood = stands
        assert holes == [], "\n" + "\n".join(holes)
        errors = [line.getMessage() for line in cast.night.log_lines if "failed" in line.getMessage()]
        assert errors == []


def _rows() -> Iterator[tuple[str, str, str, Sent]]:
    for (kind, name), several in ROWS.items():
        for words, sent in several:
            yield kind, name, words, sent


def _refused(sent: Sent) -> tuple[str, ...]:
    everybody = ("third", "beredskap", "myndighet")
    return (STRANGER, LEFT, *(everybody if sent.asks_nothing else sent.whose.value))


async def _try(cast: Cast, kind: str, name: str, words: str, sent: Sent, who: str) -> list[str]:
    """Return what went wrong: the rule was not asked, the log says nothing of it, or something was shown."""
    slack, user = cast.night.sandbox.slack, cast.user(who)
    assert cast.night.sandbox.bot is not None
    bot = cast.night.sandbox.bot
    denied, granted = len(cast.denials(who)), cast.grants(who)
    cast.asked.answers.clear()
    before = len(slack.recorder)
    answer = await _send(cast, kind, name, words, sent, user)
    await bot.background.quiet()
    told = answer + "".join(
        json.dumps(record.decoded, ensure_ascii=False)
        for record in slack.recorder.records[before:]
        if record.kind not in {"query", "home"}
    )
    slack.workspace.stacks.pop(user, None)
    found = [f"was shown {secret!r}" for secret in cast.secrets() - {words} if secret in told]
    if sent.asks_nothing:
        return found
    reasons = cast.denials(who)[denied:]
    if not reasons:
        return [*found, "no denial in the log"]
    if who != STRANGER and not cast.asked.of(cast.known_as(who)):
        found.append("the rule was not asked")
    if cast.grants(who) != granted:
        found.append("something was granted")
    texts = bot.ctx.texts
    kind_words = [texts.staff(f"refusal.{reason}") for reason in reasons if texts.has(f"refusal.{reason}")]
    if (
        kind != "options"
        and name != "enrol_what"
        and not any(said in told for said in [*kind_words, texts.staff(SAYS_THE_SAME)])
    ):
        found.append(f"was not told why ({reasons}): {told[-300:]}")
    return found


PATIENCE = 60.0  # seconds
SAYS_THE_SAME = "frist.case_unknown"  # whether there is no such case, or they may see nothing of it


async def _send(cast: Cast, kind: str, name: str, words: str, sent: Sent, user: str) -> str:
    """Send what Slack would send, and return what was answered."""
    slack, workspace = cast.night.sandbox.slack, cast.night.sandbox.slack.workspace
    person = workspace.person(user)
    if kind == "command":
        return json.dumps(await slack.command(user, name, words), ensure_ascii=False)
    view = await _modal(cast, user, filled(sent.metadata, cast.ids), sent.callback or name)
    shown = payloads.view(workspace, view)
    common: dict[str, Any] = {"view": shown, "container": {"type": "view", "view_id": view.id}}
    value = filled(sent.value, {**cast.ids, "user": user})
    if kind == "action":
        action = {
            "type": "button",
            "action_id": name,
            "block_id": "b",
            "value": value,
            "action_ts": f"{view.id}.{name}",
        }
        if sent.in_message:
            common = _in_message(cast, user)
        trigger = slack.tickets.new_trigger(user, None if sent.in_message else view.id)
        payload = payloads.interaction(
            workspace, "block_actions", person, actions=[action], trigger_id=trigger, **common
        )
    elif kind == "options":
        payload = payloads.interaction(
            workspace, "block_suggestion", person, action_id=name, block_id="b", value=value, **common
        )
    else:
        shown["state"] = {"values": {block: _field(given) for block, given in filled(sent.state, cast.ids).items()}}
        trigger = slack.tickets.new_trigger(user, view.id)
        what = "view_submission" if kind == "view" else "view_closed"
        payload = payloads.interaction(workspace, what, person, trigger_id=trigger, **common)
    answered = await slack.courier.send("interactive", payload, accepts_payload=True)
    assert answered.status == 200, (kind, name, answered)
    return json.dumps(answered.json(), ensure_ascii=False)


async def _modal(cast: Cast, user: str, metadata: Any, callback: str) -> View:
    """Have somebody open an empty form, and let it say what a form of their own making could."""
    slack, bot = cast.night.sandbox.slack, cast.night.sandbox.bot
    assert bot is not None
    async with asyncio.timeout(PATIENCE):
        while not slack.workspace.stacks.get(user):  # a trigger lives three seconds, also on a machine that is busy
            await slack.command(user, "/beredskap", "nytt")
            await bot.background.quiet()
    view: View = slack.workspace.stacks[user][-1]
    view.given["private_metadata"] = metadata if isinstance(metadata, str) else json.dumps(metadata)
    view.given["callback_id"] = callback
    return view


def _in_message(cast: Cast, user: str) -> dict[str, Any]:
    slack = cast.night.sandbox.slack
    im = slack.im(user)
    where = slack._interactions._response_url(user, im, "1.0")
    return {"container": {"type": "message", "channel_id": im, "message_ts": "1.0"}, "response_url": where}


def _field(given: str | list[str]) -> dict[str, Any]:
    """Return a field as it stands filled in, whatever kind of element it is."""
    if isinstance(given, list):
        return {"field": {"selected_options": [{"value": one} for one in given]}}
    return {"field": {"value": given}}


def test_whoever_has_left_and_a_stranger_are_refused_everywhere() -> None:
    """No row can leave them out, and no kind of thing is for everybody."""
    assert all(set(_refused(sent)) >= {STRANGER, LEFT} for _, _, _, sent in _rows())
    assert Whose.STAFF.value == ()
