"""Answer from the page: the same service as in the modal, under the key of the form."""

from dataclasses import dataclass, field

from bot.domain.people import Staff
from bot.services.context import Context
from bot.services.reply import Reply, reply
from bot.services.reserve.session import by_reserve, slack_id_of


@dataclass(frozen=True, slots=True)
class Written:
    """A submitted form. `key` makes it happen once; `last_seen` and `warned_of` are as in `Reply`."""

    conversation_id: str
    text: str = field(repr=False)
    key: str
    last_seen: int
    warned_of: str = ""


async def answer(staff: Staff, written: Written, *, ctx: Context) -> None:
    """Send an answer, once. Raises as `bot.services.reply.reply` does."""
    command = Reply(
        slack_user_id=slack_id_of(staff),
        conversation_id=written.conversation_id,
        text=written.text,
        key=f"reserve:{staff.id}:{written.key}",
        last_seen=written.last_seen,
        warned_of=written.warned_of or None,
    )
    await reply(command, ctx=by_reserve(ctx))
