"""How one member of staff is named to another in Slack."""

from bot.domain.people import Staff
from bot.domain.slack_text import escape_mrkdwn


def mention_or_name(person: Staff) -> str:
    """Return a mention when the person has been in Slack, else the name, which may be shown and not stored."""
    return f"<@{person.slack_user_id}>" if person.slack_user_id is not None else escape_mrkdwn(person.name)
