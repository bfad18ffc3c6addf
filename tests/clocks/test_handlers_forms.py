"""Slack takes every form of the clocks, however many people there are and however long their names; and the words."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.clock_views import (
    AbsenceChoices,
    AbsenceLine,
    AnswerLine,
    Choice,
    ClockRow,
    ClockView,
    RegistrationChoices,
    SummonDefaults,
    SummonsView,
)
from bot.domain.clocks import ClockKind, ClockRules, limit_of
from bot.domain.deadline import OUTCOMES, Gender, Reason, Stage
from bot.domain.summons import Party, SummonsState
from bot.sandbox.slack.view_rules import check_view
from bot.slack.kit import Block
from bot.slack.views import absence_form, clock_forms, register_form, summon_form
from bot.texts import Texts
from tests.acceptance.night import texts_in
from tests.imports.given import RULES

TEXTS = Texts()
NOW = datetime(2026, 11, 20, 13, 30, tzinfo=UTC)  # Friday 14.30
OFFICE = RULES.namnder[next(iter(RULES.namnder))].office_hours
CARRIED = "Förd till akten?"
MANY = tuple(Choice(f"staff-{n}", f"Namn {n} " + "Å" * 90) for n in range(150))
FEW = (Choice("me", "Ingrid Strand"), Choice("you", "Lars Borg"))


def a_row(kind: ClockKind, at: datetime = NOW - timedelta(minutes=10), **more: Any) -> ClockRow:
    limit = limit_of(kind, at, ClockRules(), OFFICE, frozenset())
    values = {"stage": Stage.DECIDE, "owner": "U01", **more}
    return ClockRow(deadline_id="d1", case_ref="K-123", kind=kind, limit=limit, **values)


def a_view(kind: ClockKind, **more: Any) -> ClockView:
    row_values = {name: more.pop(name) for name in ("reason",) if name in more}
    return ClockView(
        row=a_row(kind, **row_values),
        namnd_name="Norrviks stadsdelsnämnd",
        now=NOW,
        received_at=NOW,
        starts_at=NOW,
        gender=Gender.UNKNOWN,
        wants_feedback=False,
        events=(),
        outcomes=OUTCOMES[kind],
        is_trial=True,
        **more,
    )


def some_choices(people: tuple[Choice, ...], namnder: int = 1, asks: bool = False) -> RegistrationChoices:
    ids = tuple(Choice(f"namnd{n}", f"Nämnd {n} " + "x" * 100) for n in range(namnder))
    asking = frozenset(choice.value for choice in ids) if asks else frozenset()
    return RegistrationChoices(ids, {choice.value: people for choice in ids}, "me", asking)


def defaults(**more: Any) -> SummonDefaults:
    values = {
        "case_ref": "K-123",
        "namnd_name": "Norrviks stadsdelsnämnd",
        "now": NOW,
        "languages": (Choice("sv", "svenska"), Choice("ar", "arabiska")),
        "numbers": {},
        "chosen_languages": {},
        "preview": "Hej! Vi på socialtjänsten vill träffa dig.",
        **more,
    }
    return SummonDefaults(**values)


def labels(view: Block) -> list[str]:
    return [block["label"]["text"] for block in view["blocks"] if block["type"] == "input"]


def element(view: Block, block_id: str) -> Block:
    block = next(block for block in view["blocks"] if block.get("block_id") == block_id)
    found: Block = block["elements"][0] if block["type"] == "actions" else block["element"]
    return found


@pytest.mark.parametrize("kind", list(ClockKind))
def test_slack_takes_each_form_of_each_clock(kind: ClockKind) -> None:
    view = a_view(kind)
    for form in (
        clock_forms.settle_form(view, TEXTS),
        clock_forms.extend_form(view, TEXTS),
        clock_forms.snooze_form(view, TEXTS),
        clock_forms.reason_form(view, TEXTS),
        clock_forms.summoned_form(view, TEXTS),
        clock_forms.book_form(view, TEXTS),
        clock_forms.assign_form(view, MANY, TEXTS),
        clock_forms.assign_form(view, (), TEXTS),
    ):
        check_view(form, ("modal",))
        assert "K-123" in "\n".join(texts_in(form["blocks"])) or "submit" not in form


@pytest.mark.parametrize("people", [(), FEW, MANY])
@pytest.mark.parametrize("namnder", [1, 2, 40])
@pytest.mark.parametrize("asks", [False, True])
def test_slack_takes_the_form_for_a_new_clock(people: tuple[Choice, ...], namnder: int, asks: bool) -> None:
    form = register_form.register_form(some_choices(people, namnder, asks), "namnd0", TEXTS, NOW, is_trial=True)
    check_view(form, ("modal",))
    assert ("namnd" in [block.get("block_id") for block in form["blocks"]]) is (namnder > 1)
    assert ("suspicion_on" in [block.get("block_id") for block in form["blocks"]]) is asks


def test_the_form_for_a_new_clock_proposes_me_and_today_and_nothing_else() -> None:
    form = register_form.register_form(some_choices(FEW), "namnd0", TEXTS, NOW)
    assert element(form, "owner_namnd0")["initial_option"]["value"] == "me"
    assert element(form, "received_on")["initial_date"] == "2026-11-20"
    for block in ("case_ref", "received_time", "gender", "kinds", "flags"):
        assert not any(name.startswith("initial") for name in element(form, block))
    assert {option["value"] for option in element(form, "kinds")["options"]} == {kind.value for kind in ClockKind}
    somebody = register_form.register_form(some_choices(FEW[1:]), "namnd0", TEXTS, NOW)
    assert element(somebody, "owner_namnd0")["initial_option"]["text"]["text"] == "Ingen än"


@pytest.mark.parametrize("numbers", [{}, {Party.CHILD: "070-174 06 05", Party.GUARDIAN: "070-174 06 06"}])
def test_slack_takes_the_form_for_a_summons(numbers: dict[Party, str]) -> None:
    form = summon_form.summon_form(
        defaults(numbers=numbers, chosen_languages={Party.GUARDIAN: "ar"}), TEXTS, is_trial=True
    )
    check_view(form, ("modal",))
    assert element(form, "guardian_language")["initial_option"]["value"] == "ar"
    assert element(form, "child_language")["initial_option"]["value"] == "sv"
    assert element(form, "child_number").get("initial_value") == numbers.get(Party.CHILD)
    required = [block["block_id"] for block in form["blocks"] if block["type"] == "input" and not block.get("optional")]
    assert required == ["guardian_language", "child_language", "day_1", "time_1"]


@pytest.mark.parametrize("count", [0, 3, 300])
def test_slack_takes_the_forms_for_absence(count: int) -> None:
    lines = tuple(
        AbsenceLine(f"a{n}", "U01", date(2026, 11, 20), date(2027, 1, 8), "U02" if n % 2 else "", may_remove=n % 3 == 0)
        for n in range(count)
    )
    choices = AbsenceChoices((FEW[0], FEW[1]), {"me": MANY, "you": FEW}, {"me": MANY, "you": FEW}, "me", lines)
    for namnd in ("me", "you"):
        check_view(absence_form.absence_form(choices, namnd, TEXTS, NOW, is_trial=True), ("modal",))
    shown = absence_form.absence_list(choices, TEXTS, NOW, is_saved=True)
    check_view(shown, ("modal",))
    words = "\n".join(texts_in(shown["blocks"]))
    if count:
        assert "<@U01>, fredag 20 november till och med fredag 8 januari 2027. Ingen ersätter" in words
    else:
        assert "Ingen frånvaro är inlagd." in words


def test_a_form_proposes_an_outcome_only_where_there_is_one() -> None:
    assert "initial_option" in element(clock_forms.settle_form(a_view(ClockKind.UTREDNING), TEXTS), "outcome")
    talk = clock_forms.settle_form(a_view(ClockKind.ALLVARSSAMTAL), TEXTS)
    assert "initial_option" not in element(talk, "outcome")
    assert labels(talk) == ["Hur blev det?", "Dag", "Klockslag", "Var polisen med?", "Orsak", CARRIED]
    decided = clock_forms.settle_form(a_view(ClockKind.FORHANDSBEDOMNING), TEXTS)
    assert labels(decided) == ["Hur blev det?", "Dag för beslutet", "Orsak", CARRIED]


def test_a_reason_given_before_stands_there() -> None:
    view = a_view(ClockKind.ALLVARSSAMTAL, reason=Reason.SKOLA)
    assert element(clock_forms.reason_form(view, TEXTS), "reason")["initial_option"]["value"] == "skola"


def test_only_those_who_were_summoned_by_sms_are_told_by_sms() -> None:
    assert "tell_family" not in str(clock_forms.book_form(a_view(ClockKind.ALLVARSSAMTAL), TEXTS))
    person = AnswerLine(Party.CHILD, "070-174 06 05", "svenska", "delivered")
    summons = SummonsView("s1", SummonsState.OFFERED, (NOW,), 1, None, NOW, (person,))
    form = clock_forms.book_form(a_view(ClockKind.ALLVARSSAMTAL, summons=summons), TEXTS)
    check_view(form, ("modal",))
    assert element(form, "tell_family")["initial_options"]


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+01:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("kind", "received", "now", "words"),
    [
        (
            ClockKind.ALLVARSSAMTAL,
            "2026-11-19 14:20",
            "2026-11-19 15:00",
            "måste kallas i morgon före 17.00; tiden går ut lördag 14.20.",
        ),
        (
            ClockKind.ALLVARSSAMTAL,
            "2026-11-20 17:30",
            "2026-11-20 17:40",
            "kalla nu: ingen kontorstid är kvar innan tiden går ut söndag 17.30.",
        ),
        (ClockKind.ALLVARSSAMTAL, "2026-11-17 09:00", "2026-11-20 09:00", "tiden gick ut i går 09.00."),
        (ClockKind.SKYDDSBEDOMNING, "2026-11-20 14:20", "2026-11-20 14:30", "sista dagen är i dag."),
        (
            ClockKind.SKYDDSBEDOMNING,
            "2026-11-20 16:00",
            "2026-11-20 16:30",
            "ska göras senast i dag: sista dagen är i morgon, en ledig dag.",
        ),
        (
            ClockKind.SKYDDSBEDOMNING,
            "2026-11-21 10:00",
            "2026-11-21 11:00",
            "gör det nu: sista dagen är i dag, en ledig dag, och ingen arbetsdag är kvar före den.",
        ),
        (
            ClockKind.FORHANDSBEDOMNING,
            "2026-12-10 14:20",
            "2026-12-10 15:00",
            "ska göras senast onsdag 23/12: sista dagen är torsdag 24/12, en ledig dag.",
        ),
        (ClockKind.FORHANDSBEDOMNING, "2026-11-20 14:20", "2026-11-20 14:30", "sista dagen är fredag 4/12."),
        (ClockKind.FORHANDSBEDOMNING, "2026-11-02 14:20", "2026-11-20 14:30", "tiden gick ut i måndags."),
    ],
)
def test_what_was_started_says_when_something_must_be_done(
    kind: ClockKind, received: str, now: str, words: str
) -> None:
    row = a_row(kind, local(received), stage=Stage.SUMMON)
    shown = register_form.registered_modal(TEXTS, [row], local(now), reader="U01")
    check_view(shown, ("modal",))
    assert shown["blocks"][0]["text"]["text"].split("\n")[1] == words


def test_what_went_to_somebody_else_is_not_opened_from_there() -> None:
    rows = [a_row(ClockKind.ALLVARSSAMTAL, owner=owner) for owner in ("U01", "U02", "")]
    shown = register_form.registered_modal(TEXTS, rows, NOW, reader="U01")
    assert ["accessory" in block for block in shown["blocks"][:3]] == [True, False, False]
