"""The ways in, over HTTP: what Slack and the carrier would post, signed as they sign it, with anything in it."""

import io
import json
import time
from collections.abc import Mapping
from itertools import count
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import ClientResponse
from yarl import URL

from bot.sandbox.slack import payloads
from tests.acceptance.night import NUMBER, Person
from tests.http.doors import Doors, Pairs, form, sign, slack_headers
from tests.redteam.watch import House

TEAM: Final = "T0SANDBOX"
FORM: Final = "application/x-www-form-urlencoded"
numbers = count(1)


async def knock(
    house: House, path: str, body: bytes | str | None = None, headers: Mapping[str, str] | None = None, method: str = ""
) -> int:
    """Knock at a door; what is answered, headers and all, has been heard. Return the status."""
    url = URL(house.night.sandbox.bot_url + path, encoded=True)
    verb = method or ("GET" if body is None else "POST")
    sent = io.BytesIO(body.encode() if isinstance(body, str) else body) if body is not None else None
    async with house.http.request(verb, url, data=sent, headers=headers, allow_redirects=False) as answer:
        house.heard.append(f"{dict(answer.headers)}\n{await _text(answer)}")
        return answer.status


async def _text(answer: ClientResponse) -> str:
    return (await answer.read()).decode(errors="replace")


# --- the carrier -----------------------------------------------------------------


def sms(sid: str, body: str, from_: str, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return form(sid, body, from_=from_, more=more)


def doors(house: House) -> Doors:
    return Doors(house.night)


def signature(house: House, path: str, pairs: Pairs) -> dict[str, str]:
    """Return the headers that Twilio would send with this form to this address."""
    made = sign(doors(house).token, doors(house).base + path, pairs)
    return {"X-Twilio-Signature": made, "Content-Type": FORM}


async def carrier(
    house: House, path: str, pairs: Pairs, headers: Mapping[str, str] | None = None, sent: Pairs | None = None
) -> int:
    """Post a form; signed as Twilio would unless `headers` are given. What is `sent` may differ from what is signed."""
    given = signature(house, path, pairs) if headers is None else {"Content-Type": FORM, **headers}
    return await knock(house, path, urlencode(pairs if sent is None else sent), given)


# --- Slack -----------------------------------------------------------------------


async def slack(house: House, payload: Mapping[str, Any], *, event: bool = False, command: bool = False) -> int:
    """Post what Slack would have signed: an interaction, an event or a command."""
    content = "application/json" if event else FORM
    body = (
        json.dumps(payload) if event else urlencode(payload if command else {"payload": json.dumps(payload)})
    ).encode()
    headers = {**slack_headers(doors(house).settings, body), "Content-Type": content}
    return await knock(house, "/slack/events", body, headers)


def user_of(who: Person | str) -> str:
    return who if isinstance(who, str) else who.user


def envelope(kind: str, user: str, more: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": kind,
        "user": {"id": user, "name": "x", "username": "x", "team_id": TEAM},
        "team": {"id": TEAM, "domain": "x"},
        "api_app_id": "A0SANDBOX",
        "enterprise": None,
        "is_enterprise_install": False,
        **more,
    }


async def press(
    house: House,
    who: Person | str,
    action: str,
    value: str = "",
    *,
    view: dict[str, Any] | None = None,
    at: tuple[str, str] | None = None,
    element: dict[str, Any] | None = None,
    **more: Any,
) -> int:
    """Press a button: of a modal (`view`), of a message (`at`), or of one that was never drawn."""
    user, world = user_of(who), house.night.sandbox.slack
    given: dict[str, Any] = {"type": "button", "value": value, **(element or {})}
    given |= {"action_id": action, "block_id": "forged", "action_ts": f"{time.time():.4f}{next(numbers)}"}
    payload = envelope("block_actions", user, {"actions": [given], **more})
    payload["trigger_id"] = world.tickets.new_trigger(user, None if view is None else view["id"])
    if view is not None:
        payload |= {"view": view, "container": {"type": "view", "view_id": view["id"]}}
    else:
        channel, ts = at or (world.im(user) if user in world.workspace.users else "D0FORGED", "1795190000.000100")
        token = world.tickets.new_response_url(user, channel, ts)
        payload |= {
            "container": {"type": "message", "channel_id": channel, "message_ts": ts},
            "channel": {"id": channel, "name": "directmessage"},
            "response_url": f"{house.night.sandbox.url}/slack/respond/{token}",
        }
    status = await slack(house, payload)
    await house.night.settles()
    return status


def click(who: Person, action: str, value: str) -> dict[str, Any]:
    """Return a click as Slack tells of it, to be sent as it is."""
    given = {"type": "button", "value": value, "action_id": action, "block_id": "b", "action_ts": f"{time.time():.4f}"}
    return envelope("block_actions", who.user, {"actions": [given], "trigger_id": "1.2.3"})


def forged_view(callback: str, metadata: str, *, id: str = "V0FORGED", **more: Any) -> dict[str, Any]:
    """Return a modal that was never opened."""
    shown: dict[str, Any] = {"id": id, "type": "modal", "callback_id": callback, "private_metadata": metadata}
    return {**shown, "hash": "1.forged", "blocks": [], "state": {"values": {}}, "external_id": "", **more}


async def modal(house: House, who: Person | str, callback: str = "", metadata: str = "") -> dict[str, Any]:
    """Open a modal that anybody may open, and return it as a client could make Slack send it back."""
    world, user = house.night.sandbox.slack, user_of(who)
    await world.command(user, "/beredskap", "nytt")
    await house.night.settles()
    shown = payloads.view(world.workspace, world.workspace.stacks[user][-1])
    return {**shown, "callback_id": callback or shown["callback_id"], "private_metadata": metadata}


def leave_modals(house: House) -> None:
    """Let everybody's modals be gone, as when a phone is put away."""
    for stack in house.night.sandbox.slack.workspace.stacks.values():
        stack.clear()


async def submit(house: House, who: Person | str, view: dict[str, Any], values: Mapping[str, Any] | None = None) -> int:
    """Send a form. `values` are fields by block: text, or a list of what is ticked."""
    user = user_of(who)
    state = {block: {"field": _field(value)} for block, value in (values or {}).items()}
    payload = envelope("view_submission", user, {"view": {**view, "state": {"values": state}}, "response_urls": []})
    payload["trigger_id"] = house.night.sandbox.slack.tickets.new_trigger(user)
    status = await slack(house, payload)
    await house.night.settles()
    return status


def _field(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        option = {"value": value, "text": {"type": "plain_text", "text": "?"}}
        return {"type": "any", "value": value, "selected_date": value, "selected_option": option}
    return {"type": "checkboxes", "selected_options": [{"value": one} for one in value]}


async def suggest(house: House, who: Person | str, action: str, value: str, view: dict[str, Any]) -> int:
    """Type in a menu that asks us for its options."""
    more = {"action_id": action, "block_id": "x", "value": value, "view": view}
    return await slack(house, envelope("block_suggestion", user_of(who), more))


async def command(house: House, who: Person | str, name: str, text: str = "", **more: str) -> int:
    """Type a command."""
    user, world = user_of(who), house.night.sandbox.slack
    given = {"command": name, "text": text, "user_id": user, "team_id": TEAM, "api_app_id": "A0SANDBOX", **more}
    given |= {"channel_id": "D0", "channel_name": "directmessage", "response_url": "http://127.0.0.1:9/none"}
    status = await slack(house, {**given, "trigger_id": world.tickets.new_trigger(user)}, command=True)
    await house.night.settles()
    return status


async def happens(house: House, event: Mapping[str, Any], **more: Any) -> int:
    """Let an event come in."""
    envelope = {"type": "event_callback", "team_id": TEAM, "api_app_id": "A0SANDBOX", "event_id": f"Ev{next(numbers)}"}
    status = await slack(house, {**envelope, "event": event, **more}, event=True)
    await house.night.settles()
    return status


__all__ = ["NUMBER", "carrier", "command", "happens", "knock", "modal", "press", "slack", "submit", "suggest"]
