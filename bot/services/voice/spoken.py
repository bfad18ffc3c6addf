"""What a caller hears whom nobody answers: plain Swedish, where to turn, and nothing that tells who they are."""

from typing import Final

from bot.domain.calendar import local
from bot.domain.conversation import Conversation, Ground
from bot.domain.ids import ConversationId, NamndId
from bot.domain.people import LinkedContact, World
from bot.domain.phone import aloud
from bot.domain.phone_call import PhoneCall
from bot.ports import Tx
from bot.services.context import Context
from bot.services.receive_sms import namnd_of
from bot.services.shared.access import known_to
from bot.services.shared.auto_text import IN_A_FAMILY_TEXT, answered_again_at
from bot.services.shared.placing import destination
from bot.texts import EMERGENCY

BY_GROUND: Final = {Ground.OFFICE: "office", Ground.CLOSED: "closed"}


def trouble(ctx: Context) -> str:
    """Return what is said when we cannot decide in time whom to ring."""
    return ctx.texts.staff("voice.trouble", emergency=aloud(EMERGENCY))


def where_to_turn(tx: Tx, ctx: Context, call: PhoneCall, *, was_rung: bool) -> str:
    """Return what is said when nobody took a call, or nobody is rung now. Numbers that nobody verified are left out."""
    number = ctx.rules.number_for(call.our_number)
    contact = tx.people.contact(call.contact_id)
    if number.world is World.MYNDIGHET:
        return _said(tx, ctx, "myndighet", contact, number.reception)
    namnd, _ = namnd_of(tx, ctx, contact, number)
    if was_rung:
        return _said(tx, ctx, "nobody", contact, namnd or number.reception)
    as_texted = Conversation(
        ConversationId(""), call.contact_id, number.world, namnd, call.our_number, opened_at=call.began_at
    )
    ground = destination(tx, ctx, as_texted, known_to(as_texted, contact)).ground
    return _said(tx, ctx, BY_GROUND.get(ground, "nobody"), contact, namnd or number.reception)


def _said(tx: Tx, ctx: Context, key: str, contact: LinkedContact, namnd: NamndId) -> str:
    now = ctx.clock.now()
    opening = answered_again_at(tx, ctx, ctx.rules.namnder[namnd], now) if key == "closed" else None
    words = ctx.texts.staff(
        f"voice.{key}",
        opens="" if opening is None else ctx.texts.staff("voice.opens", when=ctx.texts.day_and_time(opening)),
        text=ctx.texts.staff("voice.text_us") if contact.contact.is_answerable else "",
        help=_help(ctx),
        emergency=aloud(EMERGENCY),
    )
    return " ".join(words.split())


def _help(ctx: Context) -> str:
    today = local(ctx.clock.now()).date()
    fresh = {number.key: number for number in ctx.rules.help_numbers if number.is_fresh(today)}
    found = [fresh[key] for key in IN_A_FAMILY_TEXT if key in fresh]
    return " ".join(ctx.texts.staff("voice.help", name=number.name, number=aloud(number.number)) for number in found)
