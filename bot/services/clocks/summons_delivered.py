"""What has become of the texts of a summons: who has been reached counts as summoned, and what is lost is told of."""

from bot.domain.conversation import Message
from bot.domain.deadline import Deadline
from bot.domain.delivery import DeliveryStatus
from bot.domain.outbound import Priority
from bot.domain.summons import Purpose, Summons, SummonsMessage, SummonsState
from bot.ports import Delivery, Tx
from bot.services.clocks import summons_texts as texts
from bot.services.clocks.access import leaders_of, responsible_now
from bot.services.clocks.changing import save, say
from bot.services.context import Context
from bot.services.shared.placing import notice

REACHES = frozenset({Purpose.OFFER, Purpose.CONFIRMATION})


def account_for_delivery(tx: Tx, ctx: Context, message: Message) -> None:
    """Look at how the newest attempt to deliver a text of a summons goes; nothing for any other text."""
    tied = tx.summons.by_message(message.id)
    delivery = None if tied is None else tx.messages.newest_delivery(message.id)
    if tied is None or delivery is None or tied.purpose is Purpose.ANSWER:
        return
    summons = tx.summons.get(tied.summons_id)
    if summons is None:
        return
    if delivery.status == DeliveryStatus.DELIVERED.value and tied.purpose in REACHES:
        _summoned(tx, ctx, summons, message)
    elif delivery.is_lost and tied.purpose is Purpose.CALLED_OFF:
        _tell_not_called_off(tx, ctx, summons, _sending(summons, message, delivery))
    elif delivery.is_lost and summons.state is not SummonsState.CLOSED:
        _tell_lost(tx, ctx, summons, _sending(summons, message, delivery))


def _sending(summons: Summons, message: Message, delivery: Delivery) -> str:
    """Name what was sent to everybody at once: that two of them were not reached is told once."""
    return f"{summons.id}:{message.at.isoformat()}:{delivery.attempt}"


def _summoned(tx: Tx, ctx: Context, summons: Summons, message: Message) -> None:
    clock = tx.deadlines.get(summons.deadline_id, lock=True)
    if clock is None:
        return
    mine: list[SummonsMessage] = [m for m in tx.summons.messages_of(summons.id) if m.message_id == message.id]
    summoned, events = texts.with_summoned(ctx, clock, [m.party for m in mine], message.at)
    if summoned != clock:
        save(tx, ctx, summoned, *events)


def _tell_lost(tx: Tx, ctx: Context, summons: Summons, sending: str) -> None:
    clock = tx.deadlines.get(summons.deadline_id, lock=True)
    if clock is None or not clock.is_running:
        return
    is_held = clock.talk is not None and clock.talk.police_hold  # then they must not be summoned in another way either
    say(tx, ctx, clock, "summons_withheld" if is_held else "summons_failed", key=sending)


def _tell_not_called_off(tx: Tx, ctx: Context, summons: Summons, sending: str) -> None:
    clock = tx.deadlines.get(summons.deadline_id)
    if clock is not None:
        tell_of_call_off(tx, ctx, clock, "summons_not_called_off", f"not_called_off:{sending}")


def tell_of_call_off(tx: Tx, ctx: Context, clock: Deadline, key: str, dedupe: str) -> None:
    """Somebody may come in vain: whoever has the clock is told, also when it has been settled since."""
    person = responsible_now(tx, ctx, clock)
    for staff in [person] if person is not None else leaders_of(tx, clock.namnd):
        notice(
            tx,
            staff.id,
            key,
            dedupe=dedupe,
            priority=Priority.URGENT,
            ref=clock.case_ref,
            button="clock_open",
            value=clock.id,
        )
