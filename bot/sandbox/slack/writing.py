"""What a person writes: messages, edits, deletions; and opening the app's Home."""

import re
import uuid
from dataclasses import replace
from typing import Final

from . import payloads
from .errors import ControlError
from .events import Events
from .state import Channel, Json, Message, Workspace

LINK: Final = re.compile(r"(https?://[^\s<>]+|[\w.+-]+@[\w-]+\.[\w.-]*\w)")


def as_typed(text: str) -> str:
    """Return text the way Slack hands it over: escaped, with links and addresses wrapped (facts/slack.md section 9)."""
    parts = []
    for index, part in enumerate(LINK.split(text)):
        escaped = part.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        if index % 2 == 0:
            parts.append(escaped)
        else:
            parts.append(f"<{escaped}>" if part.startswith("http") else f"<mailto:{escaped}|{escaped}>")
    return "".join(parts)


class Writing:
    """Puts people's messages in channels and tells the bot of them."""

    def __init__(self, *, workspace: Workspace, events: Events) -> None:
        self._workspace = workspace
        self._events = events

    def say(self, user_id: str, channel_id: str, text: str, thread_ts: str | None = None, *, raw: bool = False) -> str:
        """Write a message and return its ts. `raw` text is Slack's own markup, e.g. `<tel:...|...>`."""
        channel = self.place(user_id, channel_id)
        if not text.strip():
            raise ControlError(400, "no_text")
        if thread_ts is not None and self._workspace.find_message(channel.id, thread_ts) is None:
            raise ControlError(404, "thread_not_found")
        message = Message(
            ts=self._workspace.new_ts(),
            channel=channel.id,
            user=user_id,
            text=text if raw else as_typed(text),
            thread_ts=thread_ts,
            client_msg_id=str(uuid.uuid4()),
        )
        self._workspace.add_message(message)
        self._events.posted(message)
        return message.ts

    def edit(self, user_id: str, channel_id: str, ts: str, text: str) -> None:
        """Change one's own message."""
        message = self._own(user_id, channel_id, ts)
        if not text.strip():
            raise ControlError(400, "no_text")
        before = replace(message)
        message.text = as_typed(text)
        message.edited_by, message.edited_ts = user_id, self._workspace.new_ts()
        self._workspace.changed()
        self._events.changed(before, message)

    def delete(self, user_id: str, channel_id: str, ts: str) -> None:
        """Delete one's own message."""
        message = self._own(user_id, channel_id, ts)
        self._events.deleted(self._workspace.erase_message(message))

    def open_home(self, user_id: str, tab: str = "home") -> None:
        """Open the app; app_home_opened needs no scope (facts/slack.md section 13)."""
        self._workspace.person(user_id)
        event: Json = {
            "type": "app_home_opened",
            "user": user_id,
            "channel": self._workspace.open_im(user_id).id,
            "tab": tab,
            "event_ts": self._workspace.new_ts(),
        }
        home = self._workspace.homes.get(user_id)
        if home is not None and tab == "home":
            event["view"] = payloads.view(self._workspace, home)
        self._events.emit(event)

    def place(self, user_id: str, channel_id: str) -> Channel:
        """Return a channel that a person can write in."""
        self._workspace.person(user_id)
        channel = self._workspace.channels.get(channel_id)
        if channel is None:
            raise ControlError(404, "channel_not_found")
        if user_id not in channel.members:
            raise ControlError(409, "not_in_channel")
        if channel.is_archived:
            raise ControlError(409, "is_archived")
        return channel

    def _own(self, user_id: str, channel_id: str, ts: str) -> Message:
        channel = self.place(user_id, channel_id)
        message = self._workspace.find_message(channel.id, ts)
        if message is None or message.ephemeral_to is not None:
            raise ControlError(404, "message_not_found")
        if message.user != user_id:
            raise ControlError(409, "not_your_message")
        return message
