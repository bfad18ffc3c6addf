"""Which buttons stand in a clock's modal: the most likely next step first, and nothing that may not be done now."""

from bot.domain.calendar import local
from bot.domain.clock_views import ClockView
from bot.domain.clocks import ClockKind
from bot.domain.deadline import ClockState, EventKind, Stage
from bot.domain.delivery import FINAL, DeliveryStatus
from bot.domain.summons import SummonsState
from bot.slack.ids import ActionId
from bot.slack.kit import Block, actions, button, confirm
from bot.slack.views.clock_row import settle_key
from bot.texts import Texts

UNDER_WAY = frozenset(
    status.value for status in DeliveryStatus if status not in FINAL and status is not DeliveryStatus.UNCERTAIN
)
FEEDBACK_ASKED_OF = frozenset({ClockKind.FORHANDSBEDOMNING, ClockKind.UTREDNING})


def step_blocks(view: ClockView, texts: Texts) -> list[Block]:
    """Return what moves the clock on, the most likely step first."""
    made = _steps(view, texts)
    if not made:
        return []
    is_waiting = view.row.stage is Stage.MEETING or is_on_its_way(view)  # for its day, or for our text to arrive
    if not is_waiting or _wants_owner(view):
        made[0]["style"] = "primary"
    return [actions(*made)]


def other_blocks(view: ClockView, texts: Texts) -> list[Block]:
    """Return what may be done besides, and last what undoes the whole clock."""
    made = _others(view, texts)
    return [actions(*made)] if made else []


def _steps(view: ClockView, texts: Texts) -> list[Block]:
    row = view.row
    if row.state is not ClockState.RUNNING:
        return []
    made = [_plain(view, texts, ActionId.CLOCK_ASSIGN, "clock_assign_first")] if _wants_owner(view) else []
    made += _talk_steps(view, texts)
    if view.outcomes:
        settle = button(ActionId.CLOCK_SETTLE, texts.staff(settle_key(row.kind)), row.deadline_id)
        is_next = row.stage in {Stage.DECIDE, Stage.OUTCOME}
        made.insert(int(_wants_owner(view)) if is_next else len(made), settle)
    if row.is_overdue and row.reason is None:
        made.append(_plain(view, texts, ActionId.CLOCK_REASON))
    return made


def _talk_steps(view: ClockView, texts: Texts) -> list[Block]:
    """Return the steps towards a talk; what would reach the family is left out while the police ask us to wait."""
    row = view.row
    if row.kind is not ClockKind.ALLVARSSAMTAL:
        return []
    if view.police_hold:
        made = [_asked(view, texts, ActionId.CLOCK_LIFT, "lift")]
        return made if view.has_contact else [*made, _plain(view, texts, ActionId.CLOCK_CONTACT)]
    if row.stage is Stage.OUTCOME:
        return [
            _plain(view, texts, ActionId.CLOCK_NO_SHOW),
            _plain(view, texts, ActionId.CLOCK_BOOK, "clock_book_again"),
        ]
    if row.stage is Stage.MEETING:
        again = _plain(view, texts, ActionId.CLOCK_BOOK, "clock_book_again")
        return [again, *_summoned_otherwise(view, texts), _asked(view, texts, ActionId.CLOCK_CALL_OFF, "call_off")]
    has_offer = view.summons is not None and view.summons.state is SummonsState.OFFERED
    summon = _plain(view, texts, ActionId.CLOCK_SUMMON, "clock_summon_again" if has_offer else "clock_summon")
    book = _plain(view, texts, ActionId.CLOCK_BOOK)
    otherwise = _summoned_otherwise(view, texts)
    if row.stage is Stage.ANSWER:
        return [book, summon, *otherwise]
    found = [] if view.has_contact else [_plain(view, texts, ActionId.CLOCK_CONTACT)]
    return [*found, summon, *otherwise, book]


def _summoned_otherwise(view: ClockView, texts: Texts) -> list[Block]:
    if view.child_summoned_at is not None and view.guardian_summoned_at is not None:
        return []
    return [_plain(view, texts, ActionId.CLOCK_SUMMONED)]


def _others(view: ClockView, texts: Texts) -> list[Block]:
    row, made = view.row, []
    is_running = row.state is ClockState.RUNNING
    if is_running and view.may_extend:
        made.append(_plain(view, texts, ActionId.CLOCK_EXTEND))
    if is_running and _can_wait(view):
        made.append(_plain(view, texts, ActionId.CLOCK_SNOOZE))
    if is_running and view.may_assign and not _wants_owner(view):
        made.append(_plain(view, texts, ActionId.CLOCK_ASSIGN))
    if row.state is not ClockState.WITHDRAWN and is_late(view) and not (row.is_overdue and row.reason is None):
        key = "clock_reason" if row.reason is None else "clock_reason_again"
        made.append(_plain(view, texts, ActionId.CLOCK_REASON, key))
    if is_running and row.kind is ClockKind.ALLVARSSAMTAL and not view.police_hold:
        made.append(_asked(view, texts, ActionId.CLOCK_HOLD, "hold"))
    if row.state is not ClockState.WITHDRAWN and row.kind in FEEDBACK_ASKED_OF and not view.wants_feedback:
        made.append(_plain(view, texts, ActionId.CLOCK_FEEDBACK))
    if is_running:
        made.append(_asked(view, texts, ActionId.CLOCK_WITHDRAW, "withdraw", danger=True))
    else:
        key = "clock_carry" if view.in_record is None else "clock_carry_again"
        made.append(_plain(view, texts, ActionId.CLOCK_CARRY, key))
    return made


def is_on_its_way(view: ClockView) -> bool:
    """Tell whether a summons has been sent and may still arrive: whoever has it is not to be summoned again."""
    if view.row.stage is not Stage.SUMMON or view.summons is None or view.summons.state is not SummonsState.OFFERED:
        return False
    return any(person.status in UNDER_WAY for person in view.summons.people)


def _can_wait(view: ClockView) -> bool:
    """Tell whether there is a day to put the reminder off to: one that is no later than the last that helps."""
    limit = view.row.limit
    if view.now >= limit.due_at:
        return True
    is_talk = view.row.kind is ClockKind.ALLVARSSAMTAL
    return local(view.now).date() < (local(limit.act_before).date() if is_talk else limit.plan_on)


def is_late(view: ClockView) -> bool:
    """Tell whether the time ran out first, also when something was done afterwards."""
    row, due_at = view.row, view.row.limit.due_at
    if row.is_overdue:
        return True
    if view.now < due_at:
        return False
    if row.kind is ClockKind.ALLVARSSAMTAL:
        both = (view.child_summoned_at, view.guardian_summoned_at)
        return any(at is None or at >= due_at for at in both)
    return any(event.kind is EventKind.SETTLED and event.at >= due_at for event in view.events)


def _wants_owner(view: ClockView) -> bool:
    return view.may_assign and not view.row.owner


def _plain(view: ClockView, texts: Texts, action: ActionId, key: str = "") -> Block:
    return button(action, texts.staff(f"button.{key or action.value}"), view.row.deadline_id)


def _asked(view: ClockView, texts: Texts, action: ActionId, name: str, *, danger: bool = False) -> Block:
    """Return a button that asks once more: it tells the family something, or cannot be taken back."""
    question = confirm(
        texts.staff(f"confirm.{name}_title"),
        texts.staff(f"confirm.{name}_text"),
        texts.staff(f"confirm.yes_{name}"),
        texts.staff("confirm.no"),
        danger=danger,
    )
    style = "danger" if danger else None
    return button(action, texts.staff(f"button.{action.value}"), view.row.deadline_id, style=style, confirm=question)
