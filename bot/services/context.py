"""What every service is given."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.clock import Clock
from bot.domain.health import Pulse
from bot.domain.membership import Membership
from bot.domain.rules import Rules
from bot.domain.sending import ProviderSms
from bot.ports import Calls, Chat, Sms, Store
from bot.texts import Texts


@dataclass(frozen=True, slots=True)
class Context:
    """The world as a service sees it.

    `status_url` is where the provider reports on what we sent, `reserve_url` where a link of the reservväg leads,
    `voice_url` where calls are answered and reported on; `as_webhook` turns an sms from the provider's list
    into what its webhook would have held.
    """

    store: Store
    clock: Clock
    rules: Rules
    texts: Texts
    chat: Chat
    sms: Sms
    calls: Calls
    status_url: str
    reserve_url: str
    voice_url: str
    as_webhook: Callable[[ProviderSms], str]
    calendar_url: str = ""  # where the addresses of people's own calendars begin
    pulse: Pulse = field(default_factory=Pulse)  # of this process
    membership: Membership = field(default_factory=Membership)  # what this process knows of people's accounts
