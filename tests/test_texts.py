"""Every sentence exists, is used, fits where it stands, and says nothing that it should not."""

import ast
import re
import string
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from bot.domain.auto_reply import AutoKind
from bot.domain.calendar import STOCKHOLM
from bot.domain.cards import Sender, ThreadWhat
from bot.domain.delivery import DeliveryStatus
from bot.domain.notes import ActionCode, Situation
from bot.domain.people import AgeBand, Basis, LinkRole
from bot.domain.sms_parts import parts
from bot.sms.errors import REASONS
from bot.texts import (
    FILES,
    HERE,
    BadText,
    Texts,
    _load,
    blanks,
    capital,
    clock_time,
    for_the_record,
    lasted,
    listed,
    long_day,
    short_day,
    short_when,
    since_when,
    span,
    weekday_and_date,
    when,
)

ROOT = Path(__file__).parent.parent
SOURCES = ("bot", "handlers", "scheduler")
STAFF = {key: text for name in FILES if name != "sms.toml" for key, text in _load(name).items()}
SMS = _load("sms.toml")
TEXTS = Texts()
KEY = re.compile(r"^[a-z_]+(\.[a-z0-9_]+)*\.[a-z0-9_]*[a-z0-9]$")
SECTIONS = {key.partition(".")[0] for key in STAFF}
HELPERS = {"help_number", "call_us", "call_us_at", "opens", "language", "information"}


@cache
def trees() -> tuple[ast.Module, ...]:
    files = (path for folder in SOURCES for path in sorted((ROOT / folder).rglob("*.py")))
    return tuple(ast.parse(path.read_text(encoding="utf-8")) for path in files)


def nodes() -> Iterator[ast.AST]:
    for tree in trees():
        yield from ast.walk(tree)


@cache
def words() -> frozenset[str]:
    """Return every string constant in the code."""
    return frozenset(n.value for n in nodes() if isinstance(n, ast.Constant) and isinstance(n.value, str))


@cache
def shapes() -> tuple[re.Pattern[str], ...]:
    """Return what a key that is put together while running looks like, for instance that of f"failure.{...}"."""
    parts = (node.values for node in nodes() if isinstance(node, ast.JoinedStr))
    found = {
        "".join(re.escape(str(p.value)) if isinstance(p, ast.Constant) else "([a-z0-9_]+)" for p in some)
        for some in parts
        if isinstance(some[0], ast.Constant) and str(some[0].value).partition(".")[0] in SECTIONS
    }
    return tuple(re.compile(shape) for shape in sorted(found) if "." in shape)


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Yield each call of `staff` with a key that stands there."""
    for node in nodes():
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "staff"
        if is_call and isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value), node


# --- for staff ---


def test_no_text_stands_in_two_files() -> None:
    assert sum(len(_load(name)) for name in FILES) == len({**STAFF, **SMS})


def test_every_key_that_the_code_names_exists() -> None:
    named = {key for key, _ in calls()}
    named |= {word for word in words() if KEY.match(word) and word.partition(".")[0] in SECTIONS}
    looks_like_a_file = {word for word in named if word.endswith((".toml", ".py", ".html", ".json"))}

    assert sorted(named - looks_like_a_file - set(STAFF)) == []


def test_every_text_is_used() -> None:
    def is_used(key: str) -> bool:
        filled = (shape.fullmatch(key) for shape in shapes())
        return key in words() or any(found is not None and words() >= set(found.groups()) for found in filled)

    assert sorted(key for key in STAFF if not is_used(key)) == []


def test_every_blank_is_filled_where_the_key_stands_in_the_call() -> None:
    for key, call in calls():
        given = {keyword.arg for keyword in call.keywords}
        if None not in given:
            assert blanks(STAFF[key]) <= given, key


@pytest.mark.parametrize(
    ("family", "members"),
    [
        ("failure", REASONS),
        ("state", {status.value for status in DeliveryStatus}),
        ("thread", {what.value for what in ThreadWhat}),
        ("sender", {sender.value for sender in Sender}),
        ("age", {band.value for band in AgeBand}),
        ("basis", {basis.value for basis in Basis}),
        ("role", {role.value for role in LinkRole}),
        ("situation", {situation.value for situation in Situation}),
        ("code", {code.value for code in ActionCode}),
    ],
)
def test_every_member_of_a_family_has_its_text(family: str, members: frozenset[str]) -> None:
    assert sorted(f"{family}.{member}" for member in members if f"{family}.{member}" not in STAFF) == []


def first_arguments(*names: str) -> set[str]:
    """Return the constant first arguments of calls of these names."""
    return {
        str(node.args[0].value)
        for node in nodes()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in names
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def test_every_refusal_says_why() -> None:
    codes = {
        str(statement.value.value)
        for node in nodes()
        if isinstance(node, ast.ClassDef)
        and {base.id for base in node.bases if isinstance(base, ast.Name)} & {"BotError", "Refused"}
        for statement in node.body
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)
    }
    reasons = first_arguments("Denied", "NotAllowed", "CannotText") | codes | {"internal"}
    by_reason = {"ask_first", "not_allowed", "cannot_text", "not_yet"}  # these carry the key of what is said
    at_the_command_line = {"not_permitted"}

    assert "jav" in reasons
    unsaid = {reason for reason in reasons if f"refusal.{reason}" not in STAFF}
    assert unsaid <= by_reason | at_the_command_line


def test_every_question_is_worded() -> None:
    assert sorted(a for a in first_arguments("AskFirst") if f"ask.{a}" not in STAFF) == []


def test_every_problem_is_worded() -> None:
    given = {
        str(value.value)
        for node in nodes()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "BadInput" and node.args
        for value in (node.args[0].values if isinstance(node.args[0], ast.Dict) else ())
        if isinstance(value, ast.Constant)
    }
    collected = {
        str(node.value.value)
        for node in nodes()
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Subscript)
        and isinstance(node.targets[0].value, ast.Name)
        and node.targets[0].value.id == "problems"
        and isinstance(node.value, ast.Constant)
    }

    assert given
    assert "pick_one" in collected
    assert sorted(p for p in given | collected if f"problem.{p}" not in STAFF) == []


def test_every_notice_is_worded() -> None:
    keys = {
        str(part.value)
        for node in nodes()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "notice"
        for part in ast.walk(node.args[2])
        if len(node.args) > 2 and isinstance(part, ast.Constant)
    }

    assert "note_missing_leader" in keys
    assert sorted(key for key in keys if f"notice.{key}" not in STAFF) == []


CODE = "4TK9M"


@pytest.mark.parametrize(
    "key",
    sorted(
        key
        for key in STAFF
        if re.search(r"^modal\.(.*title|submit|close|done|cancel|send|save|hand_over)$", key)
        or re.search(r"^(note|meeting|journal|background|log|shift)\.(.*title.*|.*submit.*)$", key)
    ),
)
def test_what_stands_at_the_edge_of_a_modal_fits(key: str) -> None:
    assert len(STAFF[key].format(code=f"{CODE} +10", index=200, count=200)) <= 24


@pytest.mark.parametrize("key", sorted(key for key in STAFF if key.startswith("button.")))
def test_a_button_fits(key: str) -> None:
    text = STAFF[key].format(code=CODE, day="onsdag 30 september")

    assert len(text) <= (75 if key.startswith("button.spoken_") else 30)  # about 30 are shown


@pytest.mark.parametrize("key", sorted(key for key in STAFF if key.startswith("confirm.")))
def test_a_question_before_something_that_cannot_be_undone_fits(key: str) -> None:
    limit = 100 if key.endswith("title") else 30 if key in {"confirm.no"} or "yes" in key else 300

    assert len(STAFF[key]) <= limit


@pytest.mark.parametrize("key", sorted(key for key in STAFF if key.partition(".")[0] in {"age", "basis", "role"}))
def test_a_choice_fits(key: str) -> None:
    assert len(STAFF[key]) <= 75


@pytest.mark.parametrize("key", sorted(STAFF))
def test_a_text_for_staff_is_whole(key: str) -> None:
    text = STAFF[key]

    assert text == text.strip()
    assert "  " not in text
    assert len(text) <= 3000
    assert text.count("*") % 2 == 0
    assert not re.search(r"\bSMS\b", text)  # sms in lower case
    assert "vardag" not in text  # which some take to include Saturday


# --- for families ---

LANGUAGES = ("ar", "en", "so", "sv")
KINDS = [kind.value for kind in AutoKind]
SUMMONS_ANSWERS = {"summons_confirmed", "summons_moved"}  # sent by itself to somebody who has just written
SUMMONS_TEXTS = {
    "summons_child",
    "summons_guardian",
    "summons_shared",
    "summons_reminder",
    "summons_called_off",
    *SUMMONS_ANSWERS,
}
SUMMONS = {*SUMMONS_TEXTS, "summons_choices", "summons_choice", "summons_call"}
CALL_112 = {"sv": "ring 112", "en": "call 112", "so": "wac 112", "ar": "اتصل بالرقم 112"}
TEXT_112 = re.compile(r"\b(sms|sms:a|messa|skriv|skicka|text|fariin)\b[^.]{0,20}\b112\b", re.IGNORECASE)


def test_these_are_the_languages() -> None:
    assert TEXTS.languages == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_kind_and_nothing_else(language: str) -> None:
    found = {key.split(".")[2] for key in SMS if key.startswith(f"sms.{language}.")}

    assert found == set(KINDS) | HELPERS | SUMMONS


@pytest.mark.parametrize("kind", sorted([*KINDS, *HELPERS, *SUMMONS]))
def test_the_blanks_are_the_same_in_every_language(kind: str) -> None:
    assert len({blanks(SMS[f"sms.{language}.{kind}"]) for language in LANGUAGES}) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_automatic_text_says_whom_to_call_in_danger(kind: str, language: str) -> None:
    text = SMS[f"sms.{language}.{kind}"]

    assert CALL_112[language] in text
    assert not TEXT_112.search(text)


def test_the_check_for_texting_112_finds_it() -> None:
    assert TEXT_112.search("Är det fara, sms:a 112.")
    assert TEXT_112.search("Text 112 if there is danger.")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["unknown", "unknown_closed"])
def test_an_unknown_sender_is_told_nothing_that_confirms(kind: str, language: str) -> None:
    assert blanks(SMS[f"sms.{language}.{kind}"]) == {"help"}


@pytest.mark.parametrize("kind", ["unknown", "unknown_closed"])
def test_an_unknown_sender_reads_nothing_about_a_child_or_a_service(kind: str) -> None:
    text = SMS[f"sms.sv.{kind}"].casefold()

    assert not [word for word in ("beredskap", "barn", "ungdom", "familje", "social", "nämnd", "anmäl") if word in text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shared_phone_is_only_asked_to_call(language: str) -> None:
    assert blanks(SMS[f"sms.{language}.shared"]) == {"call"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_left_out_leaves_no_gap(kind: str, language: str) -> None:
    values = dict.fromkeys(("namnd", "help", "call", "opens"), "")
    text = TEXTS.sms(kind, language, **values)

    assert text == " ".join(text.split())
    assert "{" not in text


def test_a_language_that_we_do_not_have_is_answered_in_swedish() -> None:
    assert TEXTS.sms("call_us", "xx") == TEXTS.sms("call_us", "sv")
    assert TEXTS.language_name("xx") == "xx"
    assert TEXTS.language_name("so") == "somaliska"


def test_no_number_but_112_stands_in_the_words() -> None:
    for name in FILES:
        digits = set(re.findall(r"\d[\d -]{2,}\d", (HERE / name).read_text(encoding="utf-8")))
        assert digits <= {"112", "1600", "070-174 06 05", "2025", "2001"}  # the last two are laws


# What no text of a summons may hold: the phone may be read by others, and lies on a kitchen table.
TELLING = {
    "sv": ("brott", "misstänk", "polis", "anmäl", "förhör", "stöld", "allvar"),
    "en": ("crim", "offen", "suspect", "police", "report", "theft", "serious"),
    "ar": ("جريم", "جنا", "شرط", "مشتبه", "بلاغ", "سرق"),
    "so": ("dambi", "boolis", "bilays", "tuhun", "tuug", "eedeys"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(SUMMONS))
def test_a_summons_never_says_why(kind: str, language: str) -> None:
    text = SMS[f"sms.{language}.{kind}"].casefold()

    assert [word for word in TELLING[language] if word in text] == []
    assert blanks(text) <= {"namnd", "choices", "choice", "number", "when", "call"}  # no name, no place, no case


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(SUMMONS_ANSWERS))
def test_what_answers_a_family_by_itself_says_whom_to_call_in_danger(kind: str, language: str) -> None:
    assert CALL_112[language] in SMS[f"sms.{language}.{kind}"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(SUMMONS_TEXTS))
def test_a_summons_is_at_most_three_sms(kind: str, language: str) -> None:
    when = "tis 24/11 16.00" if language == "sv" else "24/11 16:00"
    choice = [TEXTS.sms("summons_choice", language, number=n, when=when) for n in (4, 5, 6)]
    choices = TEXTS.sms("summons_choices", language, choices=", ".join(choice))
    call = TEXTS.sms("summons_call", language, number="070-174 06 05")

    text = TEXTS.sms(kind, language, namnd="Södermark", when=when, choices=choices, call=call)

    assert parts(text).count <= 3, (len(text), text)


# --- a municipality's own wording ---


def test_own_wording_replaces_ours() -> None:
    own = Texts(
        {"sms": {"sv": {"closed": "Stängt. {opens} Är det fara, ring 112."}}, "button": {"take": "Jag har det"}}
    )

    assert own.sms("closed", "sv", opens="Vi svarar igen kl 8.", help="") == (
        "Stängt. Vi svarar igen kl 8. Är det fara, ring 112."
    )
    assert own.staff("button.take") == "Jag har det"
    assert TEXTS.staff("button.take") == "Jag tar det"


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"sms": {"sv": {"stangt": "x"}}}, "sms.sv.stangt finns inte"),
        ({"sms": {"de": {"closed": "x"}}}, "sms.de.closed finns inte"),
        ({"sms": {"sv": {"unknown": "Hej från {namnd}, ring 112"}}}, "har fält som inte finns: {namnd}"),
        ({"button": {"take": "Jag {0}"}}, "har fält som inte finns"),
        ({"button": {"take": "Jag {}"}}, "har fält som inte finns"),
        ({"button": {"spoken_take": "Ta {code.real}"}}, "har fält som inte finns"),
        ({"button": {"take": "Jag {"}}, "klammer"),
        ({"button": {"take": "Jag }"}}, "klammer"),
        ({"sms": {"sv": {"closed": "Stängt."}}}, "112"),
        ({"sms": {"so": {"youth": "Salaan"}}}, "112"),
    ],
)
def test_wording_that_does_not_fit_is_refused(overrides: dict[str, object], said: str) -> None:
    with pytest.raises(BadText, match=re.escape(said)):
        Texts(overrides)


def test_every_text_can_be_filled() -> None:
    for key, text in {**STAFF, **SMS}.items():
        names = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
        assert all(name.isidentifier() for name in names), key


# --- times in words ---


def test_times_are_read_as_swedes_say_them() -> None:
    at = datetime(2026, 11, 20, 21, 14, tzinfo=UTC)

    assert clock_time(at) == "22.14"
    assert when(at, at + timedelta(minutes=5)) == "22.14"
    assert when(at, at + timedelta(hours=3)) == "fre 20 nov 22.14"
    assert TEXTS.day_and_time(at) == "fredag 22.14"
    assert TEXTS.day_and_time(at, "en") == "20/11 22:14"


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2026-11-20 17:00", "2026-11-20 22:00", "fre 20 nov 17.00–22.00"),
        ("2026-11-20 17:00", "2026-11-21 02:00", "fre 20 nov 17.00–lör 02.00"),
        ("2026-10-24 22:00", "2026-10-25 08:00", "lör 24 okt 22.00–sön 08.00"),
        ("2026-03-28 22:00", "2026-03-29 08:00", "lör 28 mar 22.00–sön 08.00"),
    ],
)
def test_a_span_in_words(start: str, end: str, said: str) -> None:
    first, last = (datetime.fromisoformat(t).replace(tzinfo=STOCKHOLM).astimezone(UTC) for t in (start, end))

    assert span(first, last) == said


def test_days_are_read_as_swedes_say_them() -> None:
    day = date(2026, 11, 23)
    at = datetime(2026, 11, 20, 21, 14, tzinfo=UTC)

    assert short_day(day) == "mån 23/11"
    assert weekday_and_date(day) == "måndag 23/11"
    assert long_day(day) == long_day(day, date(2026, 1, 1)) == "måndag 23 november"
    assert long_day(day, date(2027, 1, 1)) == "måndag 23 november 2026"
    assert short_when(at, date(2026, 11, 20)) == "22.14"
    assert short_when(at, day) == "fre 20/11 22.14"
    assert for_the_record(at) == "2026-11-20 kl. 22.14"
    assert capital("ärende") == "Ärende"
    assert capital("") == ""


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-11-20", "fredag 22.14"),
        ("2026-11-26", "fredag 22.14"),
        ("2026-11-27", "fredag 20 november 22.14"),  # the weekday alone would mean today
        ("2026-11-19", "fredag 20 november 22.14"),
    ],
)
def test_since_when(day: str, said: str) -> None:
    assert since_when(datetime(2026, 11, 20, 21, 14, tzinfo=UTC), date.fromisoformat(day)) == said


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=-5), "mindre än 1 min"),
        (timedelta(seconds=59), "mindre än 1 min"),
        (timedelta(minutes=4, seconds=59), "4 min"),
        (timedelta(hours=1), "1 tim"),
        (timedelta(hours=1, minutes=5), "1 tim 5 min"),
        (timedelta(hours=23, minutes=59), "23 tim 59 min"),
        (timedelta(days=2), "2 dygn"),
        (timedelta(days=2, minutes=7), "2 dygn"),
        (timedelta(days=2, hours=3, minutes=7), "2 dygn 3 tim"),
    ],
)
def test_how_long_it_lasted_in_words(length: timedelta, said: str) -> None:
    assert lasted(length) == said


@pytest.mark.parametrize(
    ("parts", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a och b"), (["a", "b", "c"], "a, b och c")]
)
def test_a_list_in_words(parts: list[str], said: str) -> None:
    assert listed(parts) == said
