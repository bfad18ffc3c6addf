"""Bakgrund till beredskapen: written by the home nämnd, read on duty from the conversation, logged both times."""

from dataclasses import dataclass, field, replace
from datetime import date

from bot.domain.background import Background
from bot.domain.calendar import local, next_working_day
from bot.domain.errors import AskFirst, AuditEntry, BadInput, Busy, NotFound
from bot.domain.forms import BackgroundPage
from bot.domain.ids import ConversationId, EpisodeId, YouthId
from bot.domain.people import Role, Youth
from bot.domain.personnummer import holds_personnummer
from bot.domain.secrecy import Act, Actor, Allowed, Subject, may
from bot.ports import Tx
from bot.services.context import Context
from bot.services.shared.access import actor_by_slack, contact_of, require_for, require_namnd, subject_of
from bot.services.shared.digest_posts import refresh_newest
from bot.services.shared.episodes import today
from bot.texts import capital, when

REVIEW_MONTHS = 3  # proposed; whoever writes it decides
MOST_MONTHS = 12


@dataclass(frozen=True, slots=True)
class BackgroundCommand:
    """What somebody has filled in. `key` makes it happen once; `review_on` is an ISO date.

    `seen` is the version that stood in the form when it was opened, "" for none.
    """

    slack_user_id: str
    youth_id: str
    agreements: str = field(repr=False)
    watch_for: str = field(repr=False)
    interpreter: str = field(repr=False)
    call_first: str = field(repr=False)
    review_on: str
    key: str
    seen: str = ""


async def read_background(slack_user_id: str, youth_id: str, via: str = "", *, ctx: Context) -> BackgroundPage:
    """Return the background of a youth; on duty only `via` a conversation, or an episode of one, that concerns them.

    Raises NotAllowed or NotFound.
    """

    def change(tx: Tx) -> BackgroundPage:
        reader, youth = actor_by_slack(tx, ctx, slack_user_id), _youth(tx, youth_id)
        subject = _subject(tx, ctx, youth, via)
        require_for(tx, ctx, reader, Act.READ_BACKGROUND, subject, what=f"background:{youth.id}")
        return _page(tx, ctx, reader, youth)

    return await ctx.store.write(change)


async def begin_background(slack_user_id: str, youth_id: str, *, ctx: Context) -> BackgroundPage:
    """Return what the form needs. Raises NotAllowed or NotFound."""

    def change(tx: Tx) -> BackgroundPage:
        writer, youth = actor_by_slack(tx, ctx, slack_user_id), _youth(tx, youth_id)
        subject = Subject(youth.namnd, jav=youth.jav)
        require_for(tx, ctx, writer, Act.WRITE_BACKGROUND, subject, what=f"background:{youth.id}")
        return _page(tx, ctx, writer, youth)

    return await ctx.store.write(change)


async def write_background(command: BackgroundCommand, *, ctx: Context) -> None:
    """Keep the background, once.

    Raises:
        NotAllowed: the rule of secrecy says no, at this moment.
        NotFound: there is no such youth.
        BadInput: something is not filled in, or holds a personnummer; nothing is lost, the author still has it.
        AskFirst: somebody has written since the form was opened. The same submission again replaces it.
    """

    def change(tx: Tx) -> AskFirst | None:
        writer, youth = actor_by_slack(tx, ctx, command.slack_user_id), _youth(tx, command.youth_id)
        subject = Subject(youth.namnd, jav=youth.jav)
        require_for(tx, ctx, writer, Act.WRITE_BACKGROUND, subject, what=f"background:{youth.id}")
        written = _written(command, youth, writer, _checked(command, today(ctx)), ctx)
        found = tx.backgrounds.get(youth.id)
        is_same = found is not None and found == replace(written, written_at=found.written_at)
        if is_same and tx.was_done("background", command.key):
            return None
        question = None if found is None or is_same else _question(tx, ctx, command, found)
        if question is not None:
            return question
        if found is not None and not tx.once("background_after", f"{youth.id}:{BackgroundPage.version_of(found)}"):
            raise Busy  # somebody else replaced it at this very moment; next time it is said who
        tx.once("background", command.key)
        tx.backgrounds.save(written)
        tx.audit.record(
            AuditEntry(writer.staff.id, "wrote_background", f"background:{youth.id}", "home_namnd", youth.namnd)
        )
        refresh_newest(tx, youth.namnd)
        return None

    question = await ctx.store.write(change)
    if question is not None:
        raise question


def _written(command: BackgroundCommand, youth: Youth, writer: Actor, review_on: date, ctx: Context) -> Background:
    return Background(
        youth.id,
        command.agreements.strip(),
        command.watch_for.strip(),
        command.interpreter.strip(),
        command.call_first.strip(),
        review_on,
        writer.staff.id,
        ctx.clock.now(),
    )


def _question(tx: Tx, ctx: Context, command: BackgroundCommand, found: Background) -> AskFirst | None:
    """Return what to ask once when `found` is newer than what the author saw."""
    version = BackgroundPage.version_of(found)
    if version == command.seen or not tx.once("background_asked", f"{command.key}:{version}"):
        return None
    author = tx.staff.get(found.written_by)
    who = capital(ctx.texts.staff("digest.colleague")) if author is None else author.name
    return AskFirst("newer_background", who=who, at=when(found.written_at, ctx.clock.now()))


async def youths_to_write_about(slack_user_id: str, *, ctx: Context) -> list[tuple[str, str]]:
    """Return the youths (id, name) whose background the caller may write. Raises NotAllowed for others than staff."""

    def change(tx: Tx) -> list[tuple[str, str]]:
        actor = actor_by_slack(tx, ctx, slack_user_id)
        youths: list[tuple[str, str]] = []
        own = sorted(actor.staff.namnder(Role.FAMILJEBEHANDLARE)) or sorted(ctx.rules.namnder)[:1]
        for namnd in own:
            require_namnd(tx, ctx, actor, Act.WRITE_BACKGROUND, namnd)
            youths += [(str(y.id), y.name) for y in tx.people.youths_of(namnd) if _may_write(ctx, actor, y)]
        return sorted(youths, key=lambda pair: pair[1])

    return await ctx.store.write(change)


def _youth(tx: Tx, youth_id: str) -> Youth:
    youth = tx.people.youth(YouthId(youth_id))
    if youth is None:
        raise NotFound
    return youth


def _subject(tx: Tx, ctx: Context, youth: Youth, via: str) -> Subject:
    episode = tx.episodes.get(EpisodeId(via))
    conversation = tx.conversations.get(ConversationId(via) if episode is None else episode.conversation_id)
    if conversation is None:
        return Subject(youth.namnd, jav=youth.jav)
    contact = contact_of(tx, conversation)
    if youth.id not in {link.youth.id for link in contact.links}:
        return Subject(youth.namnd, jav=youth.jav)
    return subject_of(tx, ctx, conversation, contact)


def _may_write(ctx: Context, writer: Actor, youth: Youth) -> bool:
    subject = Subject(youth.namnd, jav=youth.jav)
    return isinstance(may(writer, Act.WRITE_BACKGROUND, subject, ctx.clock.now()), Allowed)


def _page(tx: Tx, ctx: Context, reader: Actor, youth: Youth) -> BackgroundPage:
    found = tx.backgrounds.get(youth.id)
    author = None if found is None else tx.staff.get(found.written_by)
    may_write = _may_write(ctx, reader, youth)
    return BackgroundPage(
        youth_id=youth.id,
        youth_name=youth.name,
        case_code=youth.case_code,
        namnd_name=ctx.rules.namnder[youth.namnd].short_name,
        background=found,
        written_by="" if author is None else author.name,
        is_stale=found is not None and found.is_stale(today(ctx)),
        may_write=may_write,
        proposed_review=_months_on(local(ctx.clock.now()).date(), REVIEW_MONTHS),
        is_trial=ctx.rules.is_trial,
    )


def _months_on(day: date, months: int) -> date:
    """Return a working day about so many months later."""
    return next_working_day(date.fromordinal(day.toordinal() + 30 * months))


def _checked(command: BackgroundCommand, day: date) -> date:
    problems: dict[str, str] = {}
    if not command.agreements.strip():
        problems["agreements"] = "note_missing_text"
    for block in ("agreements", "watch_for", "interpreter", "call_first"):
        if holds_personnummer(getattr(command, block)):
            problems[block] = "personnummer"
    review_on = None
    try:
        review_on = date.fromisoformat(command.review_on)
    except ValueError:
        problems["review_on"] = "pick_date"
    if review_on is not None and review_on <= day:
        problems["review_on"] = "date_passed"
    if review_on is not None and review_on > _months_on(day, MOST_MONTHS + 1):
        problems["review_on"] = "date_too_far"
    if problems or review_on is None:
        raise BadInput(problems)
    return review_on
