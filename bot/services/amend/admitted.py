"""Asked before anybody is made to type a number or a name: may they change what stands under this code?"""

from bot.domain.secrecy import Act
from bot.services.context import Context
from bot.services.retention.acting import named_by


async def admitted(code: str, *, ctx: Context, as_email: str) -> None:
    """Return when they may; the change itself asks again. Raises NotAllowed, logged, BadInput or Busy."""
    await ctx.store.write(lambda tx: named_by(tx, ctx, code, as_email, Act.AMEND))
