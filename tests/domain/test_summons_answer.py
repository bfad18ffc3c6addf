"""What a family answers to a summons: a time is booked only when the whole text says so."""

from datetime import datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.calendar import local
from bot.domain.ids import DeadlineId, NamndId, StaffId, SummonsId
from bot.domain.summons import Summons
from bot.domain.summons_answer import MONTHS, WEEKDAYS, read_answer
from tests.domain.test_clocks import wall

NOW = wall("2026-11-22 18:00")  # a Sunday
ONE, TWO, THREE = wall("2026-11-23 16:00"), wall("2026-11-24 15:15"), wall("2026-11-26 16:30")  # Mon, Tue, Thu


def a_summons(*times: datetime, first_number: int = 1) -> Summons:
    return Summons(
        SummonsId("s"), DeadlineId("d"), NamndId("norrvik"), times, NOW, StaffId("anna"), first_number=first_number
    )


OFFERED = a_summons(ONE, TWO, THREE)
SINGLE = a_summons(TWO)
FROM_FOUR = a_summons(ONE, TWO, THREE, first_number=4)
SAME_DAY = a_summons(wall("2026-11-24 15:15"), wall("2026-11-24 16:30"), wall("2026-12-01 15:15"))


def number(text: str, summons: Summons = OFFERED, now: datetime = NOW) -> int | None:
    """Return the number of the time that was read, counted from one."""
    found = read_answer(text, summons, now)
    return None if found is None else summons.times.index(found) + 1


@pytest.mark.parametrize(
    "text",
    [
        *("2", "2!", "2.", "(2)", '"2"', " 2 ", "2️⃣", "２", "٢", "۲", "#2", "2 👍🏽", "2 ❤️"),
        *("nr 2", "Nr. 2", "nr2", "NR: 2", "alternativ 2", "Alt 2", "tid 2", "svar 2", "nummer 2", "2:an", "2an"),
        *("Nummer två", "två", "tvåan", "Tvåan tack!", "andra", "det andra", "den andra tiden", "andra alternativet"),
        *("den 2:an", "number two", "the second one", "option 2 please", "2 thanks", "second"),
        *("ja 2 tack", "Ja tack 2", "hej! 2 passar bra", "vi tar 2", "Jag väljer 2", "det går bra med 2", "2 går bra"),
        *(
            "Hej, det blir 2. Mvh",
            "2\n\nTack",
            "2 2",
            "نعم ٢",
            "haa 2",
            "بله ۲",
            "I choose 2",
            "we can come on tuesday",
        ),
        *("tisdag", "tis", "Tisdag passar", "på tisdag", "tisdagen", "tisdag går det bra", "TUESDAY", "on tuesday"),
        *("24/11", "den 24", "24 nov", "den 24 november", "24:e", "24:e nov.", "nov 24", "2026-11-24", "the 24th"),
        *(
            "kl 15.15",
            "kl. 15:15",
            "klockan 15.15",
            "15.15",
            "15:15",
            "kl 1515",
            "kl15.15",
            "3.15",
            "3:15 pm",
            "3.15pm",
        ),
        *("tisdag 24/11 kl 15.15", "tis 24/11", "2, tisdag kl 15.15", "tisdag den 24 kl 15:15", "vi kommer tisdag"),
        *("vi ses på tisdag", "\u200f٢", "vi kommer kl 15.15", "kl 3.15"),
    ],
)
def test_the_second_time(text: str) -> None:
    assert number(text) == 2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1", 1),
        ("3", 3),
        ("ettan", 1),
        ("första", 1),
        ("trean", 3),
        ("tredje tiden", 3),
        ("imorgon", 1),
        ("i morgon", 1),
        ("Tomorrow is good", 1),
        ("mandag", 1),
        ("kl 16", 1),
        ("at 4 pm", 1),
        ("kl 4", 1),
        ("torsdag", 3),
        ("thurs", 3),
        ("16.30", 3),
        ("26 november", 3),
        ("4.30", 3),
        ("idag", None),
        ("onsdag", None),
        ("kl 17", None),
        ("04.30", None),
    ],
)
def test_the_others(text: str, found: int | None) -> None:
    assert number(text) == found


@pytest.mark.parametrize(
    "text",
    [
        # refusals and doubt
        *(
            "inte 2",
            "ej 2",
            "2 går ej",
            "nej",
            "nej tack",
            "Nej inte 2",
            "kan ej",
            "2 nej",
            "vi kan inte 2",
            "no",
            "no 2",
        ),
        *("not 2", "can't do 2", "2 passar inte", "tisdag passar inte", "alla utom 2", "utan 2", "aldrig 2", "nä 2"),
        *("kanske 2", "kanske tisdag", "2 kanske", "helst 2", "2 om det går", "typ 2", "tror 2", "2 men jag vet ej"),
        *("لا ٢", "maya 2", "2 👎"),
        # questions
        *(
            "2?",
            "2 ?",
            "tisdag?",
            "kl 15.15?",
            "٢؟",
            "2？",
            "2\u037e",
            "går det bra med 2",
            "Kan vi ta 2",
            "hej kan vi 2",
        ),
        *("är det tisdag", "Hej. Passar det 2", "can we take 2"),
        # more than one
        *("1 eller 2", "1 och 3", "1 & 2", "1,2", "1, 3", "1 2", "2 3", "1-2", "1–3", "1/2", "2/3", "1+2", "1 or 2"),
        *(
            "tisdag eller torsdag",
            "tisdag 16.30",
            "2 kl 16",
            "måndag 2",
            "24/11 3",
            "ettan tvåan",
            "två tre",
            "two one",
        ),
        *("1.2", "2.5", "2,5", "16.30-17.30", "24/11-26/11"),
        # not offered
        *("0", "4", "7", "22", "fyra", "nr 9", "25/11", "den 2", "2:a", "den 2:a", "31 feb", "kl 25", "kl 2", "99/99"),
        *("-1 och 4", "02", "2:00", "2.00"),
        # digits of something else
        *("0701740605", "+46701740605", "070-174 06 05", "ring 2", "2 ring 0701740605", "2 0701740605", "112", "123"),
        *(
            "2b",
            "a2",
            "2x",
            "K-2",
            "2%",
            "2kr",
            "2 kr",
            "halv 2",
            "halv fyra",
            "2 personer",
            "2 timmar",
            "2*",
            "2_",
            "1_2",
        ),
        *("vi blir 2", "vi är två", "Vi kommer två", "vi blir bara tre", "we will be 2", "½", "2²", "Ⅱ"),
        # nothing said
        *(
            "",
            " ",
            "...",
            "hej",
            "tack",
            "ja",
            "ok",
            "ja tack",
            "det går bra",
            "👍",
            "asdf",
            "på",
            "i",
            "kl",
            "nr",
            "den",
        ),
        *("annan tid", "andra tider", "ring mig", "nästa tisdag", "i övermorgon", "november", "imorgon bitti"),
    ],
)
def test_what_is_not_certain_is_left_to_somebody_who_reads_it(text: str) -> None:
    assert read_answer(text, OFFERED, NOW) is None


@pytest.mark.parametrize(
    "text",
    [
        *("ja", "JA!", "Ja tack", "ok", "okej", "japp", "det går bra", "Det passar bra", "bra", "yes", "yes please"),
        *("نعم", "haa", "بله", "👍", "👍🏿", "vi kommer", "1", "tisdag", "kl 15.15", "24/11", "perfekt"),
        "ja, tisdag kl 15.15",
    ],
)
def test_a_single_time_may_be_accepted_with_a_yes(text: str) -> None:
    assert read_answer(text, SINGLE, NOW) == TWO


@pytest.mark.parametrize(
    "text",
    [
        *("nej", "ja?", "ja men inte då", "ja kanske", "ok?", "är det ok", "går det bra", "hej", "tack", "2", "ja 2"),
        *("hm ja", "ja torsdag", "jag", "det går", "vi ses", "haha", "inte ja", "لا", "ja om jag får ledigt", "jaha"),
        "nja",
    ],
)
def test_a_single_time_is_not_accepted_with_less(text: str) -> None:
    assert read_answer(text, SINGLE, NOW) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [("4", 1), ("5", 2), ("sexan", 3), ("nr 6", 3), ("fem", 2), ("1", None), ("2", None), ("andra", None), ("7", None)],
)
def test_the_numbers_begin_where_those_of_another_summons_end(text: str, found: int | None) -> None:
    assert number(text, FROM_FOUR) == found


def test_words_that_fit_two_of_the_times_are_not_enough() -> None:
    assert number("tisdag", SAME_DAY) is None
    assert number("kl 15.15", SAME_DAY) is None
    assert number("tisdag kl 15.15", SAME_DAY) is None
    assert number("24/11 kl 15.15", SAME_DAY) == 1
    assert number("tisdag 16.30", SAME_DAY) == 2
    assert number("1 december", SAME_DAY) == 3


def test_a_figure_that_may_be_a_date_an_hour_or_a_number_is_not_certain() -> None:
    in_december = a_summons(wall("2026-12-02 16:00"), wall("2026-12-03 14:00"), wall("2026-12-04 15:00"))

    assert number("2", in_december) == 2
    assert number("den 2", in_december) is None  # the second of December has number one
    assert number("kl 2", in_december) == 2
    assert number("kl 3", in_december) == 3
    assert number("2/12", in_december) == 1
    assert number("den 4", in_december) == 3
    in_march = a_summons(wall("2026-12-02 16:00"), wall("2027-03-02 14:00"), wall("2027-03-04 15:00"))
    assert number("2/3", in_march) is None  # or is it "2 or 3"
    assert number("2 mars", in_march) == 2


def test_what_has_passed_is_not_chosen() -> None:
    later = wall("2026-11-23 16:00")

    assert number("1", now=later) is None
    assert number("måndag", now=later) is None
    assert number("2", now=later) == 2
    assert number("ja", a_summons(ONE, TWO), later) is None  # two were offered
    assert number("tisdag", SAME_DAY, wall("2026-11-25 09:00")) == 3  # the only Tuesday to come


def test_tomorrow_is_counted_from_when_the_text_came_in() -> None:
    assert number("i morgon", now=wall("2026-11-23 23:59")) == 2
    assert number("idag", now=wall("2026-11-24 08:00")) == 2
    assert number("i dag kl 15.15", now=wall("2026-11-24 08:00")) == 2
    assert number("i morgon", now=wall("2026-11-23 00:30")) is None  # still awake: which day is that?
    assert number("i dag", now=wall("2026-11-24 03:59")) is None
    summer_ends = a_summons(wall("2026-10-25 16:00"), wall("2026-10-26 16:00"))
    assert number("i morgon", summer_ends, wall("2026-10-24 23:30")) == 1
    assert number("i morgon", summer_ends, wall("2026-10-25 23:30")) == 2


# --- laws ---

times = st.integers(1, 4 * 24 * 40).map(lambda n: NOW + timedelta(minutes=15 * n))
summonses = st.builds(
    lambda offered, first: a_summons(*offered, first_number=first),
    st.lists(times, min_size=1, max_size=3, unique=True),
    st.integers(1, 6),
)
MANY_WORDS = (
    "ja nej inte ej kanske tack hej 1 2 3 4 5 6 24 16 16.30 15:15 24/11 den kl nr två tvåan andra tiden tisdag måndag"
    " på i morgon idag november eller och ? ! . , vi kommer är bra passar går det för 👍 ٢ first one pm at - 0701740605"
    " (2) 2:a 2:an 24:e 2026-11-24"
)
sentences = st.lists(st.sampled_from(MANY_WORDS.split()), max_size=7).map(" ".join)
REFUSALS = [
    *("inte", "ej", "nej", "nä", "nope", "no", "not", "aldrig", "icke", "kan ej", "kanske", "eller", "don't", "can't"),
    *("utom", "nix", "tyvärr", "sorry", "hellre", "omöjligt", "?", "لا", "maya", "never", "inget", "ingen", "varken"),
]


@st.composite
def choices(draw: st.DrawFn) -> tuple[str, Summons]:
    """Draw a summons, and a text that may well choose one of its times."""
    summons = draw(summonses)
    at = local(draw(st.sampled_from(summons.times)))
    figure = str(summons.first_number + draw(st.integers(0, 3)))
    weekday = [name for name, day in WEEKDAYS.items() if day == at.weekday()]
    month = [name for name, number in MONTHS.items() if number == at.month]
    pieces = st.sampled_from(
        [
            *(figure, f"nr {figure}", f"{at.day}/{at.month}", f"{at:%H.%M}", f"kl {at:%H:%M}", f"den {at.day}", "ja"),
            *(f"{at.day} {name}" for name in month),
            *weekday,
        ]
    )
    return " ".join(draw(st.lists(pieces, min_size=1, max_size=3))), summons


@given(sentences | st.text(max_size=30), summonses)
@example("2", FROM_FOUR)
def test_a_time_that_was_not_offered_is_never_returned(text: str, summons: Summons) -> None:
    found = read_answer(text, summons, NOW)

    assert found is None or (found in summons.times and found > NOW)


@given(choices())
def test_what_points_at_a_time_is_never_read_as_another(drawn: tuple[str, Summons]) -> None:
    """With one time offered, whatever is said of it is that time or nothing."""
    text, summons = drawn
    found = read_answer(text, summons, NOW)

    for at in summons.times:
        alone = read_answer(text, a_summons(at, first_number=summons.first_number + summons.times.index(at)), NOW)
        if found == at:
            assert alone == at


@given(choices(), st.sampled_from(REFUSALS), st.integers(0, 9))
def test_a_text_with_a_refusal_never_books(drawn: tuple[str, Summons], refusal: str, place: int) -> None:
    text, summons = drawn
    words = text.split(" ")
    words.insert(place % (len(words) + 1), refusal)

    assert read_answer(" ".join(words), summons, NOW) is None


@given(
    choices() | st.tuples(sentences, summonses),
    st.sampled_from(["", ".", "!", "!!", " .", "...", " "]),
    st.sampled_from(["", " ", "\n", "  "]),
)
def test_case_spaces_and_a_full_stop_change_nothing(drawn: tuple[str, Summons], end: str, space: str) -> None:
    text, summons = drawn
    read = read_answer(text, summons, NOW)

    for changed in (text.upper(), text.title(), text.replace(" ", "  ")):
        assert read_answer(f"{space}{changed}{end}{space}", summons, NOW) == read


@given(choices(), st.integers(100, 10**11).map(str))
def test_longer_figures_choose_nothing(drawn: tuple[str, Summons], digits: str) -> None:
    text, summons = drawn

    assert read_answer(digits, summons, NOW) is None
    assert read_answer(f"{text} {digits}", summons, NOW) is None
