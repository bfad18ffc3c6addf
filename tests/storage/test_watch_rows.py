"""What the program writes down about itself: instances, ticks, alerts, PINs and links."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.alerts import AlertCode, Instance
from bot.domain.ids import StaffId
from bot.domain.reserve import ReserveLink, StaffPin
from bot.ports import Posted, Tx
from storage.store import SqlStore
from tests.conftest import FRIDAY_EVENING
from tests.storage.given import staff

NOW = FRIDAY_EVENING
SECOND = timedelta(seconds=1)


async def test_an_instance_beats_and_is_forgotten(store: SqlStore) -> None:
    born = Instance("i1", NOW, NOW, "1.0", "abc")

    def beats(tx: Tx) -> None:
        tx.watch.beat(born)
        tx.watch.beat(replace(born, seen_at=NOW + SECOND))
        tx.watch.beat(Instance("i2", NOW, NOW, "1.0", "abd", stopped_at=NOW))

    await store.write(beats)
    assert [i.id for i in await store.read(lambda tx: tx.watch.instances(NOW))] == ["i1", "i2"]
    seen = await store.read(lambda tx: tx.watch.instances(NOW + SECOND))
    assert seen == [replace(born, seen_at=NOW + SECOND)]
    await store.write(lambda tx: tx.watch.forget_instances(NOW + SECOND))
    assert [i.id for i in await store.read(lambda tx: tx.watch.instances(NOW))] == ["i1"]


async def test_a_tick_keeps_its_latest_run_and_its_first_failure(store: SqlStore) -> None:
    def ticks(tx: Tx) -> None:
        tx.watch.ran("duty", NOW + 5 * SECOND)
        tx.watch.ran("duty", NOW)  # another instance, that was slower to say so
        tx.watch.failed("duty", NOW + 6 * SECOND)
        tx.watch.failed("duty", NOW + 7 * SECOND)

    await store.write(ticks)
    (tick,) = await store.read(lambda tx: tx.watch.ticks())
    assert (tick.ran_at, tick.failing_since) == (NOW + 5 * SECOND, NOW + 6 * SECOND)
    await store.write(lambda tx: tx.watch.ran("duty", NOW + 8 * SECOND))
    (tick,) = await store.read(lambda tx: tx.watch.ticks())
    assert (tick.ran_at, tick.failing_since) == (NOW + 8 * SECOND, None)


async def test_an_alert_is_open_once_and_over_once(store: SqlStore) -> None:
    opened = await store.write(lambda tx: tx.watch.open_alert("slack", AlertCode.SLACK_AWAY, {"count": "1"}))
    assert opened is not None
    again = await store.write(lambda tx: tx.watch.open_alert("slack", AlertCode.SLACK_AWAY, {"count": "2"}))
    assert again is None
    await store.write(lambda tx: tx.watch.alert_placed(opened.id, Posted("C1", "1.2")))
    (standing,) = await store.read(lambda tx: tx.watch.open_alerts())
    assert (standing.values, standing.channel, standing.ts) == ({"count": "2"}, "C1", "1.2")

    over = await store.write(lambda tx: tx.watch.close_alert("slack"))
    assert over is not None
    assert over.is_over
    assert await store.write(lambda tx: tx.watch.close_alert("slack")) is None
    assert await store.read(lambda tx: tx.watch.open_alerts()) == []
    anew = await store.write(lambda tx: tx.watch.open_alert("slack", AlertCode.SLACK_AWAY, {}))
    assert anew is not None
    assert anew.id != opened.id


async def test_a_pin_and_a_link_are_kept(store: SqlStore) -> None:
    anna = staff()
    pin = StaffPin(StaffId(anna.id), b"hash", NOW)
    link = ReserveLink("l1", StaffId(anna.id), b"token", NOW, NOW + SECOND)

    def keep(tx: Tx) -> None:
        tx.staff.save(anna)
        tx.reserve.save_pin(pin)
        tx.reserve.save_pin(replace(pin, failures=2, locked_until=NOW))
        tx.reserve.add_link(link)
        tx.reserve.save_link(replace(link, used_at=NOW, session_hash=b"cookie", session_until=NOW + SECOND))

    await store.write(keep)
    assert await store.read(lambda tx: tx.reserve.pin(anna.id)) == replace(pin, failures=2, locked_until=NOW)
    by_token = await store.write(lambda tx: tx.reserve.link_by_token(b"token", lock=True))
    by_session = await store.read(lambda tx: tx.reserve.link_by_session(b"cookie"))
    newest = await store.read(lambda tx: tx.reserve.newest_link(anna.id))
    assert by_token == by_session == newest
    assert by_token is not None
    assert by_token.session_until == NOW + SECOND
    assert await store.read(lambda tx: tx.reserve.link_by_token(b"other")) is None


async def test_links_are_forgotten_when_they_are_old(store: SqlStore) -> None:
    anna = staff()
    old = ReserveLink("a" * 26, anna.id, b"old", NOW - SECOND, NOW)
    kept = ReserveLink("b" * 26, anna.id, b"kept", NOW, NOW + SECOND)

    def save(tx: Tx) -> None:
        tx.staff.save(anna)
        tx.reserve.add_link(old)
        tx.reserve.add_link(kept)

    await store.write(save)
    assert await store.write(lambda tx: tx.reserve.forget_links(NOW)) == 1
    assert await store.read(lambda tx: tx.reserve.link_by_token(b"old")) is None
    assert await store.read(lambda tx: tx.reserve.link_by_token(b"kept")) == kept
