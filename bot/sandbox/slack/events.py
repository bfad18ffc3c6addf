"""The Events API: envelopes, copies and retries. facts/slack.md section 2."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, Final

from . import payloads
from .delivery import Answer, Courier, Retry
from .faults import SlackFaults
from .state import Channel, Json, Message, User, Workspace

log = logging.getLogger(__name__)

# What the app subscribes to in its manifest (facts/slack.md section 16). Events without a
# subscription are not sent; message events are named by the kind of channel.
SUBSCRIBED: Final = frozenset({"message.im", "app_home_opened", "app_uninstalled", "tokens_revoked", "user_change"})
EVENT_KIND: Final = {"im": "im", "mpim": "mpim", "groups": "group", "channels": "channel"}


class Events:
    """Sends events in tasks of their own, so that nobody waits for the bot."""

    def __init__(
        self, *, workspace: Workspace, courier: Courier, faults: SlackFaults, retry_delays: Sequence[float]
    ) -> None:
        self.subscribed = set(SUBSCRIBED)
        self.retry_delays = tuple(retry_delays)  # seconds; almost at once, after 1 min, after 5 min
        self._workspace = workspace
        self._courier = courier
        self._faults = faults
        self._tasks: set[asyncio.Task[None]] = set()

    def emit(self, event: Json, *, name: str | None = None) -> str | None:
        """Send any event and return its event_id; None when the app does not subscribe to `name` (event type)."""
        if (name or event["type"]) not in self.subscribed:
            return None
        envelope = self._envelope(event)
        for _ in range(self._faults.slack_event_copies):
            self._courier.entered()
            task = asyncio.create_task(self._deliver(envelope), name=f"event {envelope['event_id']}")
            self._tasks.add(task)
            task.add_done_callback(self._done)
        event_id: str = envelope["event_id"]
        return event_id

    async def verify_url(self, challenge: str = "sandbox-challenge") -> Answer:
        """Send url_verification, as Slack does when a request url is saved (facts/slack.md section 4)."""
        payload = {"type": "url_verification", "token": payloads.VERIFICATION, "challenge": challenge}
        return await self._courier.send("events_api", payload)

    def give_up(self) -> list[asyncio.Task[None]]:
        """Cancel what is under way and what waits for a retry; return the tasks that are ending."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        return tasks

    async def close(self) -> None:
        """Give up, and wait until all has ended."""
        await asyncio.gather(*self.give_up(), return_exceptions=True)

    async def _deliver(self, envelope: Json) -> None:
        """Deliver one event until it is answered 2xx: three retries, four deliveries in all.

        `event_id` is stable over retries. A non-2xx with X-Slack-No-Retry stops them, a time-out
        is retried all the same (facts/slack.md section 2).
        """
        answer = await self._courier.send("events_api", envelope)
        for num, delay in enumerate(self.retry_delays, start=1):
            if answer.failure is None or (answer.is_retry_refused and answer.failure != "http_timeout"):
                return
            if delay > 0:
                with self._courier.waiting():
                    await asyncio.sleep(delay)
            answer = await self._courier.send("events_api", envelope, retry=Retry(num, answer.failure))

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._courier.left()
        if not task.cancelled() and task.exception() is not None:
            log.error("event_delivery_crashed", exc_info=task.exception())

    def _envelope(self, event: Json) -> Json:
        workspace = self._workspace
        channel = workspace.channels.get(str(event.get("channel")))
        return {
            "token": payloads.VERIFICATION,
            "team_id": workspace.team_id,
            "context_team_id": workspace.team_id,
            "context_enterprise_id": None,
            "api_app_id": workspace.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": workspace.new_id("Ev"),
            "event_time": workspace.unix_now(),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": workspace.team_id,
                    "user_id": workspace.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": channel is not None and channel.is_ext_shared,
            "event_context": workspace.new_id("4-sandbox-"),
        }

    # -- messages

    def posted(self, message: Message) -> None:
        """Tell of a new message; the bot's own too, with its bot_id, as Slack does."""
        shown = payloads.message(self._workspace, message)
        self._message_event(message.channel, {**shown, "event_ts": message.ts})

    def changed(self, before: Message, after: Message) -> None:
        """Tell of an edited message: subtype message_changed."""
        self._subtype(
            after.channel,
            "message_changed",
            message=payloads.message(self._workspace, after),
            previous_message=payloads.message(self._workspace, before),
        )

    def deleted(self, before: Message) -> None:
        """Tell of a deleted message; one with replies becomes a tombstone instead."""
        if self._workspace.replies(before):
            gone = {
                "type": "message",
                "subtype": "tombstone",
                "text": "This message was deleted.",
                "user": "USLACKBOT",
                "hidden": True,
                "ts": before.ts,
                "thread_ts": before.ts,
            }
            previous = payloads.message(self._workspace, before)
            self._subtype(before.channel, "message_changed", message=gone, previous_message=previous)
            return
        self._subtype(
            before.channel,
            "message_deleted",
            previous_message=payloads.message(self._workspace, before),
            deleted_ts=before.ts,
        )

    # -- members

    def joined(self, channel: Channel, user: User) -> None:
        """Tell that somebody has come into a channel that the bot is in."""
        self._member_event("member_joined_channel", channel, user)

    def went(self, channel: Channel, user: User) -> None:
        """Tell that somebody has left such a channel, or been taken out of it."""
        self._member_event("member_left_channel", channel, user)

    def _member_event(self, kind: str, channel: Channel, user: User) -> None:
        """docs.slack.dev/reference/events/member_joined_channel: channel_type is C, or G for a private one."""
        if self._workspace.bot_user_id in channel.members:
            where = {"channel": channel.id, "channel_type": "G" if channel.is_private else "C"}
            who = {"user": user.id, "team": user.team_id}
            self.emit({"type": kind, **who, **where, "event_ts": self._workspace.new_ts()})

    def user_changed(self, user: User) -> None:
        """Tell that an account is not as it was (docs.slack.dev/reference/events/user_change): all of it, no e-mail."""
        shown = payloads.profile(user, with_email=False)
        self.emit({"type": "user_change", "user": shown, "event_ts": self._workspace.new_ts()})

    # -- parts

    def _subtype(self, channel_id: str, subtype: str, **more: Any) -> None:
        ts = self._workspace.new_ts()
        event = {"type": "message", "subtype": subtype, "hidden": True, "ts": ts, "event_ts": ts, **more}
        self._message_event(channel_id, event)

    def _message_event(self, channel_id: str, event: Json) -> None:
        family = self._workspace.channels[channel_id].family
        if self._workspace.bot_user_id in self._workspace.channels[channel_id].members:
            event = {**event, "channel": channel_id, "channel_type": EVENT_KIND[family]}
            self.emit(event, name=f"message.{family}")
