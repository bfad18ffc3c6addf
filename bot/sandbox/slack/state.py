"""The workspace: users, channels, messages and views, and nothing about how they are reached."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from bot.clock import Clock

from .errors import ApiError, ControlError

Json = dict[str, Any]
Values = dict[str, dict[str, Json]]  # what `state.values` shows: by block_id and action_id

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROS: Final = 1_000_000


@dataclass
class User:
    """A person, or the bot. A stranger belongs to another workspace (facts/slack.md section 15)."""

    id: str
    name: str
    real_name: str
    team_id: str
    title: str = ""
    email: str = ""
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    is_bot: bool = False
    deleted: bool = False
    dnd_until: int | None = None  # Unix seconds; None: notifications come through


@dataclass
class Channel:
    """A channel or a direct message. `members` holds the bot too, when it has been invited."""

    id: str
    name: str
    kind: str  # "channel", "im" or "mpim"
    members: list[str]
    is_private: bool = True
    is_ext_shared: bool = False
    is_pending_ext_shared: bool = False
    is_general: bool = False
    is_archived: bool = False
    user: str | None = None  # the person at the other end of an im
    created: int = 0

    @property
    def family(self) -> str:
        """The word that Slack's scopes and events use for this kind: im, mpim, groups or channels."""
        if self.kind != "channel":
            return self.kind
        return "groups" if self.is_private else "channels"


@dataclass
class Message:
    """One message. A deleted one stays, empty, so that a page can show that something is gone."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    edited_by: str | None = None
    edited_ts: str | None = None
    deleted: bool = False
    ephemeral_to: str | None = None
    client_msg_id: str | None = None


@dataclass(kw_only=True)
class Choices:
    """What one person has chosen and typed, in a view or in a message; the message itself does not change."""

    values: Values = field(default_factory=dict)
    offered: dict[str, list[Json]] = field(default_factory=dict)  # external options shown, by block and action

    def options_at(self, block_id: str, action_id: str) -> list[Json]:
        """Return the options that an external select may be set to: those shown last, and the one chosen."""
        chosen = self.values.get(block_id, {}).get(action_id, {}).get("selected_option")
        return [*self.offered.get(f"{block_id}/{action_id}", []), *([chosen] if chosen else [])]


@dataclass
class View(Choices):
    """A modal on somebody's stack, or somebody's App Home. `values` is what `state.values` shows."""

    id: str
    user: str
    type: str
    given: Json  # title, submit, close, blocks, private_metadata, ... as validated, with ids filled in
    hash: str
    root_view_id: str
    previous_view_id: str | None = None

    @property
    def blocks(self) -> list[Json]:
        """The blocks, each with a block_id."""
        blocks: list[Json] = self.given["blocks"]
        return blocks

    @property
    def external_id(self) -> str:
        """The app's own name for the view, empty when it gave none."""
        return self.given.get("external_id") or ""


class Workspace:
    """Everything that the pretend Slack remembers. Changes are announced through `changed`."""

    def __init__(
        self, *, clock: Clock, team_id: str, app_id: str, bot_user_id: str, bot_id: str, changed: Callable[[], None]
    ) -> None:
        self.clock = clock
        self.team_id = team_id
        self.app_id = app_id
        self.bot_user_id = bot_user_id
        self.bot_id = bot_id
        self.changed = changed
        self.domain = "sandbox"
        self.clear()

    def clear(self) -> None:
        """Forget everything but the bot."""
        bot = User(self.bot_user_id, "beredskapsboten", "Beredskapsboten", self.team_id, is_bot=True)
        self.users: dict[str, User] = {bot.id: bot}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, dict[str, Message]] = {}
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.choices: dict[tuple[str, str, str], Choices] = {}  # by user, channel and ts
        self.last_ts = 0  # microseconds
        self.last_id = 0

    def new_ts(self) -> str:
        """Return a `ts` at world time, unique and increasing in the workspace."""
        now = (self.clock.now() - EPOCH) // (EPOCH.resolution)
        self.last_ts = max(now, self.last_ts + 1)
        return f"{self.last_ts // MICROS}.{self.last_ts % MICROS:06d}"

    def new_id(self, prefix: str) -> str:
        """Return an id that this workspace has not used before."""
        self.last_id += 1
        return f"{prefix}{self.last_id:08d}"

    def unix_now(self) -> int:
        """Return world time in whole Unix seconds."""
        return int(self.clock.now().timestamp())

    # -- people and places

    def person(self, user_id: str) -> User:
        """Return a user that somebody acts as, or raise ControlError."""
        user = self.users.get(user_id)
        if user is None or user.is_bot:
            raise ControlError(404, "user_not_found")
        return user

    def open_im(self, user_id: str) -> Channel:
        """Return the direct message between the bot and a user. It is always there: every user sees the app's tab."""
        if user_id not in self.users or user_id == self.bot_user_id:
            raise ApiError("channel_not_found")
        for channel in self.channels.values():
            if channel.kind == "im" and channel.user == user_id:
                return channel
        wanted = "D" + user_id[1:]
        channel_id = wanted if wanted not in self.channels else self.new_id("D")
        channel = Channel(
            channel_id,
            self.users[self.bot_user_id].real_name,
            "im",
            [user_id, self.bot_user_id],
            user=user_id,
            created=self.unix_now(),
        )
        self.channels[channel.id] = channel
        self.changed()
        return channel

    def visible_to_bot(self, channel_id: str) -> Channel:
        """Return a channel that the bot may know of: its own, or a public one. Raises `channel_not_found`.

        A private channel without the bot does not exist for it; to post it must be invited
        (facts/slack.md section 16: "bot invited", no chat:write.public).
        """
        channel = self.channels.get(channel_id)
        if channel is None or (channel.is_private and self.bot_user_id not in channel.members):
            raise ApiError("channel_not_found")
        return channel

    def team_channel(self, channel_id: str) -> Channel:
        """Return a channel that people can come and go in, or raise ControlError."""
        channel = self.channels.get(channel_id)
        if channel is None:
            raise ControlError(404, "channel_not_found")
        if channel.kind != "channel":
            raise ControlError(409, "not_a_channel")
        return channel

    # -- messages

    def add_message(self, message: Message) -> Message:
        """Keep a message and announce it."""
        self.messages.setdefault(message.channel, {})[message.ts] = message
        self.changed()
        return message

    def find_message(self, channel_id: str, ts: str) -> Message | None:
        """Return a message that is still there, else None."""
        message = self.messages.get(channel_id, {}).get(ts)
        return None if message is None or message.deleted else message

    def replies(self, parent: Message) -> list[Message]:
        """Return the replies that everybody in the channel can see, oldest first."""
        found = [
            message
            for message in self.messages.get(parent.channel, {}).values()
            if message.thread_ts == parent.ts
            and message.ts != parent.ts
            and not message.deleted
            and message.ephemeral_to is None
        ]
        return sorted(found, key=lambda message: message.ts)

    def erase_message(self, message: Message) -> Message:
        """Empty a message, and return it as it was."""
        before = replace(message)
        message.text, message.blocks, message.attachments, message.metadata = "", [], [], None
        message.deleted = True
        self.changed()
        return before

    def choices_in(self, message: Message, user_id: str) -> Choices:
        """Return what a person has chosen in a message."""
        return self.choices.setdefault((user_id, message.channel, message.ts), Choices())

    # -- views

    def stack(self, user_id: str) -> list[View]:
        """Return the modals a person has open, the top last."""
        return self.stacks.setdefault(user_id, [])

    def find_view(self, view_id: str) -> View | None:
        """Return an open modal or a published Home."""
        return next((view for view in self.all_views() if view.id == view_id), None)

    def all_views(self) -> list[View]:
        """Return every open modal and every published Home."""
        return [view for stack in self.stacks.values() for view in stack] + list(self.homes.values())

    # -- surviving a restart

    def snapshot(self) -> Json:
        """Return everything as JSON. Open modals and choices are dropped, as a person loses them on a reload."""
        return {
            "users": [asdict(user) for user in self.users.values()],
            "channels": [asdict(channel) for channel in self.channels.values()],
            "messages": [asdict(message) for held in self.messages.values() for message in held.values()],
            "homes": [asdict(view) for view in self.homes.values()],
            "last_ts": self.last_ts,
            "last_id": self.last_id,
        }

    def restore(self, data: Json) -> None:
        """Become what a snapshot describes."""
        self.clear()
        self.users = {item["id"]: User(**item) for item in data["users"]}
        self.channels = {item["id"]: Channel(**item) for item in data["channels"]}
        for item in data["messages"]:
            self.messages.setdefault(item["channel"], {})[item["ts"]] = Message(**item)
        self.homes = {item["user"]: View(**item) for item in data["homes"]}
        self.last_ts, self.last_id = data["last_ts"], data["last_id"]
        self.changed()
