"""What is decided at the door before anything is read: who asks, who is believed about that, and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

ONE_HOUSEHOLD: Final = 64  # bits of an IPv6 address: whoever has one address of such a network has all of them


@dataclass(frozen=True, slots=True)
class EdgeRules:
    """How the door is kept: [edge]. Empty networks of Twilio and Slack are everybody: then the signature decides."""

    trusted_proxies: tuple[Network, ...] = ()  # believed about whom they ask for
    operators: tuple[Network, ...] = ()  # may read /metrics and /readyz, beside this machine
    twilio: tuple[Network, ...] = ()
    slack: tuple[Network, ...] = ()
    header_within: timedelta = timedelta(seconds=20)  # a request line and its headers; also how long an idle one stays
    body_within: timedelta = timedelta(seconds=10)
    tries: int = 30  # from one address, of what is not let in
    tries_within: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks. Not certain where somebody claims to ask for another and is not to be believed about it."""

    address: Address | None
    is_certain: bool

    @property
    def bucket(self) -> str | None:
        """Name those whose tries are counted together; None for this machine, which may be a proxy for anybody."""
        if self.address is None or self.address.is_loopback:
            return None
        if isinstance(self.address, IPv6Address):
            return str(ip_network((self.address, ONE_HOUSEHOLD), strict=False))
        return str(self.address)

    def is_within(self, networks: Sequence[Network]) -> bool:
        return self.is_certain and _is_within(self.address, networks)

    def is_operator(self, rules: EdgeRules) -> bool:
        """Tell whether what the program says of its own health is for them."""
        is_here = self.is_certain and self.address is not None and self.address.is_loopback
        return is_here or self.is_within(rules.operators)


def client_of(peer: str | None, forwarded: Sequence[str], trusted: Sequence[Network]) -> Client:
    """Return who asks: the peer, or whom a trusted proxy asks for.

    `forwarded` is every X-Forwarded-For, in order. Anybody can write one, so only what a trusted proxy has added last
    is read; what stands before the first address that is no proxy of ours is hearsay.

    >>> inner = (ip_network("10.0.0.0/8"),)
    >>> str(client_of("10.0.0.1", ["6.6.6.6, 192.0.2.7, 10.0.0.9"], inner).address)
    '192.0.2.7'
    >>> client_of("192.0.2.7", ["127.0.0.1"], inner).is_certain
    False
    """
    address = parse_address(peer or "")
    claimed = [part for line in forwarded for part in line.split(",")]
    if not claimed or not _is_within(address, trusted):
        return Client(address, not claimed)
    for part in reversed(claimed):
        named = parse_address(part)
        if named is None:
            return Client(address, False)
        address = named
        if not _is_within(address, trusted):
            break
    return Client(address, True)


def parse_address(text: str) -> Address | None:
    """Read an address as proxies write it, with or without a port; None for what is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return found if mapped is None else mapped


def _is_within(address: Address | None, networks: Sequence[Network]) -> bool:
    return address is not None and any(address in network for network in networks)
