"""Every button and every form that there is, pressed and sent with the ids of what is to stay hidden."""

import json
from typing import Final

from bot.slack.ids import ActionId, CallbackId
from tests.acceptance.night import Person
from tests.redteam import ways
from tests.redteam.watch import House

FIELDS: Final = frozenset(  # what is read only when its form is sent
    {"reply_text", "kind_choice", "contact_choice", "youth_choice", "field", "situation", "action_code", "owner"}
    | {"socialjouren", "note_concerns", "date"}
)
ONES_OWN: Final = frozenset(  # what concerns nobody but whoever presses it
    {"calendar", "calendar_revoke", "choose_pin", "phone_code", "test_alarm", "swap", "active_time", "new_text"}
    | {
        "background_pick",
        "ready",
        "enrol",
        "consent_pick",
        "amend_pick",
        "look_back_open",
        "log_clear",
        "log_older",
        "log_newer",
        "log_until",
    }
    | {"clock_register", "clocks_mine", "unit_open", "absence", "clock_namnd", "enrol_what"}
    | {"unit_namnd", "unit_filter", "unit_earlier", "unit_later"}
)
ON_CARDS: Final = frozenset(
    {"take", "close_plain", "resend", "send_held", "discard_held", "open", "meeting"}
    | {"swap_take", "swap_decline", "swap_withdraw", "swap_approve", "swap_refuse", "take_out_approve"}
)
PREFIXES: Final = (  # how a button begins -> what its value is an id of
    ("clock_", "deadline"),
    ("absence", "deadline"),
    ("resend", "message"),
    ("send_held", "held"),
    ("discard_held", "held"),
    ("earlier", "view"),
    ("later", "view"),
    ("episode", "episode"),
    ("journal", "episode"),
    ("transfer", "episode"),
    ("reviewed", "episode"),
    ("take_action", "action"),
    ("action_done", "action"),
    ("drop_action", "action"),
    ("background", "youth"),
    ("edit_background", "youth"),
    ("consent", "youth"),
    ("amend", "youth"),
    ("log_youth", "youth"),
    ("read_handover", "shift"),
    ("active_time", "shift"),
    ("swap_", "offer"),
)
FORMS: Final = {  # the form -> what it is about
    "conversation": "conversation",
    "hand_over": "conversation",
    "link": "conversation",
    "handover_note": "conversation",
    "socialjour": "conversation",
    "orosanmalan": "conversation",
    "drop_action": "action",
    "transfer": "episode",
    "background": "youth",
    "background_pick": "youth",
    "consent": "youth",
    "consent_pick": "youth",
    "amend_pick": "youth",
    "amend_correct": "youth",
    "amend_end": "youth",
    "amend_remove": "youth",
    "amend_remove_sure": "youth",
    "amend_hold": "youth",
}
OWN_FORMS: Final = frozenset({"choose_pin", "phone_code", "active_time", "swap", "swap_confirm"})


def value_of(house: House, action: str, conversation: str) -> str:
    kind = next((kind for begins, kind in PREFIXES if action.startswith(begins)), "")
    if action in {"log_namnd", "unit_open"}:
        return "norrvik"
    return house.ids[kind] if kind else house.ids[conversation]


async def every_button(
    house: House, who: Person | str, *, conversation: str = "conversation", but: frozenset[str] = frozenset()
) -> None:
    """Press all there are, once each; the ids in the modal that they stand in are of the same."""
    own = ONES_OWN if isinstance(who, Person) else frozenset()
    for action in ActionId:
        name = action.value
        if name in FIELDS | own | but:
            continue
        known = {
            "e": house.ids["episode"],
            "d": "",
            "c": house.ids["deadline" if "clock" in name else conversation],
            "n": "norrvik",
            "page": "clock",
            "id": house.ids["deadline"],
            "namnd": "norrvik",
        }
        metadata = house.ids[conversation] if name in {"concerns", "pick_namnd"} else json.dumps(known)
        view = None if name in ON_CARDS else await ways.modal(house, who, metadata=metadata)
        element = {"selected_options": [{"value": house.ids["youth"]}]} if name == "concerns" else None
        value = "norrvik" if name == "pick_namnd" else value_of(house, name, conversation)
        if name == "open_raw":
            value = "1"
        await ways.press(house, who, name, value, view=view, element=element)
        ways.leave_modals(house)


async def every_form(
    house: House, who: Person | str, *, conversation: str = "conversation", but: frozenset[str] = frozenset()
) -> None:
    """Send all there are, filled in as somebody would who knows what stands in them."""
    own = OWN_FORMS if isinstance(who, Person) else frozenset()
    values = {
        "reply": "vi kommer genast",
        "contact": f"{house.kept.get('contact', 'x')}:norrvik",
        "text": "vi kommer genast",
        "namnd": "norrvik",
        "youth": house.ids["youth"],
        "role": "guardian",
        "what": "guardian",
        "name": "Någon",
        "number": "070-174 06 20",
        "came_in": "ord",
        "support": "ord",
        "situation": "difficult",
        "action_code": "nothing",
        "socialjouren": "no",
        "outcome": "held",
        "on": "2026-11-20",
        "time": "18.00",
        "reason": "ord",
        "reference": "Blad 1",
        "age_band": "15_or_over",
        "basis": "fifteen_or_over",
        "agreements": "ord",
        "review_on": "2027-01-10",
        "case_ref": "K-99",
        "kinds": ["allvarssamtal"],
        "received_on": "2026-11-20",
        "first": "2026-11-24",
        "last": "2026-11-25",
        "until": "2026-11-24",
        "to": "2026-12-24",
        "staff": house.night.people["Anna"].staff.id,
        "who": ["child"],
    }
    for callback in CallbackId:
        if callback.value in own | but:
            continue
        about = house.ids[FORMS.get(callback.value, "deadline")]
        about = house.ids[conversation] if FORMS.get(callback.value) == "conversation" else about
        known = {"c": about, "v": about, "y": about, "key": "forged", "namnd": "norrvik", "page": "clock", "id": about}
        if callback is CallbackId.SWAP_CONFIRM:
            known = {"shift": house.ids["shift"], "first": "", "last": "", "to": ""}
        plain = callback.value in {"conversation", "hand_over", "link", "new_text", "enrol"}
        view = ways.forged_view(callback.value, about if plain else json.dumps(known), external_id=f"x{callback.value}")
        await ways.submit(house, who, view, values)
        ways.leave_modals(house)
