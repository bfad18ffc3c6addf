"""Blank the words of texts at the provider soon after they are stored here (facts: twilio, section 14).

Not before what came in has been dealt with, nor before what we sent has its last word: until then the provider's list
is what fills our gaps, and what tells whether a text that may have been sent was. The id stays there, and that is all
that the comparison goes by. Our own copy is the one that is kept; what is on hold stays in both places.
"""

from typing import Final

from bot.domain.ids import NamndId
from bot.domain.retention import WORDS, DataKind, Place
from bot.ports import Tx
from bot.services.context import Context
from bot.services.retention.accounting import account_for
from bot.services.retention.due import due_in

AT_A_TIME: Final = 200  # each one a call to the provider
ROUNDS: Final = 5


async def redact_texts(namnd: NamndId, *, ctx: Context) -> int:
    """Have the words of what is due in a nämnd blanked there; return how many texts that is."""
    due = due_in(ctx.rules, DataKind.PROVIDER_TEXTS, namnd, ctx.clock.now())
    if due is None:
        return 0

    def change(tx: Tx) -> int:
        tx.retention.hold_still()
        texts = tx.retention.texts_there(due.namnd, due.numbers, due.before, due.today, limit=AT_A_TIME)
        if texts:
            tx.erasing.redacted([text.row_id for text in texts], ctx.clock.now())
            places = [Place(WORDS, text.provider_id) for text in texts]
            account_for(tx, due.kind, due.namnd, f"namnd:{due.namnd}", due.decision, len(texts), places)
        return len(texts)

    total = 0
    for _ in range(ROUNDS):
        done = await ctx.store.write(change)
        total += done
        if done < AT_A_TIME:
            break
    return total
