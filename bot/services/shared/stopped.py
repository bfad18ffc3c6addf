"""Does a nödstopp stand in the way? Asked of every person's act, and of all that is shown or sent."""

from collections.abc import Iterable

from bot.domain.conversation import Conversation
from bot.domain.ids import NamndId
from bot.domain.incident import FREE_ACTS, STOPPED, holds
from bot.domain.secrecy import Act, Denied, Subject
from bot.ports import Tx
from bot.services.context import Context


def held_back(tx: Tx, act: Act, subject: Subject) -> Denied | None:
    """Return why an act that the rule allows is held back now; None when it is not."""
    if act in FREE_ACTS:
        return None
    mine = {subject.namnd} if subject.namnd is not None else subject.candidates
    return Denied(STOPPED) if holds(tx.incidents.stops(), mine) else None


def has_stop(tx: Tx, namnder: Iterable[NamndId]) -> bool:
    """Tell whether one of these nämnder is stopped; where there is none, whether anything is."""
    return holds(tx.incidents.stops(), frozenset(namnder))


def is_silent(tx: Tx, ctx: Context, conversation: Conversation) -> bool:
    """Tell whether nothing of a conversation may be shown or sent now."""
    return has_stop(tx, namnder_of(ctx, conversation))


def namnder_of(ctx: Context, conversation: Conversation) -> frozenset[NamndId]:
    """Return the nämnd of a conversation; of nobody's yet all that its number serves: it may be any of them."""
    if conversation.namnd is not None:
        return frozenset({conversation.namnd})
    return frozenset(ctx.rules.number_for(conversation.our_number).namnder)
