"""A pretend carrier that speaks Twilio's protocol."""

from bot.sandbox.carrier.faults import CarrierFaults
from bot.sandbox.carrier.pretend import PretendCarrier
from bot.sandbox.carrier.state import NumberTaken, UnknownNumber

__all__ = ["CarrierFaults", "NumberTaken", "PretendCarrier", "UnknownNumber"]
