"""Whoever is not of our workspace, or nobody of ours: at the door that Slack has."""

import json
import time
from typing import Any
from urllib.parse import urlencode

from tests.http.doors import slack_headers
from tests.redteam import ways
from tests.redteam.attempts import attempt
from tests.redteam.cases.sweeps import every_button, every_form
from tests.redteam.watch import House

STRANGER = "A stranger on the network"
FOREIGN = "A Slack user of another workspace"
GUEST = "A guest of the workspace"
NOBODY = "A Slack user who is none of our staff"
INACTIVE = "Somebody who has left"
EVENTS = frozenset({"inbox", "outbox"})  # what Slack tells us is kept, whoever it is about


def opening(house: House, user: str = "U01", **more: object) -> bytes:
    action = {"type": "button", "action_id": "open", "value": house.ids["conversation"], "action_ts": "1.1"}
    payload = {"type": "block_actions", "user": {"id": user}, "team": {"id": ways.TEAM}, "actions": [action], **more}
    return urlencode({"payload": json.dumps(payload)}).encode()


@attempt(STRANGER, "to press a button as the person on duty", "no signature, a wrong one, one of another body", "401")
async def slack_without_a_signature(house: House) -> None:
    body, form = opening(house), {"Content-Type": ways.FORM}
    settings = ways.doors(house).settings
    for headers in (
        {},
        {"X-Slack-Signature": "v0=" + "0" * 64, "X-Slack-Request-Timestamp": str(int(time.time()))},
        slack_headers(settings, body + b"&x=1"),
        {**slack_headers(settings, body), "X-Slack-Signature": "v1=" + "0" * 64},
        {**slack_headers(settings, body), "X-Slack-Request-Timestamp": "nyss"},
        {**slack_headers(settings, body), "X-Slack-Request-Timestamp": "9" * 400},
    ):
        assert await ways.knock(house, "/slack/events", body, {**form, **headers}) == 401


@attempt(STRANGER, "to replay a genuine request", "signed six minutes ago, and six minutes ahead", "401")
async def an_old_timestamp(house: House) -> None:
    body = opening(house)
    for away in (-360, 360, -86_400):
        headers = slack_headers(ways.doors(house).settings, body, timestamp=str(int(time.time()) + away))
        assert await ways.knock(house, "/slack/events", body, {"Content-Type": ways.FORM, **headers}) == 401


@attempt(STRANGER, "to use the door that is for other things", "ssl_check, url_verification, unsigned JSON", "401")
async def unsigned_handshakes(house: House) -> None:
    for body, kind in (
        (b'{"type":"url_verification","challenge":"x"}', "application/json"),
        (b'{"type":"event_callback"}', "application/json"),
        (b"payload=%7B%7D", ways.FORM),
    ):
        assert await ways.knock(house, "/slack/events", body, {"Content-Type": kind}) == 401


@attempt(FOREIGN, "to read a conversation", "every button, from another team", "refused, nothing is looked up")
async def foreign_clicks(house: House) -> None:
    for more in (
        {"team": {"id": "T0FOREIGN", "domain": "x"}},
        {"user": {"id": "U01", "team_id": "T0FOREIGN"}},
        {"api_app_id": "A0FOREIGN"},
    ):
        await ways.press(house, "U01", "open", house.ids["conversation"], **more)
    assert house.logged() == []
    assert house.night.people["Anna"].modals() == []


@attempt(FOREIGN, "to type a command", "/beredskap and /frist, from another team", "refused, nothing is looked up")
async def foreign_commands(house: House) -> None:
    for name in ("/beredskap", "/frist"):
        for text in ("", "logg", "lista", "K-4711"):
            await ways.command(house, "U01", name, text, team_id="T0FOREIGN")
    assert house.logged() == []


@attempt(FOREIGN, "to answer a family", "a form sent from another team, in Anna's name", "refused, nothing leaves")
async def foreign_form(house: House) -> None:
    view = ways.forged_view("conversation", house.ids["conversation"], external_id="forged")
    for team in ({"team": {"id": "T0FOREIGN"}}, {"user": {"id": "U01", "team_id": "T0FOREIGN"}}):
        state = {"values": {"reply": {"field": {"value": "vi kommer"}}}}
        payload = ways.envelope("view_submission", "U01", {"view": {**view, "state": state}, **team})
        await ways.slack(house, payload)
    assert house.logged() == []


@attempt(
    FOREIGN,
    "to be heard in a shared channel",
    "messages and Home, of a user of another team and enterprise",
    "kept or refused; nothing is done",
    changes=EVENTS,
)
async def foreign_events(house: House) -> None:
    said = {"type": "message", "channel_type": "im", "channel": "D99", "user": "U99", "ts": "1.1", "text": "hej"}
    await ways.happens(house, said, team_id="T0FOREIGN")
    await ways.happens(house, {**said, "user_team": "T0FOREIGN", "source_team": "T0FOREIGN", "team": "T0FOREIGN"})
    await ways.happens(house, {"type": "app_home_opened", "user": "U99", "tab": "home", "channel": "D99"})
    assert [row for row in house.logged() if row.is_allowed] == []


@attempt(
    FOREIGN,
    "to use an account of the same enterprise",
    "the id of Anna, from another enterprise",
    "refused",
)
async def another_enterprise(house: House) -> None:
    other: dict[str, Any] = {"enterprise": {"id": "E0OTHER", "name": "x"}, "is_enterprise_install": True}
    await ways.press(house, house.anna, "open", house.ids["conversation"], **other)
    assert [row for row in house.logged() if row.is_allowed] == []


@attempt(
    GUEST,
    "every button, form and search",
    "an account with is_restricted, not of the staff",
    "refused, nothing is shown",
)
async def a_guest(house: House) -> None:
    house.night.sandbox.slack.add_user("U80", "gast", "Gäst", is_restricted=True)
    await every_button(house, "U80")
    await every_form(house, "U80")
    house.denied("slack:U80", "not_staff")


@attempt(
    GUEST,
    "to read as somebody of the staff who has been made a guest",
    "every button and form, by Greta of the home nämnd",
    "refused and logged",
    changes=frozenset({"staff"}),
)
async def staff_made_a_guest(house: House) -> None:
    await every_button(house, house.greta)
    await every_form(house, house.greta)
    house.denied(house.greta)


@attempt(
    GUEST,
    "to go on reading in the middle of an evening of one's own",
    "every button and form, by Anna, whose account has become a guest's, and then a closed one",
    "refused and logged, without Slack being asked",
    changes=frozenset({"inbox", "staff", "open_view", "outbox", "done_once", "slack_post"}),  # the leaders are told
)
async def the_duty_made_a_guest(house: House) -> None:
    slack, anna = house.night.sandbox.slack, house.anna
    asked = len(slack.recorder.calls("users.info"))
    for is_closed in (False, True):
        slack.set_active(anna.user, active=not is_closed)
        slack.set_guest(anna.user, guest=not is_closed)
        await house.night.settles()
        await every_button(house, anna)
        await every_form(house, anna)
        house.denied(anna, "guest")
    slack.set_active(anna.user, active=True)
    await house.night.settles()
    assert len(slack.recorder.calls("users.info")) == asked


@attempt(NOBODY, "every button there is", "with the ids of what is hidden", "refused and logged; nothing is shown")
async def nobodys_buttons(house: House) -> None:
    house.night.sandbox.slack.add_user("U81", "okand", "Okänd")
    await every_button(house, "U81")
    house.denied("slack:U81", "not_staff")


@attempt(
    NOBODY, "every form there is", "sent without ever having been opened", "refused and logged; nothing is changed"
)
async def nobodys_forms(house: House) -> None:
    await every_form(house, "U81")
    house.denied("slack:U81", "not_staff")


@attempt(
    NOBODY,
    "commands, searches and Home",
    "/beredskap, /frist, names in menus, App Home",
    "nothing is shown",
    changes=EVENTS,
)
async def nobodys_searches(house: House) -> None:
    await searches(house, "U81")
    assert [row.act for row in house.logged() if row.is_allowed] == []


@attempt(
    NOBODY,
    "to write in the thread of a card",
    "a message in Anna's DM, from somebody else",
    "nothing is kept as theirs",
    changes=EVENTS,
)
async def nobody_in_a_thread(house: House) -> None:
    card = house.anna.cards()[-1]
    said = {"type": "message", "channel_type": "im", "channel": card.channel, "user": "U81", "ts": "1795194000.5"}
    await ways.happens(house, {**said, "thread_ts": card.ts, "text": "vi kommer genast"})
    house.denied("slack:U81", "not_staff")


@attempt(INACTIVE, "every button there is", "with the ids of the nämnd that was hers", "refused and logged")
async def inactive_buttons(house: House) -> None:
    await every_button(house, house.ines)
    house.denied(house.ines, "not_staff")


@attempt(INACTIVE, "every form there is", "with the ids of the nämnd that was hers", "refused and logged")
async def inactive_forms(house: House) -> None:
    await every_form(house, house.ines)
    house.denied(house.ines, "not_staff")


@attempt(
    INACTIVE,
    "commands, searches and Home",
    "/beredskap, /frist, names in menus, App Home",
    "nothing is shown",
    changes=EVENTS,
)
async def inactive_searches(house: House) -> None:
    await searches(house, house.ines.user)
    assert [row.act for row in house.logged() if row.is_allowed] == []


async def searches(house: House, user: str) -> None:
    """All that is looked up by name, and the pages that open from a command."""
    for name, texts in (("/beredskap", ("", "nytt", "logg", "nu")), ("/frist", ("", "lista", "enheten", "K-4711"))):
        for text in texts:
            await ways.command(house, user, name, text)
            ways.leave_modals(house)
    for callback, metadata in (
        ("new_text", "k"),
        ("link", house.ids["unknown"]),
        ("enrol", "k"),
        ("background_pick", ""),
        ("amend_pick", ""),
        ("", json.dumps({"n": "norrvik"})),
        ("", json.dumps({"n": "sodermark"})),
    ):
        view = ways.forged_view(callback, metadata)
        for menu in ("contact_choice", "youth_choice", "log_youth"):
            for wanted in ("", "a", "Nova", "Otto"):
                await ways.suggest(house, user, menu, wanted, view)
    await ways.happens(house, {"type": "app_home_opened", "user": user, "tab": "home", "channel": "D0"})
