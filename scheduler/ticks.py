"""The ticks. Each is safe to run late or twice; none keeps a schedule of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.domain.calendar import STOCKHOLM
from bot.domain.errors import Busy
from bot.domain.health import stale_after
from bot.services.ask_for_notes import ask_for_notes
from bot.services.audit.leave import leave_hash
from bot.services.audit.sample import sample_audit
from bot.services.audit.seal import seal_audit
from bot.services.clocks.leaders import tell_leaders
from bot.services.clocks.remind_families import remind_families
from bot.services.clocks.speak import speak_of_clocks
from bot.services.clocks.watch_folder import watch_folder
from bot.services.context import Context
from bot.services.escalation.escalate import escalate
from bot.services.follow_duty import follow_duty, nudge_untaken
from bot.services.hand_over_shifts import hand_over_shifts
from bot.services.incident.clocks import remind_of_incidents
from bot.services.keys.rotate import rotate
from bot.services.look_for_uncertain import look_for_uncertain
from bot.services.post_digests import post_digests
from bot.services.ready.ask import ask_if_ready
from bot.services.ready.tell_coverage import tell_coverage
from bot.services.reconcile import reconcile
from bot.services.remind_actions import remind_actions
from bot.services.reserve.call_out import call_out
from bot.services.reserve.forget_links import forget_links
from bot.services.rest.forget_work import forget_work
from bot.services.rest.tell_of_rest import tell_of_rest
from bot.services.retention.delete_old import delete_old
from bot.services.retention.report_retention import report_retention
from bot.services.rota.withdraw_days_off import withdraw_days_off
from bot.services.swap.lapse import lapse_swaps
from bot.services.voice.settle_calls import settle_calls
from bot.services.watch.observer import Observer, Unobserved
from bot.services.watch.watch_health import watch_health
from bot.services.watch_consent import watch_consent
from bot.services.watch_duty import watch_duty
from bot.services.watch_numbers import watch_numbers

log = structlog.get_logger(__name__)

Tick = Callable[[Context], Awaitable[object]]


async def uncertain_tick(ctx: Context) -> None:
    """Look for what may have been sent."""
    await look_for_uncertain(ctx=ctx)


async def duty_tick(ctx: Context) -> None:
    """Let conversations follow the duty, tell whoever takes over, and hand on what nobody takes."""
    await watch_duty(ctx=ctx)
    moved = await follow_duty(ctx=ctx)
    await hand_over_shifts(ctx=ctx)  # after what they take over has been put before them
    nudged = await nudge_untaken(ctx=ctx)
    if moved or nudged:
        log.info("duty_followed", moved=moved, nudged=nudged)


async def escalation_tick(ctx: Context) -> None:
    """Reach for somebody about what nobody has acknowledged."""
    await escalate(ctx=ctx)


async def calls_tick(ctx: Context) -> None:
    """End the calls whose end was never reported; what nobody took is missed."""
    settled = await settle_calls(ctx=ctx)
    if settled:
        log.warning("calls_settled", count=settled)


async def reconcile_tick(ctx: Context) -> int:
    """Compare the provider's list with ours."""
    return await reconcile(ctx=ctx)


async def numbers_tick(ctx: Context) -> None:
    """Tell the leaders which contact numbers are too old to be named in a text, and whose consent to ask about."""
    await watch_numbers(ctx=ctx)
    await watch_consent(ctx=ctx)


async def digests_tick(ctx: Context) -> None:
    """Post the handovers that are due."""
    await post_digests(ctx=ctx)


async def notes_tick(ctx: Context) -> None:
    """Ask for the notes that are missing."""
    await ask_for_notes(ctx=ctx)


async def actions_tick(ctx: Context) -> None:
    """Remind of what must be done."""
    await remind_actions(ctx=ctx)


async def clocks_tick(ctx: Context) -> None:
    """Speak of the clocks that are running out, and tell the leaders how their unit stands."""
    spoken = await speak_of_clocks(ctx=ctx)
    told = await tell_leaders(ctx=ctx)
    if spoken or told:
        log.info("clocks_spoken_of", people=spoken, leaders=told)


async def families_tick(ctx: Context) -> None:
    """Remind families of the times that they have booked."""
    await remind_families(ctx=ctx)


async def rest_tick(ctx: Context) -> None:
    """Tell of the rest that disturbed shifts have cost, and take back the days off that nothing asks for any more."""
    told = await tell_of_rest(ctx=ctx)
    withdrawn = await withdraw_days_off(ctx=ctx)
    if told or withdrawn:
        log.info("rest_told_of", shifts=told, weeks_without_day_off=withdrawn)


async def reserve_tick(ctx: Context) -> None:
    """Text those whom Slack does not reach."""
    called = await call_out(ctx=ctx)
    if called:
        log.warning("reserve_called_out", people=called)


async def forget_tick(ctx: Context) -> None:
    """Delete what is kept no longer."""
    forgotten = await forget_links(ctx=ctx)
    worked = await forget_work(ctx=ctx)
    if forgotten or worked:
        log.info("old_rows_forgotten", links=forgotten, work=worked)


async def retention_tick(ctx: Context) -> None:
    """Delete what the nämnder have decided not to keep, and tell the leaders of it once a month."""
    deleted = await delete_old(ctx=ctx)
    told = await report_retention(ctx=ctx)
    if deleted or told:
        log.info("old_data_deleted", count=deleted, namnder_told=told)


async def ready_tick(ctx: Context) -> None:
    """Tell the leaders what is missing ahead, end swaps that nobody took, and ask whoever has the next shift."""
    told = await tell_coverage(ctx=ctx)
    lapsed = await lapse_swaps(ctx=ctx)
    asked = await ask_if_ready(ctx=ctx)
    if told or asked or lapsed:
        log.info("ready_asked", namnder=told, shifts=asked, lapsed=lapsed)


async def incident_tick(ctx: Context) -> None:
    """Remind of the reports that an incident calls for."""
    told = await remind_of_incidents(ctx=ctx)
    if told:
        log.warning("incidents_reminded_of", clocks=told)


async def folder_tick(ctx: Context) -> None:
    """Read what the case system has exported."""
    await watch_folder(ctx=ctx)


async def keys_tick(ctx: Context) -> None:
    """Go on sealing everything anew, when that has been asked for."""
    await rotate(ctx=ctx)


async def audit_tick(ctx: Context) -> None:
    """Seal what is new in the audit log, let a hash leave daily, and put a sample before the leaders monthly."""
    await seal_audit(ctx=ctx)
    await leave_hash(ctx=ctx)
    told = await sample_audit(ctx=ctx)
    if told:
        log.info("audit_reviews_told_of", count=told)


async def watch_tick(ctx: Context) -> None:
    """Look at how we are doing ourselves, and tell those who run the program."""
    await watch_health(ctx=ctx, every=INTERVALS)


EVERY: Final[dict[Tick, timedelta]] = {
    uncertain_tick: timedelta(seconds=2),
    duty_tick: timedelta(seconds=15),
    escalation_tick: timedelta(seconds=15),
    calls_tick: timedelta(seconds=15),
    digests_tick: timedelta(seconds=15),
    notes_tick: timedelta(seconds=15),
    actions_tick: timedelta(seconds=15),
    clocks_tick: timedelta(seconds=15),
    families_tick: timedelta(seconds=15),
    reserve_tick: timedelta(seconds=15),
    rest_tick: timedelta(minutes=1),
    ready_tick: timedelta(seconds=15),
    incident_tick: timedelta(seconds=15),
    folder_tick: timedelta(minutes=1),
    audit_tick: timedelta(minutes=1),
    reconcile_tick: timedelta(minutes=3),
    watch_tick: timedelta(seconds=15),
    keys_tick: timedelta(seconds=15),
    numbers_tick: timedelta(hours=1),
    forget_tick: timedelta(hours=1),
    retention_tick: timedelta(hours=1),
}
INTERVALS: Final = {tick.__name__: every for tick, every in EVERY.items()}


class Ticker:
    """Wakes the ticks in wire time, and runs all of them at once when the world's clock has jumped."""

    def __init__(self, ctx: Context, observer: Observer | None = None) -> None:
        self._ctx = ctx
        self._observer = observer or Unobserved()
        self._started_at: datetime | None = None
        self.ran_at: dict[str, datetime] = {}  # wire time of each tick's newest run to its end
        self._scheduler = AsyncIOScheduler(  # type: ignore[no-untyped-call]
            timezone=STOCKHOLM, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        for tick, every in EVERY.items():
            self._scheduler.add_job(  # type: ignore[no-untyped-call]
                self._run_by_itself, "interval", args=[tick], seconds=every.total_seconds(), id=tick.__name__
            )

    def start(self) -> None:
        self._started_at = self._ctx.clock.wire_now()
        self._scheduler.start()  # type: ignore[no-untyped-call]

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)  # type: ignore[no-untyped-call]

    def soon(self, tick: Tick) -> None:
        """Run one tick at once, beside whatever else there is to do; needs `start`."""
        self._scheduler.add_job(self._run_by_itself, args=[tick])  # type: ignore[no-untyped-call]

    async def _run_by_itself(self, tick: Tick) -> None:
        try:
            await self.run(tick)
        except asyncio.CancelledError:  # we stop: what is due is still due at the next start
            log.info("tick_broken_off", tick=tick.__name__)

    async def run(self, tick: Tick) -> None:
        """Run one tick; the next one comes whatever happens to this."""
        name = tick.__name__
        try:
            result = await tick(self._ctx)
        except Busy:
            log.warning("tick_postponed", tick=name)
        except Exception:
            log.exception("tick_failed", tick=name)
            self._observer.failed(name)
            await self._note_failure(name)
        else:
            self.ran_at[name] = self._ctx.clock.wire_now()
            self._observer.ran(name, result)

    def ages(self) -> dict[str, float]:
        """Return how many seconds ago each tick last ran here, or we started; empty when the ticks are not started."""
        now, started_at = self._ctx.clock.wire_now(), self._started_at
        if started_at is None:
            return {}
        return {name: (now - self.ran_at.get(name, started_at)).total_seconds() for name in INTERVALS}

    def stale(self) -> list[str]:
        """Return the ticks that have not run here for too long."""
        return sorted(name for name, age in self.ages().items() if age > stale_after(INTERVALS[name]).total_seconds())

    async def _note_failure(self, name: str) -> None:
        try:
            await self._ctx.store.write(lambda tx: tx.watch.failed(name, self._ctx.clock.wire_now()))
        except Busy:
            log.warning("tick_failure_not_noted", tick=name)

    async def run_due(self) -> None:
        """Run what follows world time, now."""
        await self.run(duty_tick)  # what the office takes over stands in the handover as the office's
        await self.run(calls_tick)
        await self.run(escalation_tick)  # after what has moved has been put before somebody else
        for tick in (notes_tick, actions_tick, digests_tick, families_tick, clocks_tick, reserve_tick):
            await self.run(tick)
        await self.run(rest_tick)
        await self.run(ready_tick)
        await self.run(incident_tick)
        await self.run(numbers_tick)
        await self.run(audit_tick)
        await self.run(retention_tick)
