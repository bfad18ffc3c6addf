"""Members of staff, towards what is not theirs: another nämnd, another world, a shift that is over, a relative."""

import asyncio
import json

from bot.slack.ids import ActionId, CallbackId
from tests.acceptance.night import Person
from tests.redteam import ways
from tests.redteam.attempts import ANYTHING, attempt
from tests.redteam.cases.slack_door import EVENTS, searches
from tests.redteam.cases.sweeps import every_button, every_form
from tests.redteam.scenes import KUNGSLJUS, NOVAS, OTTOS, TUVSTARR
from tests.redteam.watch import House

THIRD = "Staff of a third nämnd, on duty there"
THIRD_LEADER = "Leader of a third nämnd"
OTHER = "Familjebehandlare of the other nämnd, off duty"
OTHER_LEADER = "Leader of the other nämnd"
LEADER = "Leader of the nämnd, not escalated to"
FORMER = "Colleague whose shift is over"
JAV = "Somebody who is related to the case"
ON_DUTY = "The person on duty"
CLERK = "Handläggare"
OTHER_CLERK = "Handläggare of the other nämnd"
CLERKS_LEADER = "Leader of the handläggare"
ALL_BUTTONS = "every button there is, with the ids of a family of Norrvik's"
ALL_FORMS = "every form there is, with the ids of a family of Norrvik's"
REFUSED = "refused and logged; nothing is shown, sent or changed"
HOME = frozenset({"sodermark"})
CLOCKS = frozenset({action.value for action in ActionId if action.value.startswith("clock_")} | {"absence_remove"}) - {
    "clock_register",
    "clock_namnd",
}
THEIRS_TO_STOP = frozenset(form.value for form in CallbackId if form.value.startswith("incident"))  # any leader's
CLOCK_FORMS = frozenset(form.value for form in CallbackId if form.value.startswith("clock_")) | {"absence"}
NOT_CLOCKS = frozenset(form.value for form in CallbackId) - CLOCK_FORMS


@attempt(THIRD, ALL_BUTTONS, "pressed where they were never drawn", REFUSED)
async def third_namnds_buttons(house: House) -> None:
    await every_button(house, house.vera)
    house.denied(house.vera, "other_namnd")


@attempt(THIRD, "every button, with the ids of the other nämnd and of an unknown number", "the same", REFUSED)
async def third_namnds_other_buttons(house: House) -> None:
    for conversation in ("ottos", "unknown"):
        await every_button(house, house.vera, conversation=conversation)
    house.denied(house.vera, "other_namnd", "not_on_duty")


@attempt(THIRD, ALL_FORMS, "sent without having been opened", REFUSED)
async def third_namnds_forms(house: House) -> None:
    await every_form(house, house.vera)
    house.denied(house.vera, "other_namnd")


@attempt(
    THIRD,
    "names, logs and lists",
    "menus, /beredskap logg, /frist, App Home",
    "nothing of any other nämnd",
    changes=EVENTS,
)
async def third_namnds_searches(house: House) -> None:
    await searches(house, house.vera.user)
    seen = {(row.act, row.namnd) for row in house.logged() if row.is_allowed and row.act != "see_duty"}
    assert {namnd for _, namnd in seen} <= {None, "vallby"}, seen


@attempt(THIRD_LEADER, ALL_BUTTONS, "pressed where they were never drawn", REFUSED)
async def third_leaders_buttons(house: House) -> None:
    await every_button(house, house.ville)
    house.denied(house.ville, "other_namnd")


@attempt(OTHER, ALL_BUTTONS, "pressed where they were never drawn", REFUSED, may_read=HOME)
async def other_namnds_buttons(house: House) -> None:
    await every_button(house, house.sara, but=frozenset({"earlier", "later"}))
    house.denied(house.sara, "other_namnd")


@attempt(OTHER, ALL_FORMS, "sent without having been opened", REFUSED, may_read=HOME)
async def other_namnds_forms(house: House) -> None:
    await every_form(house, house.sara)
    house.denied(house.sara, "other_namnd")


@attempt(
    OTHER,
    "names, logs and lists of Norrvik",
    "menus, /beredskap logg, /frist, App Home",
    "only of her own nämnd",
    changes=EVENTS,
    may_read=HOME,
)
async def other_namnds_searches(house: House) -> None:
    await searches(house, house.sara.user)
    seen = {(row.act, row.namnd) for row in house.logged() if row.is_allowed and row.act != "see_duty"}
    assert {namnd for _, namnd in seen} <= {None, "sodermark"}, seen


@attempt(OTHER, "to enrol and link into Norrvik", "forms whose nämnd and youth are another's", "refused", may_read=HOME)
async def enrols_into_another(house: House) -> None:
    for values in (
        {"namnd": "norrvik", "name": "X", "number": "070-174 06 20", "what": "youth", "age_band": "15_or_over"},
        {"namnd": "sodermark", "name": "X", "number": "070-174 06 20", "what": "guardian", "youth": house.ids["youth"]},
    ):
        view = ways.forged_view("enrol", "forged")
        await ways.submit(house, house.sara, view, {**values, "language": "sv", "basis": "fifteen_or_over"})
    assert [row.act for row in house.logged() if row.is_allowed and row.namnd == "norrvik"] == []


@attempt(
    OTHER,
    "to correct, end or take away what is enrolled in Norrvik",
    "the forms and buttons of Ändra eller ta bort, with Norrvik's youth and number; by their leader too",
    REFUSED,
)
async def amends_anothers(house: House) -> None:
    for who in (house.sara, house.lars, house.vera):
        await amends(house, who, house.ids["youth"])
        house.denied(who, "not_home")


@attempt(
    OTHER,
    "to take away Norrvik's number from under her own youth's name",
    "the forms, with her own youth and the number, or the hold, of Norrvik's",
    "there is none such: nothing is changed",
    may_read=HOME,
)
async def amends_through_her_own(house: House) -> None:
    for who in (house.sara, house.lars):
        await amends(house, who, house.ids["otto"])
    assert {row.namnd for row in house.logged() if row.is_allowed} == {"sodermark"}


async def amends(house: House, who: Person, youth: str) -> None:
    """Send every form and press every button of Ändra eller ta bort; the number is Nova's."""
    contact = house.kept["contact"]
    known = json.dumps({"y": youth, "c": contact, "w": "deleted", "at": "0" * 16})
    values = {"reference": "D-1", "written": "deleted", "name": "Ny Ny", "age_band": "15_or_over"}
    values |= {f"language:{contact}": "en", f"contact_name:{contact}": "Ny Ny", f"role:{contact}": "guardian"}
    for form in ("amend_correct", "amend_end", "amend_remove", "amend_remove_sure"):
        await ways.submit(house, who, ways.forged_view(form, known), values)
    for action in ("amend_correct", "amend_end", "amend_remove", "amend_lift"):
        value = f"{youth}:{contact}" if action in {"amend_remove", "amend_lift"} else youth
        await ways.press(house, who, action, value, view=await ways.modal(house, who))
        ways.leave_modals(house)


@attempt(
    OTHER,
    "to draw in a colleague's open modal",
    "Visa tidigare, with the id of Anna's modal",
    "refused: it is not hers",
)
async def pages_anothers_modal(house: House) -> None:
    for action in ("earlier", "later"):
        await ways.press(house, house.sara, action, house.ids["view"], view=await ways.modal(house, house.sara))
        ways.leave_modals(house)


@attempt(
    OTHER,
    "to make a colleague's modal go deaf",
    "view_closed, with the id of Anna's modal",
    "it stays live",
)
async def closes_anothers_modal(house: House) -> None:
    view = ways.forged_view("conversation", house.ids["ottos"], external_id=house.ids["view"])
    await ways.slack(house, ways.envelope("view_closed", house.sara.user, {"view": view}))


@attempt(
    OTHER,
    "to answer in a colleague's modal",
    "a form with the id of Anna's modal",
    "refused; hers stays live",
)
async def answers_in_anothers_modal(house: House) -> None:
    view = ways.forged_view("conversation", house.ids["ottos"], external_id=house.ids["view"])
    await ways.submit(house, house.sara, view, {"reply": "vi kommer genast", "kind": "sms"})


@attempt(OTHER_LEADER, ALL_BUTTONS, "pressed where they were never drawn", REFUSED)
async def other_leaders_buttons(house: House) -> None:
    await every_button(house, house.lars, but=frozenset({"earlier", "later"}))
    house.denied(house.lars, "other_namnd")


@attempt(OTHER_LEADER, ALL_FORMS, "sent without having been opened", REFUSED)
async def other_leaders_forms(house: House) -> None:
    await every_form(house, house.lars, but=THEIRS_TO_STOP)
    house.denied(house.lars, "other_namnd")


@attempt(
    OTHER_LEADER,
    "to read what his own nämnd's youth wrote",
    "Läs och svara, page, answer and call",
    "refused: not escalated to him",
)
async def other_leader_reads(house: House) -> None:
    await reads(house, house.lars, "ottos")
    house.denied(house.lars, "leader_not_escalated")


async def reads(house: House, who: Person, conversation: str) -> None:
    """Everything that shows what was written, or answers it."""
    for action in ("open", "ring_up"):
        await ways.press(house, who, action, house.ids[conversation], view=await ways.modal(house, who))
        ways.leave_modals(house)
    view = ways.forged_view("conversation", house.ids[conversation], external_id="forged")
    await ways.submit(house, who, view, {"reply": "vi kommer genast", "kind": "sms"})


@attempt(LEADER, "to read what was written", "Läs och svara, page, answer and call", "refused: not escalated to her")
async def leader_reads(house: House) -> None:
    for action in ("open", "ring_up"):
        await ways.press(house, house.gunilla, action, house.ids["conversation"])
        ways.leave_modals(house)
    view = ways.forged_view("conversation", house.ids["conversation"], external_id="forged")
    await ways.submit(house, house.gunilla, view, {"reply": "vi kommer genast", "kind": "sms"})
    house.denied(house.gunilla, "leader_not_escalated")


@attempt(
    LEADER, "to find names", "menus for a new text, a link, the log and backgrounds", "no name, and refused in the log"
)
async def leader_searches(house: House) -> None:
    for callback, metadata in (("new_text", "k"), ("link", house.ids["conversation"]), ("background_pick", "")):
        for menu in ("contact_choice", "youth_choice"):
            await ways.suggest(house, house.gunilla, menu, "a", ways.forged_view(callback, metadata))
    await ways.suggest(house, house.gunilla, "log_youth", "a", ways.forged_view("", json.dumps({"n": "norrvik"})))
    for action in ("background", "edit_background"):
        await ways.press(house, house.gunilla, action, house.ids["youth"], view=await ways.modal(house, house.gunilla))
        ways.leave_modals(house)
    assert [row.act for row in house.logged() if row.is_allowed] == []


@attempt(
    LEADER,
    "to list who is enrolled",
    "the search of Ändra eller ta bort, which is hers by the code on a card",
    "codes, and no name",
)
async def leader_lists(house: House) -> None:
    for wanted in ("", "a", "Nova", "Almgren"):
        await ways.suggest(house, house.gunilla, "youth_choice", wanted, ways.forged_view("amend_pick", ""))


@attempt(
    FORMER,
    "to answer from the modal that was open when the shift ended",
    "the form is sent at 18.05",
    "refused; nothing leaves",
)
async def former_answers(house: House) -> None:
    await ways.submit(house, house.petra, house.kept["petras"], {"reply": "vi kommer genast", "kind": "sms"})
    house.denied(house.petra, "not_on_duty")


@attempt(FORMER, "to read on in that modal", "Visa tidigare and Visa senare, as they were drawn", "refused")
async def former_pages(house: House) -> None:
    external = house.kept["petras"]["external_id"]
    for action in ("earlier", "later"):
        await ways.press(house, house.petra, action, external, view=await ways.modal(house, house.petra))
        ways.leave_modals(house)
    assert [row.act for row in house.logged() if row.is_allowed] == []


@attempt(
    FORMER,
    "to see what came after the shift",
    "the modal left open while Nova writes again",
    "it says that the shift is over",
)
async def formers_screen(house: House) -> None:
    screen = house.kept["petras_screen"]
    assert KUNGSLJUS not in screen
    assert TUVSTARR not in screen


@attempt(FORMER, "old buttons", "every button of the card, the thread and the modal", "refused; the note shows nothing")
async def former_buttons(house: House) -> None:
    away = frozenset({"write_note", "close", "earlier", "later", "concerns", "read_handover", "discard_held"})
    await every_button(house, house.petra, but=away)
    assert "not_on_duty" in {row.ground for row in house.logged()}
    assert {row.act for row in house.logged() if row.is_allowed} <= {"note"}  # whom she turned to belongs to her note


@attempt(
    FORMER,
    "to read by writing the note",
    "the form for the note, which is still hers to write",
    "no name and no word of it",
)
async def former_note_form(house: House) -> None:
    for action in ("write_note", "close"):
        await ways.press(
            house, house.petra, action, house.ids["conversation"], view=await ways.modal(house, house.petra)
        )
        ways.leave_modals(house)


@attempt(FORMER, "to write a note on what came after her shift", "the form, its conversation exchanged", "refused")
async def former_note_elsewhere(house: House) -> None:
    known = json.dumps({"c": house.ids["unknown"], "closes": True, "n": 9})
    await ways.submit(
        house,
        house.petra,
        ways.forged_view("handover_note", known, external_id="forged"),
        {"came_in": "ord", "support": "ord", "situation": "difficult", "action_code": "nothing", "socialjouren": "no"},
    )
    house.denied(house.petra, "not_on_duty")


@attempt(
    FORMER,
    "to answer in the thread",
    "a message in the thread of her old card",
    "refused in the thread; nothing leaves",
    changes=ANYTHING,
)
async def former_types(house: House) -> None:
    before = len(house.night.phone(NOVAS).inbox())
    card = house.petra.cards()[0]
    said = {"type": "message", "channel_type": "im", "channel": card.channel, "user": house.petra.user}
    await ways.happens(house, {**said, "ts": "1795194111.5", "thread_ts": card.ts, "text": "vi kommer genast"})
    await house.night.paced_posts_leave()
    assert len(house.night.phone(NOVAS).inbox()) == before
    house.denied(house.petra, "not_on_duty")


@attempt(JAV, ALL_BUTTONS, "pressed by a colleague of the home nämnd", "refused as jav; nothing is shown")
async def javs_buttons(house: House) -> None:
    away = frozenset({"log_namnd", "swap_take", "swap_decline", "swap_withdraw", "earlier", "later", "meeting"})
    await every_button(house, house.bo, but=away)
    assert "jav" in {row.ground for row in house.logged()}
    assert [row.act for row in house.logged() if row.is_allowed and row.actor == house.bo.staff.id] == []


@attempt(
    JAV,
    ALL_FORMS,
    "sent by a colleague of the home nämnd",
    "refused as jav; nothing is changed",
)
async def javs_forms(house: House) -> None:
    await every_form(house, house.bo)
    assert "jav" in {row.ground for row in house.logged()}


@attempt(JAV, "names and logs", "menus, /beredskap logg, App Home", "the case is not there", changes=EVENTS)
async def javs_searches(house: House) -> None:
    house.planted["Alva Sandelin"] = "bo may"
    try:
        picks = (("background_pick", ""), ("amend_pick", ""))
        for callback, metadata in (("new_text", "k"), ("link", house.ids["unknown"]), *picks):
            for menu in ("contact_choice", "youth_choice"):
                await ways.suggest(house, house.bo, menu, "Nova", ways.forged_view(callback, metadata))
        await ways.suggest(house, house.bo, "log_youth", "Nova", ways.forged_view("", json.dumps({"n": "norrvik"})))
        await ways.command(house, house.bo, "/beredskap", "logg")
    finally:
        house.planted["Alva Sandelin"] = "norrvik"


@attempt(
    JAV,
    "to have the case while on duty",
    "card, modal, call and background, by Anna towards her relative",
    "no card; refused as jav",
)
async def jav_on_duty(house: House) -> None:
    await reads(house, house.anna, "alvas")
    for action in ("take", "close", "write_note", "hand_over", "link", "journal"):
        await ways.press(house, house.anna, action, house.ids["alvas"], view=await ways.modal(house, house.anna))
        ways.leave_modals(house)
    youth = house.ids["alva"]
    await ways.press(house, house.anna, "background", youth, view=await ways.modal(house, house.anna))
    assert "jav" in {row.ground for row in house.logged()}
    assert [row.act for row in house.logged() if row.is_allowed] == []
    assert not any(house.ids["alvas"] in str(card.blocks) for card in house.anna.cards())


@attempt(
    JAV,
    "to reach the case through another's",
    "a modal of Otto's, sent with the relative's conversation in it",
    "refused as jav",
)
async def jav_by_replay(house: House) -> None:
    view = ways.forged_view("conversation", house.ids["alvas"], external_id=house.ids["view"])
    await ways.submit(house, house.anna, view, {"reply": "vi kommer genast", "kind": "sms"})
    house.denied(house.anna, "jav")


@attempt(
    ON_DUTY, "clocks, summons and absences", "every button and form of the world of myndighet", "refused: another world"
)
async def duty_towards_clocks(house: House) -> None:
    for action in sorted(CLOCKS):
        view = await ways.modal(house, house.anna, metadata=json.dumps({"c": house.ids["deadline"], "page": "clock"}))
        await ways.press(house, house.anna, action, house.ids["deadline"], view=view)
        ways.leave_modals(house)
    await every_form(house, house.anna, but=NOT_CLOCKS)
    for text in ("", "lista", "enheten", "K-4711", "frånvaro"):
        await ways.command(house, house.anna, "/frist", text)
        ways.leave_modals(house)
    house.denied(house.anna, "other_world")


@attempt(
    ON_DUTY,
    "what the other nämnd keeps for itself",
    "its log, its backgrounds, enrolment and links",
    "refused: not home",
)
async def duty_towards_the_other(house: House) -> None:
    anna, otto = house.anna, house.ids["otto"]
    for action, value in (("log_namnd", "sodermark"), ("edit_background", otto), ("background", otto)):
        await ways.press(house, anna, action, value, view=await ways.modal(house, anna, metadata="{}"))
        ways.leave_modals(house)
    for callback, metadata, values in (
        ("link", house.ids["unknown"], {"youth": otto, "role": "guardian", "name": "X"}),
        ("enrol", "k", {"namnd": "sodermark", "name": "X", "number": "070-174 06 20", "what": "youth"}),
        ("background", json.dumps({"y": otto, "at": ""}), {"agreements": "ord", "review_on": "2027-01-10"}),
    ):
        await ways.submit(house, anna, ways.forged_view(callback, metadata), values)
    await ways.suggest(house, anna, "log_youth", "Otto", ways.forged_view("", json.dumps({"n": "sodermark"})))
    assert [row.act for row in house.logged() if row.is_allowed] == []


@attempt(
    ON_DUTY,
    "another's held draft",
    "Skicka som sms and Släng, with the id of Petra's draft",
    "nothing leaves, nothing is thrown away",
)
async def anothers_draft(house: House) -> None:
    for action in ("send_held", "discard_held"):
        await ways.press(house, house.anna, action, house.ids["held"])


@attempt(ON_DUTY, "what was never there", "ids of nobody's, of another kind, 4,000 letters, SQL, paths", "refused")
async def ids_of_nothing(house: House) -> None:
    for value in ("0" * 24, house.ids["youth"], "x" * 1900, "' OR 1=1 --", "../../etc/passwd", "", "\0", "norrvik"):
        for action in ("open", "take", "episode", "journal", "resend", "read_handover", "clock_open"):
            view = await ways.modal(house, house.anna)
            await ways.press(house, house.anna, action, value, view=view)
            ways.leave_modals(house)
    assert [row.act for row in house.logged() if row.is_allowed] == []


@attempt(
    CLERK,
    "the beredskap of her own nämnd",
    "every button that is not about a clock",
    "refused: another world",
    may_read=frozenset({"myndighet"}),
)
async def clerks_buttons(house: House) -> None:
    await every_button(house, house.ingrid, but=CLOCKS)
    house.denied(house.ingrid, "other_namnd")


@attempt(
    CLERK,
    "the beredskap of her own nämnd",
    "every form that is not about a clock",
    "refused",
    may_read=frozenset({"myndighet"}),
)
async def clerks_forms(house: House) -> None:
    await every_form(house, house.ingrid, but=CLOCK_FORMS)
    house.denied(house.ingrid, "other_namnd")


@attempt(
    CLERK,
    "a colleague's clocks",
    "every button and form, with the id of a clock that is not hers",
    "refused: not responsible",
)
async def colleagues_clocks(house: House) -> None:
    for action in sorted(CLOCKS):
        view = await ways.modal(house, house.kerstin, metadata=json.dumps({"c": house.ids["deadline"]}))
        await ways.press(house, house.kerstin, action, house.ids["deadline"], view=view)
        ways.leave_modals(house)
    await every_form(house, house.kerstin, but=NOT_CLOCKS | {"clock_register", "absence"})
    house.denied(house.kerstin, "not_responsible")


@attempt(
    OTHER_CLERK,
    "the clocks of another nämnd",
    "every button, form and /frist with its reference",
    "refused; the reference is not confirmed",
)
async def other_namnds_clocks(house: House) -> None:
    for action in sorted(CLOCKS):
        view = await ways.modal(house, house.hugo, metadata=json.dumps({"c": house.ids["deadline"]}))
        await ways.press(house, house.hugo, action, house.ids["deadline"], view=view)
        ways.leave_modals(house)
    await every_form(house, house.hugo, but=NOT_CLOCKS | {"clock_register", "absence"})
    await ways.command(house, house.hugo, "/frist", "enheten")
    allowed = {row.namnd for row in house.logged() if row.is_allowed}
    assert allowed <= {None, "sodermark"}


@attempt(
    CLERKS_LEADER,
    "the beredskap of her own nämnd",
    "every button and form that is not about a clock",
    "refused",
    may_read=frozenset({"myndighet"}),
)
async def clerks_leader(house: House) -> None:
    await every_button(house, house.eva, but=CLOCKS)
    await every_form(house, house.eva, but=CLOCK_FORMS | THEIRS_TO_STOP)
    house.denied(house.eva, "other_namnd")


@attempt(
    LEADER,
    "the clocks of the handläggare",
    "every button and /frist, as leader of the beredskap",
    "refused: another world",
)
async def leader_towards_clocks(house: House) -> None:
    for action in sorted(CLOCKS):
        view = await ways.modal(house, house.gunilla, metadata=json.dumps({"c": house.ids["deadline"]}))
        await ways.press(house, house.gunilla, action, house.ids["deadline"], view=view)
        ways.leave_modals(house)
    for text in ("", "lista", "enheten", "K-4711"):
        await ways.command(house, house.gunilla, "/frist", text)
        ways.leave_modals(house)
    house.denied(house.gunilla, "other_world")


@attempt(
    OTHER,
    "a shift that is not for her",
    "take, decline, withdraw, approve an offer among Norrvik's",
    "refused",
    may_read=frozenset({"myndighet"}),
)
async def others_shifts(house: House) -> None:
    for who in (house.sara, house.vera, house.lars, house.ingrid):
        for action in ("swap_take", "swap_decline", "swap_withdraw", "swap_approve", "swap_refuse"):
            await ways.press(house, who, action, house.ids["offer"])
    assert [row.act for row in house.logged() if row.is_allowed] == []


@attempt(
    ON_DUTY,
    "to have an answer sent twice",
    "the same genuine form, replayed ten times at once",
    "one sms",
    changes=ANYTHING,
)
async def replayed_answer(house: House) -> None:
    view = ways.forged_view("conversation", house.ids["ottos"], external_id="replayed")
    sent = [ways.submit(house, house.anna, view, {"reply": "Vi ringer klockan nio", "kind": "sms"}) for _ in range(10)]
    await asyncio.gather(*sent)
    await house.night.settles()
    house.night.phone(OTTOS).receives("Vi ringer klockan nio", times=1)


@attempt(
    OTHER_LEADER,
    "to let out what another nämnd has stopped",
    "the forms that stop and lift, after Norrvik's leader has stopped it; and by Anna, who leads nobody",
    "refused; it stays stopped until its own leader lifts it",
    changes=ANYTHING,
)
async def lifts_anothers_stop(house: House) -> None:
    stop, lift = (ways.forged_view(name, "") for name in ("incident_stop", "incident_lift"))
    await ways.submit(house, house.gunilla, stop, {"namnd": "norrvik", "reason": "ett prov"})
    for who in (house.lars, house.anna, house.vera):
        await ways.submit(house, who, lift, {"reason": "ett prov"})
        assert await stopped(house) == {"norrvik"}
    for who in (house.anna, house.sara, house.ingrid):
        await ways.submit(house, who, stop, {"namnd": "sodermark", "reason": "ett prov"})
    assert await stopped(house) == {"norrvik"}
    await ways.submit(house, house.gunilla, lift, {"reason": "ett prov"})
    assert await stopped(house) == set()


async def stopped(house: House) -> set[str]:
    """Return the nämnder whose content is held back."""
    assert house.night.sandbox.bot is not None
    found = await house.night.sandbox.bot.store.read(lambda tx: tx.incidents.stops())
    return {str(stop.namnd) for stop in found}
