"""What a finding about somebody's rest says, in words for the person and their leader. It names nobody."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from bot.domain.calendar import local
from bot.domain.rest.findings import Finding, Level, Rule
from bot.domain.rest.spans import NOTHING, local_days
from bot.texts import Texts, clock_time, in_hours, short_day, span

Words = Callable[[Finding, Texts], str]


def finding_words(finding: Finding, texts: Texts) -> str:
    """Return a sentence or two with the figures, and a word that it has been answered for where it has."""
    words = WORDS.get(finding.rule, _plain)(finding, texts)
    return texts.staff("rest.excepted", words=words) if finding.level is Level.EXCEPTED else words


def level_words(level: Level, texts: Texts) -> str:
    return texts.staff(f"rest_level.{level.value}")


def day_and_time(at: datetime) -> str:
    """Return "mån 16/11 06.00"."""
    return f"{short_day(local(at).date())} {clock_time(at)}"


def owed_words(finding: Finding, texts: Texts) -> str:
    """Return the rest that is owed: two numbers while the agreement is undecided."""
    one, other = _length(finding, "owed"), finding.figures["or_owed"]
    if not isinstance(other, timedelta):
        return in_hours(one)
    return texts.staff("rest.either", one=in_hours(one), other=in_hours(other))


def start_words(finding: Finding, texts: Texts) -> str:
    """Return the proposals for when the next arbetspass may start; "" when there are none."""
    moments = [finding.figures[name] for name in ("next_pass", "by_the_hour", "after_rest")]
    said = [day_and_time(at) for at in moments if isinstance(at, datetime)]
    if len(said) < len(moments):
        return ""
    next_pass, by_the_hour, after_rest = said
    return texts.staff("rest.r6_start", next_pass=next_pass, by_the_hour=by_the_hour, after_rest=after_rest)


def _plain(finding: Finding, texts: Texts) -> str:
    first, last = local_days(finding.when)
    return texts.staff(
        f"rest.{finding.rule.value}",
        found=in_hours(finding.found or NOTHING),
        limit=in_hours(finding.limit or NOTHING),
        at=day_and_time(finding.when.starts_at),
        day=short_day(first),
        from_at=day_and_time(finding.when.starts_at),
        to_at=day_and_time(finding.when.ends_at),
        first=first,
        last=last,
        **{name: finding.figures.get(name, "") for name in ("disturbed", "turns", "percent")},
    )


def _owed(finding: Finding, texts: Texts) -> str:
    due = finding.figures["due_after"]
    words = texts.staff(
        "rest.r6",
        active=in_hours(_length(finding, "active")),
        at=day_and_time(finding.when.starts_at),
        found=in_hours(finding.found or NOTHING),
        owed=owed_words(finding, texts),
        due=day_and_time(due) if isinstance(due, datetime) else "",
    )
    return " ".join(filter(None, (words, start_words(finding, texts))))


def _notice(finding: Finding, texts: Texts) -> str:
    days, least = ((length or NOTHING).days for length in (finding.found, finding.limit))
    turn = span(finding.when.starts_at, finding.when.ends_at)
    return texts.staff("rest.r10", span=turn, found=days, limit=least)


def _cover(finding: Finding, texts: Texts) -> str:
    turn = span(finding.when.starts_at, finding.when.ends_at)
    return texts.staff(f"rest.r12_{finding.figures['wrong']}", span=turn)


def _length(finding: Finding, name: str) -> timedelta:
    length = finding.figures[name]
    return length if isinstance(length, timedelta) else NOTHING


WORDS: Final[dict[Rule, Words]] = {Rule.R6: _owed, Rule.R10: _notice, Rule.R12: _cover}
