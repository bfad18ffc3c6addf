"""Who asks: only a proxy that is named in the settings is believed about it."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.edge import Client, EdgeRules, Network, client_of, parse_address
from handlers.edge import tries
from handlers.edge.tries import Tries

PROXY, INNER = ip_network("10.0.0.1/32"), ip_network("10.0.0.0/8")
NOW = datetime(2026, 11, 20, 21, 14, tzinfo=UTC)
addresses = st.ip_addresses().map(str)
chains = st.lists(addresses | st.sampled_from(["", "unknown", "_hidden", "10.0.0.1", "127.0.0.1"]), max_size=5)


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "address", "is_certain"),
    [
        ("192.0.2.7", [], (), "192.0.2.7", True),
        ("192.0.2.7", ["127.0.0.1"], (), "192.0.2.7", False),
        ("192.0.2.7", ["127.0.0.1"], (INNER,), "192.0.2.7", False),
        ("10.0.0.1", ["192.0.2.7"], (PROXY,), "192.0.2.7", True),
        ("10.0.0.1", ["127.0.0.1, 192.0.2.7"], (PROXY,), "192.0.2.7", True),
        ("10.0.0.1", ["127.0.0.1", "192.0.2.7"], (PROXY,), "192.0.2.7", True),
        ("10.0.0.1", ["192.0.2.7, 10.0.0.9"], (INNER,), "192.0.2.7", True),
        ("10.0.0.1", ["10.0.0.5, 10.0.0.9"], (INNER,), "10.0.0.5", True),
        ("10.0.0.1", ["192.0.2.7, unknown"], (PROXY,), "10.0.0.1", False),
        ("10.0.0.1", [""], (PROXY,), "10.0.0.1", False),
        ("10.0.0.1", [], (PROXY,), "10.0.0.1", True),
        ("::ffff:10.0.0.1", ["192.0.2.7:55123"], (PROXY,), "192.0.2.7", True),
        ("10.0.0.1", ["[2001:db8::7]:443"], (PROXY,), "2001:db8::7", True),
        (None, [], (), None, True),
    ],
)
def test_who_is_believed(
    peer: str | None, forwarded: list[str], trusted: tuple[Network, ...], address: str | None, is_certain: bool
) -> None:
    found = client_of(peer, forwarded, trusted)
    assert (None if found.address is None else str(found.address), found.is_certain) == (address, is_certain)


@given(addresses, chains)
def test_a_stranger_is_never_somebody_else(peer: str, chain: list[str]) -> None:
    found = client_of(peer, [", ".join(chain)], (ip_network("203.0.113.9/32"),))
    if peer != "203.0.113.9":
        assert found.address == parse_address(peer)
        assert not found.is_certain


@given(chains, addresses)
def test_what_stands_before_the_last_stranger_changes_nothing(chain: list[str], last: str) -> None:
    """Whoever asks can write as much as they like: the proxy adds their address last."""
    found = client_of("10.0.0.1", [", ".join([*chain, last])], (PROXY,))
    if last != "10.0.0.1":
        assert found == Client(parse_address(last), True)


@pytest.mark.parametrize(
    ("address", "is_certain", "is_let_in"),
    [
        ("127.0.0.1", True, True),
        ("::1", True, True),
        ("127.0.0.1", False, False),
        ("10.1.2.3", True, True),
        ("10.1.2.3", False, False),
        ("192.0.2.7", True, False),
    ],
)
def test_who_may_read_the_figures(address: str, is_certain: bool, is_let_in: bool) -> None:
    rules = EdgeRules(operators=(ip_network("10.1.0.0/16"),))
    assert Client(ip_address(address), is_certain).is_operator(rules) is is_let_in


def test_one_household_is_one() -> None:
    first, second = (Client(ip_address(f"2001:db8:1:2::{n}"), True).bucket for n in (1, 2))
    assert first == second == "2001:db8:1:2::/64"
    assert Client(ip_address("192.0.2.7"), True).bucket == "192.0.2.7"
    assert Client(ip_address("127.0.0.1"), True).bucket is None
    assert Client(None, False).bucket is None


def test_tries_are_counted_by_address_and_forgotten_in_time() -> None:
    counted = Tries(3, timedelta(minutes=10))
    for _ in range(3):
        assert not counted.is_over("a", NOW)
        counted.note("a", NOW)
    assert counted.is_over("a", NOW + timedelta(minutes=9))
    assert not counted.is_over("b", NOW)
    assert not counted.is_over("a", NOW + timedelta(minutes=10))
    counted.note("a", NOW + timedelta(minutes=10))
    assert not counted.is_over("a", NOW + timedelta(minutes=10))


def test_the_table_stays_small_and_keeps_those_who_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "MOST_ADDRESSES", 100)
    counted = Tries(2, timedelta(minutes=10))
    for number in range(5000):
        counted.note("persistent", NOW)
        counted.note(f"address {number}", NOW)
        assert len(counted) <= 100
    assert counted.is_over("persistent", NOW)
