"""What the bot's answer to an interaction means for the person. facts/slack.md sections 2 and 13."""

from typing import Any, Final

from .api_chat import Chat, Content
from .api_views import Views
from .arguments import Arguments
from .composition import Complaints
from .delivery import Answer
from .elements import check_option_groups
from .errors import ApiError
from .inputs import fields
from .state import Channel, Json, View, Workspace

# What Slack shows when the app does not acknowledge with 200 within 3 s; interactions are never
# retried (facts/slack.md section 2).
NO_ANSWER: Final = "Appen svarade inte i tid. Försök igen."
BAD_ANSWER: Final = "Något gick fel i appen. Försök igen."
MODAL_TROUBLE: Final = "Vi hade problem med anslutningen. Försök igen?"
COMMAND_TROUBLE: Final = "{command} misslyckades på grund av felet ”{error}”"
OPTIONS_TROUBLE: Final = "Det gick inte att läsa in alternativen."


def trouble(answer: Answer) -> str | None:
    """Return what Slack says under a button; None when the bot acknowledged with 200."""
    if answer.status == 200:
        return None
    return NO_ANSWER if answer.status is None else BAD_ANSWER


class Submissions:
    """Carries out the `response_action` of a view_submission."""

    def __init__(self, *, workspace: Workspace, views: Views) -> None:
        self._workspace = workspace
        self._views = views

    def carry_out(self, view: View, answer: Answer) -> Json:
        """Return response_action, errors and what Slack shows; the person's stack changes accordingly."""
        if answer.status != 200:
            return _outcome(shown=MODAL_TROUBLE)
        said = answer.json() or {}
        action = said.get("response_action")
        try:
            if action is None and not said:
                self._close(view)
            elif action == "errors":
                return _outcome(action, errors=_errors(view, said.get("errors")))
            elif action == "clear":
                self._workspace.stacks[view.user] = []
                self._workspace.changed()
            elif action == "update":
                self._views.replace(view, self._views.check(said.get("view"), view.user, view))
            elif action == "push":
                self._views.place(view.user, self._views.check(said.get("view"), view.user, None))
            else:
                raise ApiError("invalid_response_action")
        except ApiError as error:
            return _outcome(shown=MODAL_TROUBLE, problem=error.body())
        return _outcome(action)

    def _close(self, view: View) -> None:
        """An empty acknowledgement closes this modal; the one below it comes back."""
        stack = self._workspace.stack(view.user)
        if view in stack:
            stack.remove(view)
            self._workspace.changed()


def _errors(view: View, errors: Any) -> dict[str, str]:
    """facts/slack.md section 13: errors={block_id: text}; only input blocks can show one."""
    known = {block["block_id"] for block, _ in fields(view.blocks) if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= known:
        raise ApiError("invalid_errors")
    if not all(isinstance(text, str) and text for text in errors.values()):
        raise ApiError("invalid_errors")
    return errors


def _outcome(
    response_action: str | None = None,
    *,
    errors: dict[str, str] | None = None,
    shown: str | None = None,
    problem: Json | None = None,
) -> Json:
    """`problem` is for whoever writes the bot: what was wrong with its answer."""
    outcome: Json = {"ok": True, "response_action": response_action, "errors": errors, "shown": shown, "sent": True}
    return outcome if problem is None else {**outcome, "problem": problem}


def rejected_by_client(errors: dict[str, str]) -> Json:
    """Return the outcome of a submission that Slack's own client stopped; the app never saw it."""
    return {**_outcome("errors", errors=errors), "sent": False}


def options_in(answer: Answer) -> Json:
    """Return the options of an external select, flattened, or what Slack shows instead. At most 100."""
    if answer.status != 200:
        return {"ok": True, "options": [], "shown": OPTIONS_TROUBLE}
    said = answer.json() or {}
    complaints = Complaints()
    if "option_groups" in said:
        check_option_groups(complaints, said["option_groups"], "/option_groups")
    elif said.get("options") != []:
        complaints.options(said.get("options"), "/options", 100)
    if complaints.messages:
        problem = {"messages": complaints.messages}
        return {"ok": True, "options": [], "shown": OPTIONS_TROUBLE, "problem": problem}
    groups = said.get("option_groups") or [{"options": said.get("options", [])}]
    return {"ok": True, "options": [option for group in groups for option in group["options"]], "shown": None}


def command_answer(chat: Chat, workspace: Workspace, channel: Channel, user: str, command: str, answer: Answer) -> Json:
    """Show what a slash command answered: text or JSON, to the person alone unless `in_channel`."""
    if answer.status != 200:
        error = "operation_timeout" if answer.status is None else "dispatch_failed"
        return {"ok": True, "shown": COMMAND_TROUBLE.format(command=command, error=error)}
    said = answer.json()
    if said is None:
        said = {"text": answer.body.decode(errors="replace")}
    if not said.get("text") and not said.get("blocks"):
        return {"ok": True, "shown": None}
    try:
        content = Content(Arguments(said), workspace)
    except ApiError as error:
        shown = COMMAND_TROUBLE.format(command=command, error="dispatch_failed")
        return {"ok": True, "shown": shown, "problem": error.body()}
    is_for_all = said.get("response_type") == "in_channel"
    chat.keep(channel, content, ephemeral_to=None if is_for_all else user)
    return {"ok": True, "shown": content.text}
