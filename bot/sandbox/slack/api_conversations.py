"""conversations.*: opening, looking at and reading channels. facts/slack.md sections 7 and 12."""

import base64
import binascii
from collections.abc import Sequence
from typing import Final, TypeVar

from . import payloads
from .arguments import Arguments
from .errors import ApiError
from .methods import Method, Scopes
from .state import Channel, Json, Message, Workspace

MOST_USERS: Final = 8  # conversations.open, facts/slack.md section 7
MOST_MESSAGES: Final = 999
MOST_MEMBERS: Final = 1000  # docs.slack.dev/reference/methods/conversations.members, which recommends 200
USUAL_PAGE: Final = 100  # messages or members when no limit is given

Item = TypeVar("Item")


class Conversations:
    """The conversations methods. The scope depends on the kind of channel, so each asks for itself."""

    def __init__(self, *, workspace: Workspace, scopes: Scopes) -> None:
        self._workspace = workspace
        self._scopes = scopes
        self.methods = {
            "conversations.open": Method(self.open, None, 3),
            "conversations.info": Method(self.info, None, 3),
            "conversations.members": Method(self.members, None, 4),
            "conversations.history": Method(self.history, None, 3),
            "conversations.replies": Method(self.replies, None, 3),
        }

    def open(self, args: Arguments) -> Json:
        """conversations.open: needs im:write, which posting to a U id does not (facts/slack.md section 16)."""
        users = [user for user in args.text("users").split(",") if user]
        if len(users) > MOST_USERS:
            raise ApiError("too_many_users")
        self._scopes.need("mpim:write" if len(users) > 1 else "im:write")
        if not users:
            channel = self._workspace.visible_to_bot(args.text("channel"))
        elif any(user not in self._workspace.users for user in users):
            raise ApiError("user_not_found")
        elif len(users) == 1:
            if users[0] == self._workspace.bot_user_id:
                raise ApiError("cannot_dm_bot")
            channel = self._workspace.open_im(users[0])
        else:
            channel = self._open_group([*users, self._workspace.bot_user_id])
        shown = payloads.conversation(self._workspace, channel) if args.flag("return_im") else {"id": channel.id}
        return {"channel": shown}

    def info(self, args: Arguments) -> Json:
        """conversations.info: channels:read, groups:read or im:read. It counts the members only when asked to."""
        channel = self._known(args)
        shown = payloads.conversation(self._workspace, channel)
        if args.flag("include_num_members"):  # docs.slack.dev/reference/methods/conversations.info
            shown["num_members"] = len(channel.members)
        return {"channel": shown}

    def members(self, args: Arguments) -> Json:
        """conversations.members: everybody's id, strangers' and the bot's own too; scopes as for info.

        docs.slack.dev/reference/methods/conversations.members: `next_cursor` is empty at the end.
        """
        page, next_cursor = _cut(args, self._known(args).members, MOST_MEMBERS)
        return {"members": page, "response_metadata": {"next_cursor": next_cursor}}

    def history(self, args: Arguments) -> Json:
        """conversations.history: newest first, without the insides of threads."""
        channel = self._readable(args)
        held = [
            message
            for message in self._workspace.messages.get(channel.id, {}).values()
            if message.thread_ts in (None, message.ts) or message.broadcast
        ]
        held.sort(key=lambda message: message.ts, reverse=True)
        return {**self._page(args, held), "pin_count": 0}

    def replies(self, args: Arguments) -> Json:
        """conversations.replies: the parent and its replies, oldest first."""
        channel = self._readable(args)
        asked = self._workspace.find_message(channel.id, args.text("ts"))
        if asked is None or asked.ephemeral_to is not None:
            raise ApiError("thread_not_found")
        parent = self._workspace.find_message(channel.id, asked.thread_ts or asked.ts) or asked
        return self._page(args, [parent, *self._workspace.replies(parent)])

    def _open_group(self, members: list[str]) -> Channel:
        for channel in self._workspace.channels.values():
            if channel.kind == "mpim" and set(channel.members) == set(members):
                return channel
        channel_id = self._workspace.new_id("G")
        channel = Channel(channel_id, f"mpdm-{channel_id}", "mpim", members, created=self._workspace.unix_now())
        self._workspace.channels[channel.id] = channel
        self._workspace.changed()
        return channel

    def _known(self, args: Arguments) -> Channel:
        """facts/slack.md section 7: *:read for the kind of channel."""
        channel = self._workspace.visible_to_bot(args.text("channel"))
        self._scopes.need_for(channel, "read")
        return channel

    def _readable(self, args: Arguments) -> Channel:
        """facts/slack.md section 7: *:history for the kind of channel."""
        channel = self._workspace.visible_to_bot(args.text("channel"))
        self._scopes.need_for(channel, "history")
        if self._workspace.bot_user_id not in channel.members:
            raise ApiError("not_in_channel")
        return channel

    def _page(self, args: Arguments, held: list[Message]) -> Json:
        """Return one page of what is still there, in the order given. Metadata only with include_all_metadata."""
        oldest, latest = args.text("oldest") or "0", args.text("latest") or "9999999999.999999"
        is_inclusive = args.flag("inclusive")
        found = []
        for message in held:
            ts = float(message.ts)
            inside = float(oldest) < ts < float(latest)
            on_edge = is_inclusive and message.ts in (oldest, latest)
            if (inside or on_edge) and not message.deleted and message.ephemeral_to is None:
                found.append(message)
        shown, next_cursor = _cut(args, found, MOST_MESSAGES)
        with_metadata = args.flag("include_all_metadata")
        page: Json = {
            "messages": [payloads.message(self._workspace, message, with_metadata=with_metadata) for message in shown],
            "has_more": next_cursor != "",
        }
        if next_cursor:
            page["response_metadata"] = {"next_cursor": next_cursor}
        return page


def _cut(args: Arguments, whole: Sequence[Item], most: int) -> tuple[list[Item], str]:
    """Return one page and the cursor of the next, empty at the end. Raises `invalid_limit` or `invalid_cursor`."""
    limit = args.number("limit", USUAL_PAGE)
    if not 1 <= limit <= most:
        raise ApiError("invalid_limit")
    start = _start(args.text("cursor"))
    end = start + limit
    next_cursor = base64.b64encode(f"next:{end}".encode()).decode() if end < len(whole) else ""
    return list(whole[start:end]), next_cursor


def _start(cursor: str) -> int:
    """Return the place a cursor points to."""
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("next:"))
    except (ValueError, binascii.Error):
        raise ApiError("invalid_cursor") from None
