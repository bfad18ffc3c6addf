"""Everything that the bot says in Slack, apart from the answers to clicks.

A post is never repeated here: Slack has no idempotency key, so a dropped connection or a time-out means that we
do not know (facts: slack, sections 5 to 7). The outbox decides what comes next.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from aiohttp import ClientConnectorError, ClientError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.clock import Clock
from bot.domain.alerts import AlertNotice
from bot.domain.cards import Card, ConversationView, Home, Notice, ThreadReply
from bot.domain.clock_views import ClockList, ClockNotice, UnitMessage
from bot.domain.digest import Addendum, DigestView, ShiftHandover
from bot.domain.errand import is_urgent, leaving
from bot.domain.readiness import Account, Silence
from bot.domain.sending import SendPostponed, SendRejected, SendUncertain
from bot.domain.swap import SwapCard
from bot.ports import Audience, OpenView, Posted
from bot.slack.accounts import account_of
from bot.slack.ids import OUTBOX_EVENT
from bot.slack.kit import MESSAGE_TEXT, Block, cut
from bot.slack.pace import Pace
from bot.slack.trial import bannered_message, bannered_view
from bot.slack.views.alert import alert_message
from bot.slack.views.card import card_message
from bot.slack.views.clock_list import clock_message, clocks_message, unit_message
from bot.slack.views.conversation import conversation_modal, ended_modal
from bot.slack.views.digest import addendum_message, digest_message
from bot.slack.views.home import home_view
from bot.slack.views.shift_handover import handover_message
from bot.slack.views.swap import swap_message
from bot.slack.views.thread import notice_message, thread_message
from bot.texts import Texts

log = structlog.get_logger(__name__)

CALL_WITHIN: Final = 8.0  # seconds for one call
BACK_OFF: Final = timedelta(seconds=3)
NOT_LOGGED_IN: Final = timedelta(seconds=30)
BURST: Final = 4  # posts to one channel at once, the last of them urgent, then one a second (facts: section 7)
UPDATE_BURST: Final = 15  # updates of one message at once, then one a second: what comes meanwhile is folded
MEMBERS_AT_A_TIME: Final = 200
ASKED_PER_S: Final = 0.8  # dnd.info is of tier 3: 50 a minute
ASKED_AT_ONCE: Final = 5
NO_SUCH_USER: Final = frozenset({"user_not_found", "user_not_visible"})
OPEN_TO_OTHERS: Final = ("is_ext_shared", "is_pending_ext_shared", "is_org_shared", "is_shared", "is_general")
TOKEN_ERRORS: Final = frozenset(
    {"not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired", "missing_scope"}
)
THEIR_ERRORS: Final = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})


class SlackChat:
    """See bot.ports.Chat."""

    def __init__(
        self, client: AsyncWebClient, texts: Texts, clock: Clock, *, bot_user_id: str, is_trial: bool = False
    ) -> None:
        self._client = client
        self._is_trial = is_trial
        self._bot_user_id = bot_user_id
        self._texts = texts
        self._clock = clock
        self._pace = Pace(clock)

    async def post_card(self, to: str, card: Card, outbox_id: int) -> Posted:
        return await self._post(to, card_message(card, self._texts, self._clock.now()), outbox_id)

    async def update_card(self, channel: str, ts: str, card: Card) -> None:
        await self._update(channel, ts, card_message(card, self._texts, self._clock.now()))

    async def post_digest(self, to: str, digest: DigestView, outbox_id: int) -> Posted:
        return await self._post(to, digest_message(digest, self._texts, self._clock.now()), outbox_id)

    async def update_digest(self, channel: str, ts: str, digest: DigestView) -> None:
        await self._update(channel, ts, digest_message(digest, self._texts, self._clock.now()))

    async def post_addendum(self, channel: str, ts: str, addendum: Addendum, outbox_id: int) -> Posted:
        message = addendum_message(addendum, self._texts, self._clock.now())
        extra: dict[str, Any] = {"thread_ts": ts}
        if addendum.is_channel:
            extra["reply_broadcast"] = True
        return await self._post(channel, message, outbox_id, **extra)

    async def post_handover(self, to: str, handover: ShiftHandover, outbox_id: int) -> Posted:
        return await self._post(to, handover_message(handover, self._texts, self._clock.now()), outbox_id)

    async def post_clocks(self, to: str, clocks: ClockList, outbox_id: int) -> Posted:
        return await self._post(to, clocks_message(clocks, self._texts, self._clock.now()), outbox_id)

    async def update_clocks(self, channel: str, ts: str, clocks: ClockList) -> None:
        await self._update(channel, ts, clocks_message(clocks, self._texts, self._clock.now()))

    async def post_clock(self, to: str, notice: ClockNotice, outbox_id: int) -> Posted:
        return await self._post(to, clock_message(notice, self._texts, self._clock.now()), outbox_id)

    async def post_unit(self, to: str, unit: UnitMessage, outbox_id: int) -> Posted:
        return await self._post(to, unit_message(unit, self._texts, self._clock.now()), outbox_id)

    async def post_alert(self, to: str, alert: AlertNotice, outbox_id: int, thread_ts: str | None = None) -> Posted:
        """Post an alert; in the thread of another, where it shows in the channel too."""
        extra: dict[str, Any] = {} if thread_ts is None else {"thread_ts": thread_ts, "reply_broadcast": True}
        return await self._post(to, alert_message(alert, self._texts, self._clock.now()), outbox_id, **extra)

    async def update_alert(self, channel: str, ts: str, alert: AlertNotice) -> None:
        await self._update(channel, ts, alert_message(alert, self._texts, self._clock.now()))

    async def audience(self, channel: str) -> Audience:
        """Ask who can read a channel (facts: slack, section 15). Raises SendRejected when it cannot be asked."""
        try:
            answer = await self._read("conversations.info", channel, self._client.conversations_info)
        except SendPostponed as refused:
            if refused.reason != "missing_scope":
                raise
            return Audience(frozenset(), is_safe=False)  # a public channel asks for a scope that we do not want
        info = answer.get("channel") or {}
        if info.get("is_archived"):
            raise SendRejected("is_archived")
        members: set[str] = set()
        cursor = ""
        while True:
            page = await self._read(
                "conversations.members",
                channel,
                functools.partial(self._client.conversations_members, limit=MEMBERS_AT_A_TIME, cursor=cursor or None),
            )
            members.update(str(member) for member in page.get("members") or [])
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        is_open = any(info.get(flag) for flag in OPEN_TO_OTHERS) or not info.get("is_private")
        return Audience(frozenset(members - {self._bot_user_id}), is_safe=not is_open)

    async def account(self, slack_user_id: str) -> Account:
        """Ask whether somebody can still be posted to (users.info; facts: slack, sections 7 and 15)."""
        self._pace.take("users.info", per_s=ASKED_PER_S, burst=ASKED_AT_ONCE, is_urgent=is_urgent())
        try:
            answer = await self._read(
                "users.info", slack_user_id, lambda channel: self._client.users_info(user=channel)
            )
        except SendRejected as refusal:
            if refusal.reason not in NO_SUCH_USER:
                raise
            return Account(is_active=False)
        return account_of(answer.get("user") or {})

    async def silence(self, slack_user_id: str) -> Silence | None:
        """Ask when Do Not Disturb next keeps somebody's phone quiet (dnd.info; facts: slack, section 11)."""
        self._pace.take("dnd.info", per_s=ASKED_PER_S, burst=ASKED_AT_ONCE, is_urgent=is_urgent())
        found = await self._read("dnd.info", slack_user_id, lambda channel: self._client.dnd_info(user=channel))
        if found.get("snooze_enabled") and found.get("snooze_endtime"):
            ends_at = datetime.fromtimestamp(float(found["snooze_endtime"]), UTC)
            return Silence(self._clock.now(), ends_at, is_daily=False)
        if not found.get("dnd_enabled"):
            return None
        start, end = (float(found.get(f"next_dnd_{edge}_ts") or 0) for edge in ("start", "end"))
        return Silence(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))

    async def _read(
        self, method: str, channel: str, call: Callable[..., Awaitable[AsyncSlackResponse]]
    ) -> AsyncSlackResponse:
        """Like `_call`, for something that only reads: not knowing means asking again."""
        try:
            return await self._call(method, channel, lambda: call(channel=channel))
        except SendUncertain as unknown:
            raise SendPostponed(BACK_OFF, unknown.reason) from None

    def _said(self, message: dict[str, Any]) -> dict[str, Any]:
        return bannered_message(message, self._texts) if self._is_trial else message

    def _drawn(self, view: Block) -> Block:
        return bannered_view(view, self._texts) if self._is_trial else view

    async def _update(self, channel: str, ts: str, message: dict[str, Any]) -> None:
        message = self._said(message)
        await self._call(
            "chat.update",
            channel,
            lambda: self._client.chat_update(channel=channel, ts=ts, text=_short(message), blocks=message["blocks"]),
            leaves=True,
            budget=(f"{channel} {ts}", UPDATE_BURST),
        )

    async def post_thread(self, channel: str, ts: str, reply: ThreadReply, outbox_id: int) -> Posted:
        message = thread_message(reply, self._texts, self._clock.now())
        extra: dict[str, Any] = {"thread_ts": ts}
        if reply.broadcast:
            extra["reply_broadcast"] = True
        return await self._post(channel, message, outbox_id, **extra)

    async def post_notice(self, to: str, notice: Notice, outbox_id: int) -> Posted:
        return await self._post(to, notice_message(notice, self._texts), outbox_id)

    async def post_swap(self, to: str, card: SwapCard, outbox_id: int) -> Posted:
        return await self._post(to, swap_message(card, self._texts), outbox_id)

    async def withdraw(self, channel: str, ts: str) -> None:
        try:
            await self._call(
                "chat.delete", channel, lambda: self._client.chat_delete(channel=channel, ts=ts), leaves=True
            )
        except SendRejected as refusal:
            if refusal.reason != "message_not_found":
                raise

    async def find(
        self, to: str, outbox_id: int, since: datetime, thread_ts: str | None, other_than: str | None = None
    ) -> Posted | None:
        """Look in a DM for a post that may have arrived; other places cannot be read (no history scope)."""
        if not to.startswith("D"):
            return None
        oldest = str((since - timedelta(minutes=1)).timestamp())
        if thread_ts is None:
            found = await self._call(
                "conversations.history",
                to,
                lambda: self._client.conversations_history(
                    channel=to, oldest=oldest, limit=200, include_all_metadata=True
                ),
            )
        else:
            found = await self._call(
                "conversations.replies",
                to,
                lambda: self._client.conversations_replies(
                    channel=to, ts=thread_ts, oldest=oldest, limit=200, include_all_metadata=True
                ),
            )
        for message in found.get("messages") or []:
            metadata = message.get("metadata") or {}
            is_ours = metadata.get("event_payload", {}).get("outbox") == str(outbox_id)
            if is_ours and message["ts"] != other_than:
                return Posted(to, message["ts"])
        return None

    async def update_conversation(
        self, view: OpenView, shown: ConversationView | None, *, is_stopped: bool = False
    ) -> str | None:
        """Redraw an open modal; None as `shown` says that access has ended. Returns the new hash."""
        if shown is None:
            drawn = ended_modal(self._texts, view.conversation_id, view.external_id, is_stopped=is_stopped)
        else:
            drawn = conversation_modal(shown, self._texts, self._clock.now(), view.external_id)
        return await self._update_view(drawn, view.view_id, view.view_hash)

    async def _update_view(self, drawn: Block, view_id: str | None, view_hash: str | None) -> str | None:
        shown = self._drawn(drawn)
        answer = await self._call(
            "views.update",
            view_id or "",
            lambda: self._client.views_update(view=shown, view_id=view_id, hash=view_hash),
        )
        view = answer.get("view") or {}
        return view.get("hash")

    async def publish_home(self, slack_user_id: str, home: Home) -> None:
        view = self._drawn(home_view(home, self._texts))
        await self._call(
            "views.publish",
            slack_user_id,
            lambda: self._client.views_publish(user_id=slack_user_id, view=view),
        )

    async def _post(self, to: str, message: dict[str, Any], outbox_id: int, **extra: Any) -> Posted:
        message = self._said(message)
        metadata = {"event_type": OUTBOX_EVENT, "event_payload": {"outbox": str(outbox_id)}}
        answer = await self._call(
            "chat.postMessage",
            to,
            lambda: self._client.chat_postMessage(
                channel=to,
                text=_short(message),
                blocks=message["blocks"],
                unfurl_links=False,
                unfurl_media=False,
                metadata=metadata,
                **extra,
            ),
            leaves=True,
            budget=(to, BURST),
        )
        return Posted(str(answer["channel"]), str(answer["ts"]))

    async def _call(
        self,
        method: str,
        channel: str,
        call: Callable[[], Awaitable[AsyncSlackResponse]],
        *,
        leaves: bool = False,
        budget: tuple[str, int] | None = None,
    ) -> AsyncSlackResponse:
        """Call Slack once, keeping to a `budget` of one a second after a burst of so many.

        `leaves` says that the call changes something: it may not leave when the lease of its row has run out.
        """
        self._pace.require_no_pause(method, channel, is_urgent=is_urgent())
        if budget is not None:
            self._pace.take(budget[0], per_s=1, burst=budget[1], is_urgent=is_urgent())
        if leaves:
            leaving()
        try:
            async with asyncio.timeout(CALL_WITHIN):
                return await call()
        except SlackApiError as error:
            raise self._classify(error, method, channel) from None
        except ClientConnectorError:
            raise SendPostponed(BACK_OFF, "slack_unreachable") from None
        except (ClientError, SlackClientError, TimeoutError, ValueError):
            # SlackClientError and ValueError: an answer that is no JSON; it may have done what we asked.
            raise SendUncertain("maybe_sent") from None

    def _classify(self, error: SlackApiError, method: str, channel: str) -> Exception:
        response = error.response
        status = int(getattr(response, "status_code", 0) or 0)
        answer = getattr(response, "data", None)  # a word of a proxy's instead of an object of Slack's
        code = str(answer.get("error") or "") if isinstance(answer, dict) else ""
        if status == 429 or code in {"ratelimited", "rate_limited"}:
            wait = timedelta(seconds=_retry_after(response))
            return self._pace.told_to_wait(method, channel, wait, is_by_place=method == "chat.postMessage")
        if status >= 500 or code in THEIR_ERRORS or (status != 200 and not code):
            return SendUncertain("slack_error")
        if code in TOKEN_ERRORS:
            log.error("slack_refuses_us", error=code)
            return SendPostponed(NOT_LOGGED_IN, code, alarm=True)
        return SendRejected(code or "rejected")


def _retry_after(response: Any) -> float:
    headers = getattr(response, "headers", {}) or {}
    value = next((v for k, v in headers.items() if k.lower() == "retry-after"), "1")
    try:
        return max(0.1, float(value[0] if isinstance(value, list) else value))
    except ValueError:
        return 1.0


def _short(message: dict[str, Any]) -> str:
    return cut(str(message["text"]), MESSAGE_TEXT)
