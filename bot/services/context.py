"""What every service is given."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.clock import Clock
from bot.domain.health import Pulse
from bot.domain.rules import Rules
from bot.domain.sending import ProviderSms
from bot.ports import Chat, Sms, Store
from bot.texts import Texts


@dataclass(frozen=True, slots=True)
class Context:
    """The world as a service sees it.

    `status_url` is where the provider reports on what we sent, `reserve_url` where a link of the reservväg leads;
    `as_webhook` turns an sms from the provider's list
    into what its webhook would have held.
    """

    store: Store
    clock: Clock
    rules: Rules
    texts: Texts
    chat: Chat
    sms: Sms
    status_url: str
    reserve_url: str
    as_webhook: Callable[[ProviderSms], str]
    pulse: Pulse = field(default_factory=Pulse)  # of this process
