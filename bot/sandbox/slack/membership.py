"""Who is in a channel, and whether another organisation is: it may change while the world runs."""

from .errors import ControlError
from .events import Events
from .state import User, Workspace


class Membership:
    """Lets people, strangers and the bot itself into channels and out of them."""

    def __init__(self, *, workspace: Workspace, events: Events) -> None:
        self._workspace = workspace
        self._events = events

    def invite(self, channel_id: str, user_id: str) -> None:
        """Make somebody a member. Inviting one who is a member already is harmless.

        A stranger is let in as well, whether the channel is shared or not: the two are set apart,
        so that a test can show which of them the bot looks at.
        """
        channel, user = self._workspace.team_channel(channel_id), self._user(user_id)
        if channel.is_archived:
            raise ControlError(409, "is_archived")
        if user.id not in channel.members:
            channel.members.append(user.id)
            self._workspace.changed()
            self._events.joined(channel, user)

    def kick(self, channel_id: str, user_id: str) -> None:
        """Take somebody out. What they said stays; kicking one who is no member is harmless."""
        channel, user = self._workspace.team_channel(channel_id), self._user(user_id)
        if user.id in channel.members:
            channel.members.remove(user.id)
            self._workspace.changed()
            self._events.went(channel, user)

    def share(self, channel_id: str, *, on: bool) -> None:
        """Share a channel with another organisation, or stop (facts/slack.md section 15, Slack Connect)."""
        self._workspace.team_channel(channel_id).is_ext_shared = on
        self._workspace.changed()

    def _user(self, user_id: str) -> User:
        user = self._workspace.users.get(user_id)
        if user is None:
            raise ControlError(404, "user_not_found")
        return user
