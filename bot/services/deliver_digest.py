"""Bring a handover to those who may see it: the enrolled familjebehandlare, not whoever sits in the channel.

A channel's members are asked for before every post, update and addition. When one of them may not see it, the
handover goes to each familjebehandlare in DM instead, what stood in the channel is withdrawn, and the leader is told.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.domain.alerts import AlertCode
from bot.domain.digest import Addendum, DigestView
from bot.domain.errors import Busy
from bot.domain.handover import DigestRecord
from bot.domain.ids import DigestId, EpisodeId, NamndId, StaffId
from bot.domain.outbound import OutboxKind, OutboxState, Priority
from bot.domain.people import Role, Staff
from bot.domain.secrecy import Act, Actor, Allowed, Subject, may
from bot.domain.sending import SendRejected, SendUncertain
from bot.ports import Outbound, Post, Posted, Tx
from bot.services.context import Context
from bot.services.shared.digest_posts import refresh_digest_post
from bot.services.shared.digest_view import digest_view, row_of, tell
from bot.services.shared.outcome import CARD_NOT_YET, FIRST_LOOK, GONE, Outcome, shown_digest
from bot.services.shared.placing import notice
from bot.services.shared.view import slack_id
from bot.services.watch.raising import raise_alert

log = structlog.get_logger(__name__)

CHANNEL_TROUBLE = frozenset(
    {"channel_not_found", "not_in_channel", "is_archived", "is_inactive", "no_permission", "restricted_action"}
)


@dataclass(frozen=True, slots=True)
class Composed:
    """A post of a handover, with what it should say now."""

    post: Post
    record: DigestRecord
    view: DigestView
    to: str


async def deliver_digest(row: Outbound, *, ctx: Context) -> Outcome:
    """Post a handover, or bring its post up to date. Raises what the chat raises."""
    try:
        composed = await ctx.store.read(lambda tx: _compose(tx, ctx, row))
    except Busy:
        raise
    except Exception as error:  # nothing has left: trying again and again would only hide it
        log.error("digest_not_composed", outbox_id=row.id, kind=type(error).__name__)
        return Outcome(OutboxState.FAILED, error="not_composed", then=lambda tx: tell_that_digest_failed(tx, ctx, row))
    if composed is None:
        return Outcome(OutboxState.DROPPED)
    post, record = composed.post, composed.record
    refused = await _refusal(ctx, post, record)
    if refused is not None:
        return _elsewhere(ctx, post, record, refused)
    # The newest says "22.14" of today; an older one is of its own day, and is not drawn anew at midnight.
    shown = shown_digest(composed.view, ctx.clock.now() if composed.view.is_newest else record.due_at)
    if post.channel is not None and post.ts is not None:
        try:
            return await _update(composed, shown, ctx)
        except SendRejected as refusal:
            if refusal.reason in CHANNEL_TROUBLE and _is_channel(post):
                return _elsewhere(ctx, post, record, "digest_unreachable")
            raise
    if not composed.to:
        return Outcome(OutboxState.FAILED, error="no_slack_user")
    try:
        posted = await ctx.chat.post_digest(composed.to, composed.view, row.id)
    except SendRejected as refusal:
        if refusal.reason in CHANNEL_TROUBLE and _is_channel(post):
            return _elsewhere(ctx, post, record, "digest_unreachable")
        raise
    return Outcome(
        OutboxState.SENT,
        provider_id=f"{posted.channel}:{posted.ts}",
        then=lambda tx: tx.posts.placed(post.id, posted, shown),
    )


async def _update(composed: Composed, shown: str, ctx: Context) -> Outcome:
    post = composed.post
    if shown == post.shown or post.channel is None or post.ts is None:
        return Outcome(OutboxState.DROPPED)
    standing = Posted(post.channel, post.ts)
    try:
        await ctx.chat.update_digest(post.channel, post.ts, composed.view)
    except SendUncertain:
        return Outcome(  # an update may be repeated; until it is, nobody knows what stands there
            OutboxState.DUE,
            error="update_again",
            wait=FIRST_LOOK,
            then=lambda tx: tx.posts.placed(post.id, standing),
        )
    except SendRejected as refusal:
        if refusal.reason not in GONE:
            raise
        if not composed.view.is_newest:
            return Outcome(OutboxState.DROPPED, error=refusal.reason)  # retention has taken it, and it is history
        return Outcome(OutboxState.DUE, error=refusal.reason, then=lambda tx: tx.posts.lost(post.id))
    return Outcome(OutboxState.SENT, then=lambda tx: tx.posts.placed(post.id, standing, shown))


def _compose(tx: Tx, ctx: Context, row: Outbound) -> Composed | None:
    post = tx.posts.get(row.payload["post"])
    record = None if post is None or post.digest_id is None else tx.digests.get(post.digest_id)
    if post is None or record is None or not post.is_current:
        return None
    if _is_channel(post):
        to = post.target.removeprefix("channel:")
    else:
        reader = tx.staff.get(StaffId(post.target.removeprefix("staff:")))
        if reader is None or not may_see(reader, record.namnd, ctx.clock.now()):
            return None
        to = slack_id(tx, reader.id)
    return Composed(post, record, digest_view(tx, ctx, record, is_repeat=post.is_repeat), to)


def may_see(staff: Staff, namnd: NamndId, at: datetime) -> bool:
    """Tell whether somebody may see a nämnd's handover."""
    return isinstance(may(Actor(staff), Act.SEE_HANDOVER, Subject(namnd), at), Allowed)


def _is_channel(post: Post) -> bool:
    return post.target.startswith("channel:")


async def _refusal(ctx: Context, post: Post, record: DigestRecord) -> str | None:
    """Return why the handover may not stand where this post is: a key into the notices; None when it may."""
    if not _is_channel(post):
        return None
    try:
        audience = await ctx.chat.audience(post.target.removeprefix("channel:"))
    except SendRejected as refusal:
        log.error("channel_not_readable", namnd=record.namnd, reason=refusal.reason)
        return "digest_unreachable"

    def has_stranger(tx: Tx) -> bool:
        now = ctx.clock.now()
        members = [tx.staff.by_slack_id(user) for user in sorted(audience.members)]
        return any(member is None or not may_see(member, record.namnd, now) for member in members)

    is_watched = not audience.is_safe or await ctx.store.read(has_stranger)
    return "digest_stranger" if is_watched else None


def _elsewhere(ctx: Context, post: Post, record: DigestRecord, why: str) -> Outcome:
    return Outcome(OutboxState.DROPPED, error=why, then=lambda tx: send_in_dm(tx, ctx, post, record, why))


def send_in_dm(tx: Tx, ctx: Context, post: Post, record: DigestRecord, why: str) -> None:
    """Send the handover to each familjebehandlare instead of the channel, and tell the leaders; once."""
    tx.posts.retire(post.id)
    if post.channel is not None and post.ts is not None:
        _withdraw(tx, post.id, post.channel, post.ts)
        for channel, ts in tx.posts.replies_to(record.id, post.target):
            _withdraw(tx, post.id, channel, ts)
    now = ctx.clock.now()
    team = [p for p in tx.staff.with_role(Role.FAMILJEBEHANDLARE, record.namnd) if may_see(p, record.namnd, now)]
    leaders = [p for p in tx.staff.with_role(Role.LEADER, record.namnd) if p.slack_user_id is not None]
    readers = [p for p in team if p.slack_user_id is not None] or leaders
    if not readers:
        log.error("digest_reaches_nobody", namnd=record.namnd)
        name = ctx.rules.namnder[record.namnd].short_name
        raise_alert(tx, ctx, AlertCode.NOBODY_REACHED, f"digest:{record.id}", namnd=name)
    for person in readers:
        made, _ = tx.posts.ensure_digest(record.id, f"staff:{person.id}")
        refresh_digest_post(tx, made, priority=Priority.SMS)
    namnd = ctx.rules.namnder[record.namnd]
    for leader in leaders:
        notice(
            tx,
            leader.id,
            why,
            dedupe=f"{why}:{record.id}",
            namnd=namnd.short_name,
            channel=f"<#{namnd.team_channel}>",
        )


def _withdraw(tx: Tx, post_id: str, channel: str, ts: str) -> None:
    tx.outbox.add(
        OutboxKind.WITHDRAW,
        f"post:{post_id}",
        {"channel": channel, "ts": ts},
        dedupe_key=f"withdraw:{channel}:{ts}",
        priority=Priority.URGENT,
    )


def tell_that_digest_failed(tx: Tx, ctx: Context, row: Outbound) -> None:
    """Slack would not take the handover: the leaders are told where it can be read."""
    post = tx.posts.get(row.payload["post"])
    record = None if post is None or post.digest_id is None else tx.digests.get(post.digest_id)
    if record is None:
        return
    namnd = ctx.rules.namnder[record.namnd]
    for leader in tx.staff.with_role(Role.LEADER, namnd.id):
        if leader.slack_user_id is not None:
            dedupe = f"digest_failed:{record.id}"
            notice(tx, leader.id, "digest_failed", dedupe=dedupe, priority=Priority.URGENT, namnd=namnd.short_name)


async def deliver_addendum(row: Outbound, *, ctx: Context) -> Outcome:
    """Say in the post's thread what has turned up after it. Raises what the chat raises."""

    def compose(tx: Tx) -> tuple[Composed, Addendum] | None:
        composed = _compose(tx, ctx, row)
        episode = tx.episodes.get(EpisodeId(row.payload["episode"]))
        if composed is None or episode is None or episode.digest_id != composed.record.id:
            return None
        told = tell(tx, [episode])
        if not told:
            return None
        said = Addendum(
            at=row.created_at,
            row=row_of(tx, ctx, told[0], composed.record),
            is_note=bool(row.payload.get("is_note")),
            is_channel=_is_channel(composed.post),
            is_trial=ctx.rules.is_trial,
        )
        return composed, said

    found = await ctx.store.read(compose)
    if found is None:
        return Outcome(OutboxState.DROPPED)
    composed, said = found
    post, record = composed.post, composed.record
    if post.channel is None or post.ts is None:
        if not await ctx.store.read(lambda tx: tx.outbox.post_is_coming(row.lane)):
            return Outcome(OutboxState.DROPPED, error="no_post")
        return Outcome(OutboxState.DUE, error="post_not_yet", wait=CARD_NOT_YET, counted=False)
    refused = await _refusal(ctx, post, record)
    if refused is not None:
        return _elsewhere(ctx, post, record, refused)
    try:
        posted = await ctx.chat.post_addendum(post.channel, post.ts, said, row.id)
    except SendRejected as refusal:
        if refusal.reason in CHANNEL_TROUBLE and _is_channel(post):
            return _elsewhere(ctx, post, record, "digest_unreachable")
        raise
    target, digest_id = post.target, record.id
    return Outcome(
        OutboxState.SENT,
        provider_id=f"{posted.channel}:{posted.ts}",
        then=lambda tx: tx.posts.remember("addendum", None, target, posted, digest_id=digest_id),
    )


def digest_of_post(tx: Tx, channel: str, ts: str) -> DigestId | None:
    """Return which handover a post is, by where it stands."""
    post = tx.posts.at(channel, ts)
    return None if post is None else post.digest_id
