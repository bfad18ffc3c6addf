"""What every click and form has in common: who, where, under which key, and how a refusal is said."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import structlog

from bot.domain.errors import AlreadyTaken, AskFirst, BadInput, BotError, CannotText, NotAllowed, NotYet
from bot.texts import Texts

log = structlog.get_logger(__name__)

ACK_WITHIN: Final = 2.5  # seconds; Slack shows an error at 3
Respond = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Click:
    """A pressed button. `key` makes what it does happen once; `channel` and `ts` are None in a modal."""

    user: str
    value: str
    key: str
    trigger_id: str
    channel: str | None
    ts: str | None
    view: dict[str, Any] | None

    @staticmethod
    def parse(body: dict[str, Any]) -> "Click":
        action = body["actions"][0]
        user = body["user"]["id"]
        container = body.get("container") or {}
        return Click(
            user=user,
            value=str(
                action.get("value")
                or (action.get("selected_option") or {}).get("value")
                or action.get("selected_date")
                or ""
            ).replace("\0", ""),  # which no id of ours holds, and PostgreSQL takes in no text
            key=f"{user}:{action.get('action_ts')}:{action.get('action_id')}",
            trigger_id=body.get("trigger_id", ""),
            channel=container.get("channel_id"),
            ts=container.get("message_ts"),
            view=body.get("view"),
        )


def in_words(error: BaseException, texts: Texts) -> str:
    """Return what to tell the person: never more than the refusal itself."""
    if isinstance(error, NotAllowed | CannotText | NotYet):
        return texts.staff(f"refusal.{error.reason}")
    if isinstance(error, AskFirst):
        return texts.staff(f"ask.{error.about}", **error.values)
    if isinstance(error, AlreadyTaken):
        who = error.ids.get("taken_by", "")
        return (
            texts.staff("refusal.already_taken", who=f"<@{who}>")
            if who
            else texts.staff("refusal.already_taken_someone")
        )
    if isinstance(error, BadInput):
        return " ".join(texts.staff(f"problem.{key}") for key in error.problems.values())
    if isinstance(error, TimeoutError):
        return texts.staff("refusal.slow")
    if isinstance(error, BotError) and texts.has(f"refusal.{error.code}"):
        return texts.staff(f"refusal.{error.code}")
    return texts.staff("refusal.internal")


async def run(work: Awaitable[Any]) -> BaseException | None:
    """Run a service within the time that Slack gives; return what went wrong, None when all is well.

    A time-out means that we do not know. The key of the click makes it safe to press again.
    """
    try:
        async with asyncio.timeout(ACK_WITHIN):
            await work
    except (BotError, TimeoutError) as error:
        return error
    except Exception as error:
        log.exception("interaction_failed", kind=type(error).__name__)
        return error
    return None


def field_errors(error: BaseException, texts: Texts, *, default_block: str) -> dict[str, str]:
    """Return the errors of a form by block, so that the draft stays where it is."""
    if isinstance(error, BadInput):
        return {block: texts.staff(f"problem.{key}") for block, key in error.problems.items()}
    return {default_block: in_words(error, texts)}


def typed(view: dict[str, Any], block: str) -> str:
    """Return what stands in one field of a submitted form: text, a date, or what was chosen; "" for nothing."""
    for element in _fields(view, block):
        chosen = element.get("selected_option")
        if isinstance(chosen, dict):
            return str(chosen.get("value") or "")
        return str(element.get("value") or element.get("selected_date") or "")
    return ""


def picked_day(text: str) -> date | None:
    """Return the day of a date picker; None when none was picked."""
    return date.fromisoformat(text) if text else None


def ticked(view: dict[str, Any], block: str) -> tuple[str, ...]:
    """Return the values that are ticked in a group of checkboxes of a submitted form."""
    return tuple(str(o["value"]) for element in _fields(view, block) for o in element.get("selected_options") or [])


def metadata(view: dict[str, Any] | None) -> dict[str, Any]:
    """Return what we put into a modal's private_metadata as JSON; empty for anything else."""
    try:
        found = json.loads((view or {}).get("private_metadata") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _fields(view: dict[str, Any], block: str) -> list[dict[str, Any]]:
    return list((view.get("state", {}).get("values", {}).get(block) or {}).values())
