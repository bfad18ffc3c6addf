"""Which of the offered times a family's text chooses, when that is certain.

Every piece of the text must be understood, and all of it must point at one and the same time. A word that is not known
here ("inte", "kanske", "om", a name, a telephone number) leaves the text to somebody who reads it: a time that nobody
chose is worse than a minute of work.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Final

from bot.domain.calendar import ONE_DAY, local
from bot.domain.summons import Summons

Times = frozenset[datetime]
Reader = Callable[[re.Match[str], Summons, datetime], Times | None]  # the times it fits; None when it says nothing

SMALL_HOURS: Final = 4  # local; before it, people who are awake may call the coming day tomorrow
NOON: Final = 12
SKIN_TONES: Final = range(0x1F3FB, 0x1F400)

NUMBERS: Final = {
    number: value
    for value, words in enumerate(
        (
            "ett etta ettan första one first",
            "två tvåa tvåan andra two second",
            "tre trea trean tredje three third",
            "fyra fyran fjärde four fourth",
            "fem femma femman femte five fifth",
            "sex sexa sexan sjätte six sixth",
            "sju sjua sjuan sjunde seven seventh",
            "åtta åttan åttonde eight eighth",
            "nio nia nian nionde nine ninth",
        ),
        start=1,
    )
    for number in words.split()
}
WEEKDAYS: Final = {
    name: weekday
    for weekday, names in enumerate(
        (
            "mån måndag måndagen mandag mon monday",
            "tis tisdag tisdagen tue tues tuesday",
            "ons onsdag onsdagen wed wednesday",
            "tor tors torsdag torsdagen thu thur thurs thursday",
            "fre fredag fredagen fri friday",
            "lör lördag lördagen lordag sat saturday",
            "sön söndag söndagen sondag sun sunday",
        )
    )
    for name in names.split()
}
MONTHS: Final = {
    name: month
    for month, names in enumerate(
        (
            "jan januari january",
            "feb februari february",
            "mar mars march",
            "apr april",
            "maj may",
            "jun juni june",
            "jul juli july",
            "aug augusti august",
            "sep sept september",
            "okt oktober oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}


def _each_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


ORDINALS: Final = _each_of(  # of several lists, which one?
    "första first andra second tredje third fjärde fourth femte fifth sjätte sixth sjunde seventh"
    " åttonde eighth nionde ninth"
)
POINTS_OUT: Final = WEEKDAYS.keys() | NUMBERS.keys() | _each_of("idag dag imorgon imorn morgon morron today tomorrow")
YES: Final = _each_of(  # takes the time where only one was offered
    "ja japp jajamän jepp jo ok okej oki okey visst absolut gärna perfekt toppen bra passar funkar fungerar kommer"
    " yes yep yeah sure fine works perfect نعم ايوه بله haa 👍"
)
FILLERS: Final = _each_of(
    "hej hejsan hallå hi hello tack tackar thanks thank you please snälla mvh det den d på för oss mig vi jag i då"
    " tar ta väljer vill ha går blir är kan bara ses så tiden alternativet förslaget"
    " the that it we will be there on at for us me is good great take choose want can come see"
    " شكرا mahadsanid 🙏 😊 🙂 ❤"
)

MONTH: Final = "|".join(sorted(MONTHS, key=len, reverse=True))
NUMBER: Final = "|".join(sorted(NUMBERS, key=len, reverse=True))
END: Final = r"(?!:?[^\W_]|[./\-–]\d)"  # no more letters or digits: not the beginning of something longer
THEN: Final = r"(?![^\W\d_])[.:]? ?"  # what may stand between "nr" or "kl" and its figure
LABEL: Final = rf"(?:(?:nr|nummer|number|alt|alternativ|alternative|option|förslag|tid|val|svar){THEN})?"
DOUBT: Final = re.compile(
    # a verb first: it is asked, not chosen
    r"(?:^|[.,!:] ?|\b(?:hej|hejsan|hallå|hi|hello) )"
    r"(?:kan|går|är|passar|funkar|fungerar|blir|kommer|vill|is|can|will) (?:det|den|vi|jag|we|i|it|that|the)\b"
    # how many they are, perhaps
    rf"|\b(?:vi|we) (?:är|blir|kommer|come|will be|will come|can come) (?:bara )?(?:[1-9]|{NUMBER}){END}"
)


def read_answer(text: str, summons: Summons, now: datetime, *, is_only: bool = True) -> datetime | None:
    """Return the offered time that `text` chooses; None when it is not certain, and somebody must read it.

    `now` (aware) is when the text came in: what has passed cannot be chosen. Whether the summons is still open is for
    the caller to see to. Where the same phone has another to answer it is not the `is_only` one: a yes, or "the
    first", may then be meant for either.
    """
    plain = _plain(text)
    if DOUBT.search(plain) or not (is_only or _points_out(plain)):
        return None
    fits = frozenset(summons.times)
    said = False
    for found in _pieces(plain, summons, now):
        if found is None:
            continue
        said = True
        fits &= found
    chosen = [at for at in fits if at > now]
    return chosen[0] if said and len(chosen) == 1 else None


def _points_out(plain: str) -> bool:
    """Tell whether a text names a number, a day or a time by itself."""
    words = frozenset(re.findall(r"[^\W\d_]+", plain))
    return not words & ORDINALS and (any(c.isdecimal() for c in plain) or bool(words & POINTS_OUT))


def _plain(text: str) -> str:
    """Return the text in small letters and plain figures, without what cannot be seen."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join("".join(_figure(c) for c in folded if _is_seen(c)).split())


def _is_seen(char: str) -> bool:
    is_decoration = unicodedata.category(char) in {"Cf", "Me"} or unicodedata.name(char, "").startswith("VARIATION")
    return not is_decoration and ord(char) not in SKIN_TONES


def _figure(char: str) -> str:
    value = unicodedata.decimal(char, None)
    return char if value is None else str(value)


def _pieces(plain: str, summons: Summons, now: datetime) -> Iterator[Times | None]:
    """Yield what each piece of the text says; no time at all for one that is not understood."""
    place = 0
    while place < len(plain):
        found = ((pattern.match(plain, place), read) for pattern, read in PIECES)
        match, read = next(((match, read) for match, read in found if match is not None), (None, None))
        if match is None or read is None:
            yield frozenset()
            return
        yield read(match, summons, now)
        place = match.end()


def _that(summons: Summons, fits: Callable[[datetime], bool]) -> Times:
    return frozenset(at for at in summons.times if fits(local(at)))


def _unless_a_number(fits: Times, number: int, summons: Summons) -> Times:
    """Return `fits`, or nothing where the figure might as well be the number of another time."""
    other = summons.chosen(number)
    return fits if other is None or fits == {other} else frozenset()


def _number(match: re.Match[str], summons: Summons, now: datetime) -> Times:
    written = match["number"]
    chosen = summons.chosen(int(written) if written.isdecimal() else NUMBERS[written])
    return frozenset() if chosen is None else frozenset({chosen})


def _date(match: re.Match[str], summons: Summons, now: datetime) -> Times:
    day, month = int(match["day"]), MONTHS[match["month"]]
    return _that(summons, lambda at: (at.day, at.month) == (day, month))


def _slashed(match: re.Match[str], summons: Summons, now: datetime) -> Times:
    """24/11; but 2/3 may also be "2 or 3"."""
    day, month = int(match["day"]), int(match["month"])
    if summons.chosen(day) is not None and summons.chosen(month) is not None:
        return frozenset()
    return _that(summons, lambda at: (at.day, at.month) == (day, month))


def _iso(match: re.Match[str], summons: Summons, now: datetime) -> Times:
    return _that(summons, lambda at: at.date().isoformat() == match[0])


def _day(match: re.Match[str], summons: Summons, now: datetime) -> Times:
    day = int(match["day"])
    return _unless_a_number(_that(summons, lambda at: at.day == day), day, summons)


def _clock(match: re.Match[str], summons: Summons, now: datetime) -> Times:
    """A time of day: 4 and 4.30 may be in the afternoon, 04.30 and 16.30 are what they say."""
    parts = match.groupdict()
    hour, minute = int(match["hour"]), int(parts["minute"] or 0)
    hours = {hour}
    if parts.get("half") is not None:
        hours = {hour % NOON + (NOON if match["half"] == "pm" else 0)}
    elif 0 < hour < NOON and not match["hour"].startswith("0"):
        hours = {hour, hour + NOON}
    fits = _that(summons, lambda at: at.hour in hours and at.minute == minute)
    is_bare = not (parts["minute"] or parts.get("half"))
    return _unless_a_number(fits, hour, summons) if is_bare else fits


def _coming_day(match: re.Match[str], summons: Summons, now: datetime) -> Times:
    today = local(now)
    if today.hour < SMALL_HOURS:
        return frozenset()
    day: date = today.date() + (timedelta(0) if match["today"] else ONE_DAY)
    return _that(summons, lambda at: at.date() == day)


def _word(match: re.Match[str], summons: Summons, now: datetime) -> Times | None:
    word = match[0].removesuffix(" med")
    if word in WEEKDAYS:
        return _that(summons, lambda at: at.weekday() == WEEKDAYS[word])
    if word in YES:
        return frozenset(summons.times) if len(summons.times) == 1 else None
    return None if word in FILLERS else frozenset()


def _nothing(match: re.Match[str], summons: Summons, now: datetime) -> None:
    """Spaces and punctuation say nothing; a question mark is none of those."""


PIECES: Final[tuple[tuple[re.Pattern[str], Reader], ...]] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (r"[\s.,،!:()'\"\-–—]+", _nothing),
        (rf"\d{{4}}-\d\d-\d\d{END}", _iso),
        (rf"(?:den |the )?(?P<day>\d{{1,2}})(?::?[ae]|st|nd|rd|th)?\.? (?:of )?(?P<month>{MONTH}){END}", _date),
        (rf"(?P<month>{MONTH})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?{END}", _date),
        (rf"(?:den )?(?P<day>\d{{1,2}})/(?P<month>\d{{1,2}}){END}", _slashed),
        (rf"(?:at )?(?P<hour>\d{{1,2}})(?:[.:](?P<minute>[0-5]\d))? ?(?P<half>am|pm){END}", _clock),
        (rf"(?:kl|klockan|at){THEN}(?P<hour>\d{{1,2}})(?:[.:]?(?P<minute>[0-5]\d))?{END}", _clock),
        (rf"(?P<hour>\d{{1,2}})[.:](?P<minute>[0-5]\d){END}", _clock),
        (rf"den (?P<day>\d{{1,2}})(?::?[ae])?{END}", _day),
        (rf"(?:the )?(?P<day>\d{{1,2}})(?::?[ae]|st|nd|rd|th){END}", _day),
        (rf"{LABEL}#?(?P<number>[1-9]\d?)(?::?an)?{END}", _number),
        (rf"{LABEL}(?P<number>{NUMBER})(?:(?<=first) one|(?<=second) one|(?<=third) one)?{END}", _number),
        (rf"(?P<today>i ?dag|today){END}|(?:i ?morgon|i ?morron|imorn|tomorrow){END}", _coming_day),
        (r"bra med\b|[^\W\d_]+|[👍🙏😊🙂❤]", _word),
    )
)
