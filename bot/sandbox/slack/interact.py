"""What a person does with buttons, modals and commands, and the interaction that Slack sends for it."""

from collections.abc import Callable
from typing import Any, Final

from . import payloads
from .answers import Submissions, command_answer, options_in, rejected_by_client, trouble
from .api_chat import Chat
from .blocks import touchable
from .delivery import Courier
from .errors import ControlError
from .inputs import carried_over, entered, fill_in, initial, option_of, problems, property_of
from .recorder import Kind
from .state import Channel, Choices, Json, Message, View, Workspace
from .tickets import Tickets
from .writing import Writing

USUAL_QUERY: Final = 3  # characters before an external select asks the app (block element reference)

Given = dict[str, dict[str, Any]]  # values by block_id and action_id, as in docs/sandbox.md


class Interactions:
    """Sends block_actions, block_suggestion, view_submission, view_closed and slash commands."""

    def __init__(
        self,
        *,
        workspace: Workspace,
        courier: Courier,
        tickets: Tickets,
        chat: Chat,
        writing: Writing,
        submissions: Submissions,
        base_url: Callable[[], str],
    ) -> None:
        self._workspace = workspace
        self._courier = courier
        self._tickets = tickets
        self._chat = chat
        self._writing = writing
        self._submissions = submissions
        self._base_url = base_url

    # -- buttons and menus

    async def click_in_message(
        self, user_id: str, channel_id: str, ts: str, action_id: str, block_id: str | None = None, selected: Any = None
    ) -> Json:
        """Use an element of a message; answer what Slack would show the person, None for nothing.

        The state tells of every element of the message that holds a value, as this person has left it.
        """
        channel, message = self._message(user_id, channel_id, ts)
        block, element = _still(message.blocks, action_id, block_id)
        choices = self._workspace.choices_in(message, user_id)
        choices.values = carried_over(choices.values, message.blocks)
        action, state = self._action(block, element, selected, choices)
        if state is not None:
            choices.values[block["block_id"]][action_id] = state
        payload = payloads.interaction(
            self._workspace,
            "block_actions",
            self._workspace.person(user_id),
            container=_container(message),
            trigger_id=self._tickets.new_trigger(user_id),
            channel=payloads.place(channel),
            message=self._seen(message),
            state={"values": choices.values},
            response_url=self._response_url(user_id, channel.id, ts),
            actions=[action],
        )
        answer = await self._courier.send("interactive", payload)
        return {"ok": True, "shown": trouble(answer)}

    async def click_in_view(
        self,
        user_id: str,
        view_id: str,
        action_id: str,
        block_id: str | None = None,
        selected: Any = None,
        values: Given | None = None,
    ) -> Json:
        """Use an element of a modal or of Home. `values` are what stands typed in the other fields.

        There is no response_url: a view belongs to no channel. An input block without
        dispatch_action only remembers the value (block_actions payload reference).
        """
        view = self._view(user_id, view_id)
        fill_in(view, values or {})
        block, element = _find(view.blocks, action_id, block_id)
        action, state = self._action(block, element, selected, view)
        if state is not None:
            view.values.setdefault(str(block["block_id"]), {})[action_id] = state
            self._workspace.changed()
        if block["type"] == "input" and not block.get("dispatch_action", False):
            return {"ok": True, "shown": None}
        shown = payloads.view(self._workspace, view)
        payload = payloads.interaction(
            self._workspace,
            "block_actions",
            self._workspace.person(user_id),
            container={"type": "view", "view_id": view.id},
            trigger_id=self._tickets.new_trigger(user_id, view.id if view.type == "modal" else None),
            view=shown,
            actions=[action],
        )
        answer = await self._courier.send("interactive", payload)
        return {"ok": True, "shown": trouble(answer)}

    async def suggest(self, user_id: str, view_id: str, block_id: str, action_id: str, value: str) -> Json:
        """Type in an external select of a view and return the options that come up, at most 100."""
        view = self._view(user_id, view_id)
        _, element = _find(view.blocks, action_id, block_id)
        where: Json = {
            "container": {"type": "view", "view_id": view.id},
            "view": payloads.view(self._workspace, view),
        }
        return await self._suggest(user_id, view, element, block_id, value, where, "modal")

    async def suggest_in_message(
        self, user_id: str, channel_id: str, ts: str, block_id: str, action_id: str, value: str
    ) -> Json:
        """Type in an external select of a message and return the options that come up, at most 100."""
        channel, message = self._message(user_id, channel_id, ts)
        _, element = _find(message.blocks, action_id, block_id)
        where: Json = {
            "container": _container(message),
            "channel": payloads.place(channel),
            "message": self._seen(message),
        }
        choices = self._workspace.choices_in(message, user_id)
        return await self._suggest(user_id, choices, element, block_id, value, where, "message")

    # -- modals

    async def submit(self, user_id: str, view_id: str, values: Given | None = None) -> Json:
        """Press the submit button. What is typed stays in the view until it closes.

        An empty required field never reaches the app: Slack's client stops it, and so does this.
        """
        view = self._view(user_id, view_id)
        if view.type != "modal" or view.given.get("submit") is None:
            raise ControlError(409, "the view has no submit button")
        if self._workspace.stack(user_id)[-1] is not view or view.given.get("submit_disabled", False):
            raise ControlError(409, "the view cannot be submitted now")
        fill_in(view, values or {})
        self._workspace.changed()
        stopped = problems(view)
        if stopped:
            return rejected_by_client(stopped)
        payload = payloads.interaction(
            self._workspace,
            "view_submission",
            self._workspace.person(user_id),
            trigger_id=self._tickets.new_trigger(user_id, view.id),
            view=payloads.view(self._workspace, view),
            response_urls=[],
        )
        answer = await self._courier.send("interactive", payload, kind="modal", accepts_payload=True)
        return self._submissions.carry_out(view, answer)

    async def close_view(self, user_id: str, view_id: str, *, closes_all: bool = False) -> None:
        """Close a modal; the one below comes back. The cross (`closes_all`) and clear_on_close close the stack.

        The app hears of it as view_closed when the view asks for notify_on_close.
        """
        view = self._view(user_id, view_id)
        stack = self._workspace.stack(user_id)
        if view not in stack:
            raise ControlError(409, "not a modal")
        is_cleared = closes_all or bool(view.given["clear_on_close"])
        gone = list(reversed(stack)) if is_cleared else [view]
        for closed in gone:
            stack.remove(closed)
        self._workspace.changed()
        for closed in gone:
            if closed.given["notify_on_close"]:
                payload = payloads.interaction(
                    self._workspace,
                    "view_closed",
                    self._workspace.person(user_id),
                    view=payloads.view(self._workspace, closed),
                    is_cleared=is_cleared,
                )
                await self._courier.send("interactive", payload)

    # -- commands

    async def command(self, user_id: str, command: str, text: str = "", channel_id: str | None = None) -> Json:
        """Type a slash command; the person's own conversation with the bot is where, unless told."""
        if not command.startswith("/"):
            raise ControlError(400, "a command begins with /")
        user = self._workspace.person(user_id)
        channel = self._writing.place(user_id, channel_id or self._workspace.open_im(user_id).id)
        shown = payloads.place(channel)
        form = {
            "token": payloads.VERIFICATION,
            "team_id": self._workspace.team_id,
            "team_domain": self._workspace.domain,
            "channel_id": channel.id,
            "channel_name": shown["name"],
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": text,
            "api_app_id": self._workspace.app_id,
            "is_enterprise_install": "false",
            "response_url": self._response_url(user_id, channel.id),
            "trigger_id": self._tickets.new_trigger(user_id),
        }
        answer = await self._courier.send("slash_commands", form, accepts_payload=True)
        return command_answer(self._chat, self._workspace, channel, user_id, command, answer)

    # -- parts

    async def _suggest(
        self, user_id: str, choices: Choices, element: Json, block_id: str, value: str, where: Json, kind: Kind
    ) -> Json:
        if element["type"] not in ("external_select", "multi_external_select"):
            raise ControlError(400, "not an external select")
        if len(value) < element.get("min_query_length", USUAL_QUERY):
            return {"ok": True, "options": [], "shown": None}
        payload = payloads.interaction(
            self._workspace,
            "block_suggestion",
            self._workspace.person(user_id),
            action_id=element["action_id"],
            block_id=block_id,
            value=value,
            **where,
        )
        answer = await self._courier.send("interactive", payload, kind=kind, accepts_payload=True)
        outcome = options_in(answer)
        choices.offered[f"{block_id}/{element['action_id']}"] = outcome["options"]
        return outcome

    def _message(self, user_id: str, channel_id: str, ts: str) -> tuple[Channel, Message]:
        """Return a message that a person can see, and where it stands."""
        channel = self._writing.place(user_id, channel_id)
        message = self._workspace.find_message(channel.id, ts)
        if message is None or message.ephemeral_to not in (None, user_id):
            raise ControlError(404, "message_not_found")
        return channel, message

    def _view(self, user_id: str, view_id: str) -> View:
        self._workspace.person(user_id)
        view = self._workspace.find_view(view_id)
        if view is None or view.user != user_id:
            raise ControlError(404, "view_not_found")
        return view

    def _seen(self, message: Message) -> Json:
        shown = payloads.message(self._workspace, message)
        return shown if message.ephemeral_to is None else {**shown, "is_ephemeral": True}

    def _response_url(self, user_id: str, channel_id: str, ts: str | None = None) -> str:
        token = self._tickets.new_response_url(user_id, channel_id, ts)
        return f"{self._base_url().rstrip('/')}/slack/respond/{token}"

    def _action(self, block: Json, element: Json, selected: Any, choices: Choices) -> tuple[Json, Json | None]:
        """Return the entry in `actions`, and the element's new state when it has one."""
        offered = choices.options_at(block["block_id"], element["action_id"])
        action: Json = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "action_ts": self._workspace.new_ts(),
        }
        for name in ("text", "value", "style"):
            if element["type"] == "button" and name in element:
                action[name] = element[name]
        if element["type"] == "overflow":
            action["selected_option"] = option_of(element, selected, [])
        if property_of(element) is None:
            return action, None
        state = initial(element) if selected is None else entered(element, selected, offered)
        return {**action, **state}, state


def _container(message: Message) -> Json:
    """Return where in Slack an element stands that somebody used."""
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.ephemeral_to is not None,
        "is_app_unfurl": False,
    }
    return container if message.thread_ts is None else {**container, "thread_ts": message.thread_ts}


def _still(blocks: list[Json], action_id: str, block_id: str | None) -> tuple[Json, Json]:
    """Return what a person points at, also when the message was updated, with new block ids, as they pressed it."""
    known = {block["block_id"] for block in blocks}
    return _find(blocks, action_id, block_id if block_id in known else None)


def _find(blocks: list[Json], action_id: str, block_id: str | None) -> tuple[Json, Json]:
    """Return the one element a person points at."""
    found = [
        (block, element)
        for block in blocks
        for element in touchable(block)
        if element["action_id"] == action_id and block_id in (None, block["block_id"])
    ]
    if not found:
        raise ControlError(404, "action_not_found")
    if len(found) > 1:
        raise ControlError(400, "several elements have this action_id: say which block_id")
    return found[0]
