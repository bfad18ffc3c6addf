"""App Home, and the answer to /beredskap. Sealed: codes, references and times, and staff by mention."""

from datetime import date, datetime
from typing import Any, Final

from bot.domain.calendar import local
from bot.domain.cards import DutyLine, Home, HomeAction, OpenLine
from bot.domain.duty import ShownShift
from bot.domain.slack_text import escape_mrkdwn
from bot.slack.ids import ActionId
from bot.slack.kit import Block, actions, button, context, divider, header, lasting, mrkdwn, section
from bot.slack.views.calendar_home import calendar_blocks
from bot.slack.views.home_clocks import clock_blocks
from bot.slack.views.incident import incident_blocks, stop_button
from bot.slack.views.pin_form import reserve_blocks
from bot.slack.views.ready import ready_blocks
from bot.slack.views.shift_words import shift_words
from bot.slack.views.swap import swap_blocks
from bot.texts import Texts, weekday_and_date, when

MOST_ACTIONS: Final = 20
MOST_DUTIES: Final = 40  # a message has 50 blocks
MOST_PARAGRAPHS: Final = 8


def home_view(home: Home, texts: Texts) -> Block:
    """Return the Home tab of one person."""
    if not home.is_known:
        return {"type": "home", "blocks": [section(mrkdwn(texts.staff("home.not_known")))]}
    blocks: list[Block] = [context(texts.staff("trial.banner"))] if home.is_trial else []
    blocks += incident_blocks(home.incident, texts, home.now)
    blocks += clock_blocks(home.clocks, texts, home.now)
    blocks += [header(texts.staff("home.duty")), *duty_blocks(home.duties, texts, home.now)]
    buttons = []
    if home.may_start:
        buttons.append(button(ActionId.NEW_TEXT, texts.staff("button.new_text"), "new", style="primary"))
    if home.may_enrol:
        buttons.append(button(ActionId.ENROL, texts.staff("button.enrol"), "enrol"))
    if home.may_write_background:
        buttons.append(button(ActionId.BACKGROUND_PICK, texts.staff("button.background_pick"), "pick"))
    if home.may_set_consent:
        buttons.append(button(ActionId.CONSENT_PICK, texts.staff("button.consent"), "pick"))
    if home.may_amend:
        buttons.append(button(ActionId.AMEND_PICK, texts.staff("button.amend_pick"), "pick"))
    if home.may_look_back:
        buttons.append(button(ActionId.LOOK_BACK_OPEN, texts.staff("button.look_back_open"), "open"))
    if buttons:
        blocks.append(actions(*buttons))
    blocks += _actions(home, texts)
    blocks += [divider(), header(texts.staff("home.open"))]
    blocks += [_open(line, texts, home.now) for line in home.open] or [section(mrkdwn(texts.staff("home.open_none")))]
    blocks += [divider(), header(texts.staff("home.shifts"))]
    shifts = [_my_shift(shift, texts) for shift in home.shifts]
    blocks.append(section(mrkdwn("\n".join(shifts) or texts.staff("home.shifts_none"))))
    if home.has_active_time:
        blocks.append(actions(button(ActionId.ACTIVE_TIME, texts.staff("button.active_time"), "list")))
    blocks += swap_blocks(home.swaps, texts)
    blocks += ready_blocks(home.ready, texts)
    blocks += calendar_blocks(home.calendar, texts)
    blocks += reserve_blocks(home.reserve, texts)
    blocks += stop_button(home.incident, texts)
    blocks.append(context(texts.staff("home.now", at=when(home.now, home.now))))
    return {"type": "home", "blocks": lasting(blocks[:100])}


def _actions(home: Home, texts: Texts) -> list[Block]:
    """Return what I have to do, when there is anything."""
    if not home.actions:
        return []
    blocks = [divider(), header(texts.staff("home.actions"))]
    today = local(home.now).date()
    blocks += [_action(action, texts, today) for action in home.actions[:MOST_ACTIONS]]
    if len(home.actions) > MOST_ACTIONS:
        blocks.append(context(texts.staff("home.more", count=len(home.actions) - MOST_ACTIONS)))
    return blocks


def _action(action: HomeAction, texts: Texts, today: date) -> Block:
    is_today = action.due_on == today
    words = texts.staff(
        "home.action_late" if action.is_late else "home.action_today" if is_today else "home.action",
        codes=", ".join(action.codes),
        namnd=escape_mrkdwn(action.namnd_name) or "–",
        day=weekday_and_date(action.due_on),
    )
    spoken = texts.staff("button.spoken_episode", code=action.codes[0])
    return section(
        mrkdwn(words),
        accessory=button(ActionId.EPISODE, texts.staff("button.episode"), action.episode_id, spoken=spoken),
    )


def _my_shift(shift: ShownShift, texts: Texts) -> str:
    when_ = shift_words(shift.starts_at, shift.ends_at, texts, is_backup=shift.is_backup)
    return texts.staff("home.shift", span=when_, namnd=escape_mrkdwn(shift.namnd_name))


def _open(line: OpenLine, texts: Texts, now: datetime) -> Block:
    key = "home.open_waiting" if line.unanswered else "home.open_calm"
    words = texts.staff(
        key,
        codes=", ".join(line.codes),
        sender=texts.staff(f"sender.{line.sender.value}"),
        namnd=escape_mrkdwn(line.namnd_name) or "–",
        since="" if line.since is None else when(line.since, now),
    )
    return section(mrkdwn(words), accessory=button(ActionId.OPEN, texts.staff("button.open"), line.conversation_id))


def duty_blocks(duties: tuple[DutyLine, ...], texts: Texts, now: datetime) -> list[Block]:
    return [section(mrkdwn(_duty(line, texts, now))) for line in duties[:MOST_DUTIES]]


def duty_message(
    duties: tuple[DutyLine, ...], texts: Texts, now: datetime, coverage: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return the answer to /beredskap; `coverage` is what leaders see of the rota ahead, a paragraph a nämnd."""
    ahead = [section(mrkdwn(paragraph)) for paragraph in coverage[:MOST_PARAGRAPHS]]
    blocks = duty_blocks(duties[: MOST_DUTIES - len(ahead)], texts, now)
    if ahead:
        blocks += [header(texts.staff("coverage.header")), *ahead]
    return {
        "response_type": "ephemeral",
        "text": "\n".join(_duty(line, texts, now) for line in duties),
        "blocks": [*blocks, context(texts.staff("command.help"))],
    }


def _duty(line: DutyLine, texts: Texts, now: datetime) -> str:
    until = "" if line.until is None else when(line.until, now)
    key = f"duty.{line.state}"
    if line.is_gap:
        key = "duty.gap"
    elif line.backup:
        key = "duty.beredskap_backup"
    words = [
        texts.staff(
            key, namnd=escape_mrkdwn(line.namnd_name), who=_who(line.who), until=until, backup=_who(line.backup)
        )
    ]
    if line.next_from is not None:
        words.append(texts.staff("duty.next", who=_who(line.next_who), from_=when(line.next_from, now)))
    else:
        words.append(texts.staff("duty.next_none"))
    return " ".join(words)


def _who(who: str) -> str:
    return who if who.startswith("<@") else escape_mrkdwn(who)
