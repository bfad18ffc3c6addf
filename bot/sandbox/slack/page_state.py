"""The "slack" part of GET /control/state. The shape is docs/sandbox.md, State; more keys may be there."""

from . import payloads
from .state import Channel, Json, Message, User, Workspace


def page_state(workspace: Workspace) -> Json:
    """Return what a page needs in order to show the whole workspace."""
    return {
        "bot": {"id": workspace.bot_user_id, "name": workspace.users[workspace.bot_user_id].real_name},
        "users": [_user(user) for user in workspace.users.values() if not user.is_bot],
        "channels": [_channel(workspace, channel) for channel in workspace.channels.values()],
        "messages": {
            channel_id: [_message(message) for message in sorted(held.values(), key=lambda message: message.ts)]
            for channel_id, held in workspace.messages.items()
        },
        "views": {
            user_id: [payloads.view(workspace, view) for view in stack]
            for user_id, stack in workspace.stacks.items()
            if stack
        },
        "homes": {user_id: payloads.view(workspace, view) for user_id, view in workspace.homes.items()},
    }


def _user(user: User) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "title": user.title,
        "is_restricted": user.is_restricted,
        "is_stranger": user.is_stranger,
    }


def _channel(workspace: Workspace, channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "members": [member for member in channel.members if member != workspace.bot_user_id],
        "bot_is_member": workspace.bot_user_id in channel.members,
        "is_private": channel.is_private,
        "is_ext_shared": channel.is_ext_shared,
        "is_archived": channel.is_archived,
    }


def _message(message: Message) -> Json:
    return {
        "ts": message.ts,
        "user": message.user,
        "text": message.text,
        "blocks": message.blocks,
        "thread_ts": message.thread_ts,
        "broadcast": message.broadcast,
        "edited": message.edited_ts is not None,
        "deleted": message.deleted,
        "ephemeral_to": message.ephemeral_to,
    }
