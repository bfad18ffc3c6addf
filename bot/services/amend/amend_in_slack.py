"""What is changed in *Ändra eller ta bort*: the same as at the command line, once, and from a window that is not old.

Each raises NotAllowed, logged, first of all; Stale when what stands has changed since the window was opened; and
BadInput with a problem for each field. What has been done already under the same key is done, and nothing is said.
"""

from dataclasses import dataclass, field, replace
from datetime import date

from bot.domain.enrolled import EnrolledNumber, EnrolledPage
from bot.domain.errors import BadInput, Stale
from bot.domain.ids import ContactId, new_id
from bot.domain.people import LinkRole
from bot.domain.personnummer import holds_personnummer
from bot.domain.retention import LegalHold
from bot.domain.secrecy import Act
from bot.ports import Tx
from bot.services.amend.correct import Correction, Field, put_right
from bot.services.amend.drawing import draw_again
from bot.services.amend.end_enrolment import end
from bot.services.amend.enrolled_page import page_of
from bot.services.amend.remove_number import Removal, Written, take_away
from bot.services.context import Context
from bot.services.retention.acting import Known, known_in_slack
from bot.services.retention.hold import keep, let_go
from bot.services.shared.episodes import today

REFERENCE, UNTIL, NAME, AGE = "reference", "until", "name", "age_band"  # fields of the forms
DONE = "amend"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who, about whom, and from which window. `seen` is the version that it showed; `key` makes it happen once."""

    slack_user_id: str
    youth_id: str
    key: str
    seen: str
    reference: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class NumberAsRight:
    """What should stand about one number. None for what cannot be told apart on a shared phone."""

    contact_id: ContactId
    language: str
    name: str | None = field(default=None, repr=False)
    role: str | None = None


@dataclass(frozen=True, slots=True)
class AsRight:
    """What should stand, all of it: what is as it was is no correction."""

    name: str = field(repr=False)
    age_band: str
    numbers: tuple[NumberAsRight, ...] = ()


async def correct_in_slack(asked: Asked, right: AsRight, *, ctx: Context) -> tuple[tuple[Field, str], ...]:
    """Put right what has been changed in the form; return each field with what stood there, for the record."""

    def change(tx: Tx) -> tuple[tuple[Field, str], ...]:
        known, page = _opened(tx, ctx, asked, Act.AMEND)
        if page is None:
            return ()
        if page.version != asked.seen:
            raise Stale
        problems = _reference_problems(asked)
        wanted = _corrections(page, right, asked.reference)
        before: list[tuple[Field, str]] = []
        for block, correction in wanted:
            try:
                before.append((correction.what, put_right(tx, ctx, known, correction)))
            except BadInput as wrong:
                problems |= dict.fromkeys([block], next(iter(wrong.problems.values())))
        if not wanted and not problems:
            problems[REFERENCE] = "nothing_changed"
        if problems:
            raise BadInput(problems)
        draw_again(tx, known)
        return tuple(before)

    return await ctx.store.write(change)


async def end_in_slack(asked: Asked, *, ctx: Context) -> None:
    """End the enrolment."""

    def change(tx: Tx) -> None:
        known, page = _opened(tx, ctx, asked, Act.AMEND)
        if page is None:
            return
        if page.version != asked.seen or not page.youth.is_active:
            raise Stale
        if problems := _reference_problems(asked):
            raise BadInput(problems)
        end(tx, ctx, known, asked.reference)

    await ctx.store.write(change)


async def read_number(
    slack_user_id: str, youth_id: str, contact_id: str, *, ctx: Context
) -> tuple[EnrolledPage, EnrolledNumber]:
    """Return what hangs on one number, before anything is decided. Raises NotAllowed, logged, or Stale."""

    def change(tx: Tx) -> tuple[EnrolledPage, EnrolledNumber]:
        page = page_of(tx, ctx, known_in_slack(tx, ctx, slack_user_id, youth_id, Act.AMEND))
        number = page.number(contact_id)
        if number is None:
            raise Stale
        return page, number

    return await ctx.store.write(change)


async def remove_in_slack(asked: Asked, contact_id: str, written: Written, *, ctx: Context) -> int:
    """Take the number from the youth; return how many conversations were deleted."""

    def change(tx: Tx) -> int:
        known, page = _opened(tx, ctx, asked, Act.AMEND)
        if page is None:
            return 0
        number = page.number(contact_id)
        if number is None or number.version != asked.seen:
            raise Stale
        if problems := _reference_problems(asked):
            raise BadInput(problems)
        removal = Removal(page.youth.case_code, number.number, asked.reference, written)
        try:
            count = take_away(tx, ctx, known, removal)
        except BadInput as wrong:  # the form has one field to say it at
            raise BadInput({REFERENCE: next(iter(wrong.problems.values()))}) from None
        return count

    return await ctx.store.write(change)


async def hold_in_slack(asked: Asked, until: date | None, *, ctx: Context) -> None:
    """Let nothing of this youth be deleted, to the end of the local day `until`, or until it is lifted."""

    def change(tx: Tx) -> None:
        known, page = _opened(tx, ctx, asked, Act.RETAIN)
        if page is None:
            return
        if not page.youth.is_active:
            raise Stale
        problems = _reference_problems(asked)
        if until is not None and until < today(ctx):
            problems[UNTIL] = "date_passed"
        if problems:
            raise BadInput(problems)
        one = LegalHold(new_id(), known.namnd, asked.reference.strip(), known.by.id, ctx.clock.now(), until=until)
        keep(tx, replace(one, youth_id=page.youth.id))

    await ctx.store.write(change)


async def lift_in_slack(slack_user_id: str, youth_id: str, hold_id: str, *, ctx: Context) -> None:
    """Lift a hold of this youth; one that is lifted already is left so."""

    def change(tx: Tx) -> None:
        tx.retention.hold_still()
        known = known_in_slack(tx, ctx, slack_user_id, youth_id, Act.RETAIN)
        hold = next((one for one in page_of(tx, ctx, known).holds if one.id == hold_id), None)
        if hold is not None:
            let_go(tx, ctx, hold, known.by.id)

    await ctx.store.write(change)


def _opened(tx: Tx, ctx: Context, asked: Asked, act: Act) -> tuple[Known, EnrolledPage | None]:
    """Return who may, and what stands now; None when it has been done already. One at a time, before anything is read.

    The key is kept when what is asked for is done: what is raised undoes it.
    """
    tx.retention.hold_still()
    known = known_in_slack(tx, ctx, asked.slack_user_id, asked.youth_id, act)
    return known, page_of(tx, ctx, known) if tx.once(DONE, asked.key) else None


def _reference_problems(asked: Asked) -> dict[str, str]:
    problems: dict[str, str] = {}
    if not asked.reference.strip():
        problems[REFERENCE] = "by_what_decision"
    elif holds_personnummer(asked.reference):
        problems[REFERENCE] = "personnummer"
    return problems


def _corrections(page: EnrolledPage, right: AsRight, reference: str) -> list[tuple[str, Correction]]:
    """Return what is not as it was, each with the field of the form that it stands in."""
    code, youth = page.youth.case_code, page.youth
    reference = reference.strip() or "-"  # that it is missing is said once, and nothing is kept then
    found: list[tuple[str, Correction]] = []

    def add(block: str, what: Field, stood: str, wanted: str | None, number: str | None = None) -> None:
        if wanted is not None and wanted.strip() != stood.strip():
            found.append((block, Correction(code, what, wanted, reference, number)))

    add(NAME, Field.NAME, youth.name, right.name)
    add(AGE, Field.AGE_BAND, youth.age_band.value, right.age_band)
    for wanted in right.numbers:
        number = page.number(wanted.contact_id)
        if number is None:
            raise Stale
        add(
            of_number(Field.LANGUAGE, number.contact_id),
            Field.LANGUAGE,
            number.language,
            wanted.language,
            number.number,
        )
        if not number.is_shared:
            add(
                of_number(Field.CONTACT_NAME, number.contact_id),
                Field.CONTACT_NAME,
                number.name,
                wanted.name,
                number.number,
            )
            role = LinkRole(next(iter(number.roles)))
            add(of_number(Field.ROLE, number.contact_id), Field.ROLE, role.value, wanted.role, number.number)
    return found


def of_number(what: Field, contact_id: str) -> str:
    """Return the field of the form that holds this of one number."""
    return f"{what.value}:{contact_id}"
