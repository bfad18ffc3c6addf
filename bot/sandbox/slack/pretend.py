"""The pretend Slack as one object: wiring, and what people can do."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from aiohttp import web

from bot.clock import Clock

from .answers import Submissions
from .api_chat import Chat
from .api_conversations import Conversations
from .api_people import People
from .api_views import Views
from .control import Control
from .delivery import Courier
from .errors import ControlError
from .events import Events
from .faults import SlackFaults
from .interact import Given, Interactions
from .membership import Membership
from .methods import Scopes
from .page_state import page_state
from .rate_limits import RateLimits
from .recorder import Recorder
from .respond import Responder
from .socket_mode import SocketMode
from .state import Channel, Json, User, Workspace
from .tickets import Tickets
from .web_api import WebApi
from .writing import Writing

# "Recommended start", facts/slack.md section 16, with the scope that set-up needs.
GRANTED: Final = frozenset(
    {"chat:write", "commands", "im:history", "users:read", "groups:read", "dnd:read", "users:read.email"}
)
FOREIGN_TEAM: Final = "T0FOREIGN"


class PretendSlack:
    """A Slack workspace with one app in it, at the other end of Slack's own protocols.

    `bot_url` and `base_url` (our own address) are strings, or functions when the ports are not
    known yet. `retry_delays` are seconds of wire time before each of an event's three retries.
    World time decides `ts`; wire time decides signatures, trigger ids, response urls and limits.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        bot_url: Callable[[], str] | str,
        base_url: Callable[[], str] | str,
        signing_secret: str,
        bot_token: str,
        app_token: str | None = None,
        team_id: str = "T0SANDBOX",
        app_id: str = "A0SANDBOX",
        bot_user_id: str = "U0BOT",
        bot_id: str = "B0BOT",
        on_change: Callable[[], None] = lambda: None,
        retry_delays: Sequence[float] = (0, 60, 300),
        scopes: frozenset[str] = GRANTED,
        faults: SlackFaults | None = None,
    ) -> None:
        own_url = _function(base_url)
        self.workspace = Workspace(
            clock=clock, team_id=team_id, app_id=app_id, bot_user_id=bot_user_id, bot_id=bot_id, changed=on_change
        )
        secrets = (bot_token, signing_secret) if app_token is None else (bot_token, signing_secret, app_token)
        self.faults = SlackFaults() if faults is None else faults
        self.recorder = Recorder(clock, secrets)
        self.limits = RateLimits(clock)
        self.scopes = Scopes(scopes)
        self.tickets = Tickets(clock, team_id)
        self.socket = SocketMode(clock=clock, base_url=own_url, app_id=app_id, changed=on_change)
        self.courier = Courier(
            clock=clock,
            bot_url=_function(bot_url),
            signing_secret=signing_secret,
            recorder=self.recorder,
            socket=self.socket,
        )
        self.events = Events(
            workspace=self.workspace, courier=self.courier, faults=self.faults, retry_delays=retry_delays
        )
        chat = Chat(workspace=self.workspace, events=self.events, limits=self.limits)
        views = Views(workspace=self.workspace, tickets=self.tickets)
        conversations = Conversations(workspace=self.workspace, scopes=self.scopes)
        people = People(workspace=self.workspace, scopes=self.scopes, socket=self.socket)
        self._membership = Membership(workspace=self.workspace, events=self.events)
        self._writing = Writing(workspace=self.workspace, events=self.events)
        self._interactions = Interactions(
            workspace=self.workspace,
            courier=self.courier,
            tickets=self.tickets,
            chat=chat,
            writing=self._writing,
            submissions=Submissions(workspace=self.workspace, views=views),
            base_url=own_url,
        )
        self._responder = Responder(
            workspace=self.workspace, tickets=self.tickets, chat=chat, faults=self.faults, recorder=self.recorder
        )
        self._api = WebApi(
            methods={**chat.methods, **views.methods, **conversations.methods, **people.methods},
            scopes=self.scopes,
            limits=self.limits,
            faults=self.faults,
            recorder=self.recorder,
            bot_token=bot_token,
            app_token=app_token,
        )

    # -- who and where

    def add_user(
        self,
        id: str,
        name: str,
        real_name: str,
        title: str = "",
        email: str = "",
        *,
        is_restricted: bool = False,
        is_ultra_restricted: bool = False,
        is_stranger: bool = False,
        team_id: str | None = None,
    ) -> User:
        """Add a person. One of the workspace's own has a conversation with the bot at once: U01 has D01."""
        user = User(
            id,
            name,
            real_name,
            team_id or (FOREIGN_TEAM if is_stranger else self.workspace.team_id),
            title,
            email,
            is_restricted=is_restricted,
            is_ultra_restricted=is_ultra_restricted,
            is_stranger=is_stranger,
        )
        self.workspace.users[id] = user
        if not is_stranger:
            self.workspace.open_im(id)
        self.workspace.changed()
        return user

    def add_channel(
        self,
        id: str,
        name: str,
        members: Sequence[str],
        *,
        is_private: bool = True,
        is_ext_shared: bool = False,
        is_pending_ext_shared: bool = False,
        is_general: bool = False,
        is_archived: bool = False,
        bot_is_member: bool = True,
    ) -> Channel:
        """Add a channel; the bot has been invited unless `bot_is_member` says no."""
        everybody = dict.fromkeys([*members, self.workspace.bot_user_id] if bot_is_member else members)
        channel = Channel(
            id,
            name,
            "channel",
            list(everybody),
            is_private=is_private,
            is_ext_shared=is_ext_shared,
            is_pending_ext_shared=is_pending_ext_shared,
            is_general=is_general,
            is_archived=is_archived,
            created=self.workspace.unix_now(),
        )
        self.workspace.channels[id] = channel
        self.workspace.changed()
        return channel

    def invite(self, channel: str, user: str) -> None:
        """Make somebody (a person, a stranger, the bot) a member of a channel; twice is harmless."""
        self._membership.invite(channel, user)

    def kick(self, channel: str, user: str) -> None:
        """Take somebody out of a channel; twice is harmless."""
        self._membership.kick(channel, user)

    def share(self, channel: str, *, on: bool = True) -> None:
        """Share a channel with another organisation (`is_ext_shared`), or stop."""
        self._membership.share(channel, on=on)

    def im(self, user: str) -> str:
        """Return the id of a person's conversation with the bot."""
        return self.workspace.open_im(user).id

    def set_dnd(self, user: str, until: int | None) -> None:
        """Set until when (Unix seconds, world time) somebody's notifications are silenced; None: they are not."""
        self.workspace.person(user).dnd_until = until
        self.workspace.changed()

    def set_active(self, user: str, *, active: bool) -> None:
        """Deactivate somebody's account (`deleted` in users.info), or activate it again."""
        person = self.workspace.person(user)
        person.deleted = not active
        self.workspace.changed()
        self.events.user_changed(person)

    def set_guest(self, user: str, *, guest: bool) -> None:
        """Make somebody a guest of the workspace (`is_restricted` in users.info), or a member again."""
        person = self.workspace.person(user)
        person.is_restricted = guest
        self.workspace.changed()
        self.events.user_changed(person)

    # -- the servers' side

    def routes(self) -> list[web.RouteDef]:
        """Return what the bot talks to."""
        return [
            web.post("/slack/api/{method}", self._api.handle),
            web.get("/slack/api/{method}", self._api.handle, allow_head=False),
            web.post("/slack/respond/{token}", self._responder.handle),
            web.get("/slack/socket/{ticket}", self.socket.handle, allow_head=False),
        ]

    def control_routes(self) -> list[web.RouteDef]:
        """Return the control interface under /control/slack/."""
        return Control(self).routes()

    async def start(self) -> None:
        """Begin to deliver. Call it before anybody does anything."""
        await self.courier.start()

    async def close(self) -> None:
        """Give up deliveries and retries, and close every connection."""
        await self.events.close()
        await self.socket.close()
        await self.courier.close()

    async def quiet(self) -> None:
        """Wait until no delivery to the bot is under way; retries that wait for their time do not count."""
        await self.courier.quiet()

    def state(self) -> Json:
        """Return the "slack" part of GET /control/state."""
        return page_state(self.workspace)

    def snapshot(self) -> Json:
        """Return the workspace as JSON; open modals, trigger ids and response urls are not kept."""
        return self.workspace.snapshot()

    def restore(self, data: Json) -> None:
        """Become what a snapshot describes."""
        self.workspace.restore(data)

    def clear(self) -> None:
        """Start afresh with an empty workspace and no retries waiting; recorder and faults stay as they are."""
        self.events.give_up()
        self.limits.reset()
        self.tickets.clear()
        self.workspace.clear()
        self.workspace.changed()

    # -- what people do

    async def say(self, user: str, channel: str, text: str, thread_ts: str | None = None, *, raw: bool = False) -> str:
        """Write a message and return its ts; text is escaped as Slack does, unless `raw`."""
        return self._writing.say(user, channel, text, thread_ts, raw=raw)

    async def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        """Change one's own message."""
        self._writing.edit(user, channel, ts, text)

    async def delete(self, user: str, channel: str, ts: str) -> None:
        """Delete one's own message."""
        self._writing.delete(user, channel, ts)

    async def open_home(self, user: str, tab: str = "home") -> None:
        """Open the app's Home (or its "messages" tab)."""
        self._writing.open_home(user, tab)

    async def click(
        self,
        user: str,
        *,
        action_id: str,
        channel: str | None = None,
        ts: str | None = None,
        view_id: str | None = None,
        block_id: str | None = None,
        selected: Any = None,
        values: Given | None = None,
    ) -> Json:
        """Use an element of a message (`channel`, `ts`) or of a view; wait for the acknowledgement."""
        if view_id is not None:
            return await self._interactions.click_in_view(user, view_id, action_id, block_id, selected, values)
        if channel is None or ts is None:
            raise ControlError(400, "either view_id or channel and ts")
        return await self._interactions.click_in_message(user, channel, ts, action_id, block_id, selected)

    async def suggest(
        self,
        user: str,
        view_id: str | None,
        block_id: str,
        action_id: str,
        value: str,
        *,
        channel: str | None = None,
        ts: str | None = None,
    ) -> Json:
        """Type in an external select of a view, or of a message (`channel`, `ts`); return the options."""
        if view_id is not None:
            return await self._interactions.suggest(user, view_id, block_id, action_id, value)
        if channel is None or ts is None:
            raise ControlError(400, "either view_id or channel and ts")
        return await self._interactions.suggest_in_message(user, channel, ts, block_id, action_id, value)

    async def submit(self, user: str, view_id: str, values: Given | None = None) -> Json:
        """Submit a modal; return response_action, errors, and what Slack shows."""
        return await self._interactions.submit(user, view_id, values)

    async def close_view(self, user: str, view_id: str, *, closes_all: bool = False) -> None:
        """Close a modal, or with `closes_all` the whole stack."""
        await self._interactions.close_view(user, view_id, closes_all=closes_all)

    async def command(self, user: str, command: str, text: str = "", channel: str | None = None) -> Json:
        """Type a slash command; return what Slack shows."""
        return await self._interactions.command(user, command, text, channel)

    def emit(self, event: Json) -> str | None:
        """Send any event, e.g. `{"type": "tokens_revoked", ...}`; return its event_id, None when not subscribed."""
        return self.events.emit(event)


def _function(value: Callable[[], str] | str) -> Callable[[], str]:
    return (lambda: value) if isinstance(value, str) else value
