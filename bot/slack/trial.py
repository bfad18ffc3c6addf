"""Provdrift stands first in whatever is posted or shown, whoever drew it: put there on the way out, not by each."""

from collections.abc import Sequence
from typing import Any

from bot.slack.kit import MODAL_BLOCKS, Block, context
from bot.texts import Texts

MOST_OF_MESSAGE = 50  # blocks


def bannered(blocks: Sequence[Block], texts: Texts, *, most: int = MODAL_BLOCKS) -> list[Block]:
    """Return the blocks with the banner first, once."""
    banner = context(texts.staff("trial.banner"))
    if any(block.get("elements") == banner["elements"] for block in blocks):
        return list(blocks)
    return [banner, *blocks][:most]


def bannered_view(view: Block, texts: Texts) -> Block:
    """Return a modal or a Home with the banner first."""
    return {**view, "blocks": bannered(view.get("blocks") or [], texts)}


def bannered_message(message: dict[str, Any], texts: Texts) -> dict[str, Any]:
    """Return a message with the banner first; what has words and no blocks gets it in its words."""
    if message.get("blocks"):
        return {**message, "blocks": bannered(message["blocks"], texts, most=MOST_OF_MESSAGE)}
    banner = texts.staff("trial.banner")
    words = str(message.get("text") or "")
    return message if not words or banner in words else {**message, "text": f"{banner}\n{words}"}
