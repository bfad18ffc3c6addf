"""The window and its forms: within Slack's limits, opaque where Slack keeps it, plain where it is read."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.domain.enrolled import EnrolledNumber, EnrolledPage
from bot.domain.ids import ContactId, NamndId, StaffId, YouthId
from bot.domain.people import AgeBand, Basis, LinkRole, Youth
from bot.domain.retention import LegalHold
from bot.slack.kit import Block
from bot.slack.views import amend as views
from tests.acceptance.night import buttons_in, texts_in
from tests.slack_views.given import PINGS, TEXTS

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
NAME = f"Nova {PINGS} *Berg*"


def number(nth: int, **more: Any) -> EnrolledNumber:
    given: dict[str, Any] = {"roles": frozenset({LinkRole.GUARDIAN}), "language": "so", **more}
    return EnrolledNumber(ContactId(f"{nth:024}"), "+46701740605", f"{NAME} {nth}", **given)


def a_page(numbers: int = 2, **more: Any) -> EnrolledPage:
    youth = Youth(YouthId("y" * 24), NamndId("norrvik"), "4TK9M", NAME, AgeBand.UNDER_12, Basis.OVERRIDE)
    return EnrolledPage(youth, "Norrvik", tuple(map(number, range(numbers))), **more)


def a_hold(until: date | None = None, mark: str = "h") -> LegalHold:
    return LegalHold(mark * 24, NamndId("norrvik"), f"mål {PINGS}", StaffId("s"), NOW, until=until)


def words_of(view: Block) -> str:
    return "\n".join(texts_in(view["blocks"]))


def every_form(page: EnrolledPage) -> list[Block]:
    shown = page.numbers[0]
    return [
        views.correct_form(page, TEXTS),
        views.end_form(page, TEXTS),
        views.remove_form(page, shown, TEXTS),
        views.remove_sure_form(page, shown, views.KEPT, TEXTS),
        views.remove_sure_form(page, shown, views.DELETED, TEXTS),
        views.hold_form(page, TEXTS),
    ]


@pytest.mark.parametrize("numbers", [1, views.MOST_NUMBERS, views.MOST_NUMBERS + 1])
def test_each_fits_and_keeps_nothing_that_reads(numbers: int) -> None:
    page = a_page(numbers, holds=(a_hold(), a_hold(date(2027, 1, 31), "i")), is_held=True, may_hold=True)
    for view in [views.enrolled_modal(page, TEXTS), *every_form(page)]:
        ids = [block["block_id"] for block in view["blocks"] if "block_id" in block]
        assert len(view["blocks"]) < 100
        assert len(ids) == len(set(ids))
        assert all(len(view[edge]["text"]) <= 24 for edge in ("title", "close", "submit") if edge in view)
        kept = view["private_metadata"] + "".join(ids) + "".join(buttons_in(view["blocks"]).values())
        for secret in ("Nova", "Berg", "70174", "174 06", "mål"):
            assert secret not in kept
    for form in every_form(page):
        known = json.loads(form["private_metadata"])
        assert (known["y"], len(known["at"])) == (page.youth.id, 16)
    too_many = "Bara de 12 första" in words_of(views.correct_form(page, TEXTS))
    assert too_many is (numbers > views.MOST_NUMBERS)


def test_a_button_fits_a_phone() -> None:
    page = a_page(holds=(a_hold(),), may_hold=True)
    shown = [
        element["text"]["text"]
        for block in views.enrolled_modal(page, TEXTS)["blocks"]
        for element in block.get("elements", ())
        if element["type"] == "button"
    ]
    assert {"Rätta uppgifter", "Avsluta inskrivningen", "Ta bort numret", "Häv undantaget"} <= set(shown)
    assert max(map(len, shown)) <= 22


def test_what_somebody_wrote_pings_nobody() -> None:
    page = a_page(holds=(a_hold(),), is_held=True, may_hold=True)
    for view in [views.enrolled_modal(page, TEXTS), *every_form(page)]:
        assert not [
            block
            for block in view["blocks"]
            if "<!channel>" in str(block) and "mrkdwn" in json.dumps(block.get("text", ""))
        ]


def test_who_may_not_hold_is_not_offered_it() -> None:
    shown = buttons_in(views.enrolled_modal(a_page(is_held=True), TEXTS)["blocks"])
    assert "amend_hold" not in shown
    assert "amend_lift" not in shown
    assert "Undantaget från gallring" in words_of(views.enrolled_modal(a_page(is_held=True), TEXTS))


def test_who_has_ended_shows_a_code_and_no_more() -> None:
    page = a_page()
    ended = views.enrolled_modal(replace(page, youth=replace(page.youth, is_active=False)), TEXTS)
    assert "4TK9M" in words_of(ended)
    assert "Nova" not in str(ended)
    assert buttons_in(ended["blocks"]) == {}


def test_a_shared_phone_offers_only_its_language() -> None:
    page = replace(a_page(), numbers=(number(1, roles=frozenset(LinkRole)),))
    form = views.correct_form(page, TEXTS)
    ids = {block.get("block_id") for block in form["blocks"]}
    assert f"language:{page.numbers[0].contact_id}" in ids
    assert f"role:{page.numbers[0].contact_id}" not in ids
    assert "delas av ungdom och vårdnadshavare" in words_of(form)


def test_what_happens_is_said_before_it_is_done() -> None:
    quiet = a_page()
    busy = replace(quiet, numbers=(number(1, conversations=2, open=1, is_waiting=True, siblings=1),), is_held=True)
    for said, times in (("Pågår nu: 1", 1), ("väntar på svar", 1), ("andra ungdomar", 1), ("Undantaget", 1)):
        sure = words_of(views.remove_sure_form(busy, busy.numbers[0], views.DELETED, TEXTS))
        assert sure.count(said) == times
        assert said not in words_of(views.remove_sure_form(quiet, quiet.numbers[0], views.DELETED, TEXTS))
    assert "Samtal med numret: 2" in words_of(views.remove_sure_form(busy, busy.numbers[0], views.KEPT, TEXTS))
    assert "Pågående samtal: 1" in words_of(views.end_form(busy, TEXTS))
    assert "Pågående" not in words_of(views.end_form(quiet, TEXTS))


def test_what_stood_there_is_given_back_in_words() -> None:
    before = (("name", NAME), ("age_band", "under_12"), ("role", "guardian"), ("language", "so"))
    said = words_of(views.corrected_modal(before, TEXTS))
    assert "Ålder: Under 12 år" in said
    assert "Vem det är: En vårdnadshavare" in said
    assert "somaliska" in said.casefold() or "soomaali" in said.casefold()
    assert "redan sparat" in words_of(views.corrected_modal((), TEXTS))


def test_a_version_changes_with_what_it_is_of() -> None:
    page = a_page()
    one = page.numbers[0]
    others = [
        replace(page, youth=replace(page.youth, name="Nora")),
        replace(page, youth=replace(page.youth, age_band=AgeBand.FROM_15)),
        replace(page, youth=replace(page.youth, is_active=False)),
        replace(page, numbers=page.numbers[:1]),
        *(
            replace(page, numbers=(replace(one, **change), *page.numbers[1:]))
            for change in ({"name": "M"}, {"language": "sv"}, {"roles": frozenset(LinkRole)})
        ),
    ]
    assert len({shown.version for shown in (page, *others)}) == len(others) + 1
    changed = [replace(one, siblings=1), replace(one, seen=("c:True:3",)), replace(one, roles=frozenset(LinkRole))]
    assert len({number.version for number in (one, *changed)}) == len(changed) + 1
