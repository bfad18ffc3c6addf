"""chat.*: posting, changing and deleting messages. facts/slack.md sections 7, 8 and 12."""

import re
from dataclasses import replace
from typing import Any, Final

from . import payloads
from .arguments import Arguments
from .blocks import check_message_blocks, with_ids
from .errors import ApiError
from .events import Events
from .methods import Method
from .rate_limits import RateLimits
from .state import Channel, Json, Message, Workspace

TRUNCATED_AT: Final = 40_000  # message text, facts/slack.md section 8
LONGEST_UPDATE: Final = 4_000  # chat.update rejects above, facts/slack.md section 8
LONGEST_MARKDOWN: Final = 12_000  # markdown_text, facts/slack.md section 8
MOST_ATTACHMENTS: Final = 100  # facts/slack.md section 8
TS: Final = re.compile(r"\d{10}\.\d{6}")


class Content:
    """What a message says, validated."""

    def __init__(self, args: Arguments, workspace: Workspace) -> None:
        markdown = args.text("markdown_text")
        blocks = args.structure("blocks", "invalid_blocks_format")
        attachments = args.structure("attachments", "invalid_attachments")
        if blocks:
            check_message_blocks(blocks)
        if attachments is not None and not isinstance(attachments, list):
            raise ApiError("invalid_attachments")
        if len(attachments or []) > MOST_ATTACHMENTS:
            raise ApiError("too_many_attachments")
        if markdown and (blocks or args.text("text")):
            raise ApiError("markdown_text_conflict")
        if len(markdown) > LONGEST_MARKDOWN:
            raise ApiError("msg_too_long")
        self.text = markdown or args.text("text")
        self.blocks: list[Json] = with_ids(blocks, workspace.new_id) if blocks else []
        self.attachments: list[Json] = attachments or []
        self.metadata = _metadata(args.structure("metadata", "invalid_metadata_format"))
        if not self.text.strip() and not self.blocks and not self.attachments:
            raise ApiError("no_text")


def _metadata(given: Any) -> Json | None:
    """Return {} for "remove it" and None for "say nothing of it"."""
    if given is None or given == {}:
        return given  # type: ignore[no-any-return]
    if (
        not isinstance(given, dict)
        or not isinstance(given.get("event_type"), str)
        or not isinstance(given.get("event_payload"), dict)
    ):
        raise ApiError("invalid_metadata_format")
    return given


class Chat:
    """The chat methods, and what response_url posts share with them."""

    def __init__(self, *, workspace: Workspace, events: Events, limits: RateLimits) -> None:
        self._workspace = workspace
        self._events = events
        self._limits = limits
        self.methods = {
            "chat.postMessage": Method(self.post, "chat:write", kind="message"),
            "chat.update": Method(self.update, "chat:write", 3, "message"),
            "chat.delete": Method(self.delete, "chat:write", 3, "message"),
            "chat.postEphemeral": Method(self.post_ephemeral, "chat:write", 4, "message"),
        }

    def post(self, args: Arguments) -> Json:
        """chat.postMessage. A U id opens the DM and answers with its D id (facts/slack.md section 16)."""
        channel = self._writable(args.text("channel"))
        content = Content(args, self._workspace)
        thread_ts = self._thread(args)
        self._limits.take_post(channel.id)
        message = self.keep(channel, content, thread_ts=thread_ts, broadcast=args.flag("reply_broadcast"))
        shown = payloads.message(self._workspace, message, with_metadata=True)
        return {"channel": channel.id, "ts": message.ts, "message": shown}

    def update(self, args: Arguments) -> Json:
        """chat.update. Own messages only, D ids and not U ids, at most 4 000 characters of text.

        facts/slack.md section 12: text without blocks drops the blocks; `message_not_found`,
        `cant_update_message` and `is_inactive` are normal outcomes. Metadata that is left out stays.
        """
        message = self._own(args, "cant_update_message", "is_inactive")
        if len(args.text("text")) > LONGEST_UPDATE:
            raise ApiError("msg_too_long")
        content = Content(args, self._workspace)
        self.rewrite(message, content)
        shown = payloads.message(self._workspace, message, with_metadata=True)
        return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": shown}

    def delete(self, args: Arguments) -> Json:
        """chat.delete. With a bot token only the bot's own messages (facts/slack.md section 12)."""
        message = self._own(args, "cant_delete_message", "is_archived")
        self.remove(message)
        return {"channel": message.channel, "ts": message.ts}

    def post_ephemeral(self, args: Arguments) -> Json:
        """chat.postEphemeral: seen by one member of the channel, in no history and no event."""
        channel = self._writable(args.text("channel"), opens_im=False)
        user = args.text("user")
        if user not in channel.members:
            raise ApiError("user_not_in_channel")
        message = self.keep(channel, Content(args, self._workspace), thread_ts=self._thread(args), ephemeral_to=user)
        return {"message_ts": message.ts}

    def keep(
        self,
        channel: Channel,
        content: Content,
        *,
        thread_ts: str | None = None,
        broadcast: bool = False,
        ephemeral_to: str | None = None,
    ) -> Message:
        """Put a message of the bot's in a channel and tell of it."""
        workspace = self._workspace
        message = Message(
            ts=workspace.new_ts(),
            channel=channel.id,
            user=workspace.bot_user_id,
            text=content.text[:TRUNCATED_AT],
            blocks=content.blocks,
            attachments=content.attachments,
            metadata=content.metadata or None,
            thread_ts=thread_ts,
            broadcast=broadcast and thread_ts is not None,
            ephemeral_to=ephemeral_to,
        )
        workspace.add_message(message)
        if ephemeral_to is None:
            self._events.posted(message)
        return message

    def remove(self, message: Message) -> None:
        """Delete a message of the bot's and tell of it."""
        before = self._workspace.erase_message(message)
        if before.ephemeral_to is None:
            self._events.deleted(before)

    def rewrite(self, message: Message, content: Content) -> None:
        """Give a message of the bot's new content and tell of it."""
        before = replace(message)
        message.text, message.blocks, message.attachments = content.text, content.blocks, content.attachments
        if content.metadata is not None:
            message.metadata = content.metadata or None
        message.edited_by, message.edited_ts = message.user, self._workspace.new_ts()
        self._workspace.changed()
        if message.ephemeral_to is None:
            self._events.changed(before, message)

    def _writable(self, channel_id: str, *, opens_im: bool = True) -> Channel:
        if opens_im and channel_id[:1] in ("U", "W"):
            channel = self._workspace.open_im(channel_id)
        else:
            channel = self._workspace.visible_to_bot(channel_id)
        if self._workspace.bot_user_id not in channel.members:
            raise ApiError("not_in_channel")  # no chat:write.public, facts/slack.md section 16
        if channel.is_archived:
            raise ApiError("is_archived")
        return channel

    def _own(self, args: Arguments, not_own: str, frozen: str) -> Message:
        """facts/slack.md section 12: for DMs `channel` must be the D id; only the bot's own messages."""
        channel = self._workspace.visible_to_bot(args.text("channel"))
        message = self._workspace.find_message(channel.id, args.text("ts"))
        if message is None or message.ephemeral_to is not None:
            raise ApiError("message_not_found")
        if message.user != self._workspace.bot_user_id:
            raise ApiError(not_own)
        if channel.is_archived:
            raise ApiError(frozen)
        return message

    @staticmethod
    def _thread(args: Arguments) -> str | None:
        thread_ts = args.text("thread_ts")
        if thread_ts and not TS.fullmatch(thread_ts):
            raise ApiError("invalid_thread_ts", messages=[f"[ERROR] {thread_ts} is not a valid thread_ts"])
        return thread_ts or None
