"""The shapes in which Slack shows users, messages and views to an app."""

from typing import Any, Final

from .state import Channel, Json, Message, User, View, Workspace

CHANNEL_WORD: Final = {"im": "directmessage", "mpim": "privategroup", "groups": "privategroup"}
VERIFICATION: Final = "sandbox"  # the deprecated verification token; nobody should look at it


def team(workspace: Workspace) -> Json:
    """The `team` of an interaction."""
    return {"id": workspace.team_id, "domain": workspace.domain}


def actor(user: User) -> Json:
    """The `user` of an interaction."""
    return {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id}


def place(channel: Channel) -> Json:
    """The `channel` of an interaction."""
    return {"id": channel.id, "name": CHANNEL_WORD.get(channel.family, channel.name)}


def profile(user: User, *, with_email: bool) -> Json:
    """A user as users.info shows it. The address needs users:read.email (facts/slack.md section 7)."""
    known = {"real_name": user.real_name, "display_name": user.name, "title": user.title, "team": user.team_id}
    if with_email and user.email:
        known["email"] = user.email
    return {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "real_name": user.real_name,
        "tz": "Europe/Stockholm",
        "profile": known,
        "is_admin": False,
        "is_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_stranger": user.is_stranger,
        "is_bot": user.is_bot,
        "is_app_user": False,
    }


def conversation(workspace: Workspace, channel: Channel) -> Json:
    """A channel as conversations.info shows it."""
    shown: Json = {
        "id": channel.id,
        "created": channel.created,
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_archived": channel.is_archived,
        "context_team_id": workspace.team_id,
    }
    if channel.kind == "im":
        return {**shown, "user": channel.user, "is_open": True, "is_org_shared": False}
    return {
        **shown,
        "name": channel.name,
        "name_normalized": channel.name,
        # is_group: only private channels from before March 2021, whose ids begin with G, and group DMs.
        # docs.slack.dev/reference/objects/conversation-object
        "is_channel": not channel.id.startswith("G"),
        "is_group": channel.id.startswith("G"),
        "is_private": channel.is_private,
        "is_general": channel.is_general,
        "is_member": workspace.bot_user_id in channel.members,
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_pending_ext_shared": channel.is_pending_ext_shared,
    }


def message(workspace: Workspace, held: Message, *, with_metadata: bool = False, with_thread: bool = True) -> Json:
    """A message as events, interactions and conversations.history show it."""
    shown: Json = {"type": "message", "user": held.user, "ts": held.ts, "text": held.text, "team": workspace.team_id}
    if held.user == workspace.bot_user_id:
        bot = workspace.users[workspace.bot_user_id]
        shown |= {"bot_id": workspace.bot_id, "app_id": workspace.app_id}
        shown["bot_profile"] = {
            "id": workspace.bot_id,
            "app_id": workspace.app_id,
            "name": bot.real_name,
            "deleted": False,
            "team_id": workspace.team_id,
        }
    else:
        shown |= {"client_msg_id": held.client_msg_id, "blocks": _typed(held)}
    if held.blocks:
        shown["blocks"] = held.blocks
    if held.attachments:
        shown["attachments"] = held.attachments
    if held.edited_ts is not None:
        shown["edited"] = {"user": held.edited_by, "ts": held.edited_ts}
    if with_metadata and held.metadata:
        shown["metadata"] = held.metadata
    if with_thread:
        shown |= _thread(workspace, held)
    return shown


def _typed(held: Message) -> list[Json]:
    """Slack turns what a person types into rich text, where nothing is escaped. Links are not told apart here."""
    said = [{"type": "text", "text": held.text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")}]
    section = {"type": "rich_text_section", "elements": said}
    return [{"type": "rich_text", "block_id": f"r{held.ts}", "elements": [section]}]


def _thread(workspace: Workspace, held: Message) -> Json:
    if held.thread_ts is not None and held.thread_ts != held.ts:
        parent = workspace.messages.get(held.channel, {}).get(held.thread_ts)
        place_in_thread: Json = {"thread_ts": held.thread_ts}
        if parent is not None:
            place_in_thread["parent_user_id"] = parent.user
        if held.broadcast:  # docs.slack.dev/reference/events/message/thread_broadcast
            place_in_thread["subtype"] = "thread_broadcast"
            if parent is not None:
                place_in_thread["root"] = message(workspace, parent)
        return place_in_thread
    replies = workspace.replies(held)
    if not replies:
        return {}
    writers = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": held.ts,
        "reply_count": len(replies),
        "reply_users_count": len(writers),
        "reply_users": writers,
        "latest_reply": replies[-1].ts,
        "is_locked": False,
    }


def view(workspace: Workspace, held: View) -> Json:
    """A view as the Web API and interactions show it."""
    given = held.given
    shown: Json = {
        "id": held.id,
        "team_id": workspace.team_id,
        "type": held.type,
        "blocks": held.blocks,
        "private_metadata": given["private_metadata"],
        "callback_id": given["callback_id"],
        "state": {"values": held.values},
        "hash": held.hash,
        "title": given.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
        "clear_on_close": given["clear_on_close"],
        "notify_on_close": given["notify_on_close"],
        "close": given.get("close"),
        "submit": given.get("submit"),
        "previous_view_id": held.previous_view_id,
        "root_view_id": held.root_view_id,
        "app_id": workspace.app_id,
        "external_id": held.external_id,
        "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.bot_id,
    }
    return shown


def interaction(workspace: Workspace, kind: str, user: User, **more: Any) -> Json:
    """What every interaction begins with."""
    return {
        "type": kind,
        "user": actor(user),
        "api_app_id": workspace.app_id,
        "token": VERIFICATION,
        "team": team(workspace),
        "enterprise": None,
        "is_enterprise_install": False,
        **more,
    }
