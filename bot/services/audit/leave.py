"""Once a day the newest hash of the audit log leaves the machine: whoever changes the log after that can be found out.

It goes to the alert channel, to a file in a folder that somebody else keeps, and to the log.
"""

import asyncio
import os
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Final

import structlog

from bot.domain.audit import DayHash
from bot.domain.calendar import instant, local
from bot.domain.cards import Notice
from bot.domain.outbound import OutboxKind, OutboxState, Priority
from bot.domain.sending import SendRejected
from bot.ports import Outbound, Tx
from bot.services.context import Context
from bot.services.shared.outcome import Outcome
from bot.texts import audit_words as words

log = structlog.get_logger(__name__)

LEAVES_AT: Final = time(7)  # local
KEY: Final = "audit_day"
WRITTEN_AGAIN: Final = timedelta(days=31)  # so long a folder that was away is still made up for


async def leave_hash(*, ctx: Context) -> bool:
    """Send off today's hash, once for all instances; return whether this was the time.

    The file is written by each instance, and again while it is missing: a folder may be away, or another machine's.
    """
    now = local(ctx.clock.now())
    is_new = False
    if now.time() >= LEAVES_AT and await ctx.store.read(lambda tx: tx.seals.day(now.date().isoformat())) is None:
        made = await ctx.store.write(lambda tx: _note(tx, ctx, now.date().isoformat()))
        is_new = made is not None
        if made is not None:
            log.info("audit_hash", day=made.day, segment=made.number, count=made.count, hash=made.hash)
    if ctx.rules.audit.folder:
        since = (now.date() - WRITTEN_AGAIN).isoformat()
        days = await ctx.store.read(lambda tx: tx.seals.days(since))
        await asyncio.to_thread(_write_missing, Path(ctx.rules.audit.folder), days)
    return is_new


def next_leaving(ctx: Context, after: datetime) -> datetime | None:
    """Return when the next hash leaves; None where it is only logged."""
    if not (ctx.rules.audit.folder or ctx.rules.alert_channel):
        return None
    today = local(after).date()
    return min(at for day in (today, today + timedelta(days=1)) if (at := instant(day, LEAVES_AT)) > after)


def _note(tx: Tx, ctx: Context, day: str) -> DayHash | None:
    newest = tx.seals.newest()
    if newest is None or tx.seals.day(day) is not None:
        return None
    made = DayHash(day, newest.number, newest.count, newest.hash)
    tx.seals.add_day(made)
    if ctx.rules.alert_channel:
        tx.outbox.add(OutboxKind.ALERT, KEY, {KEY: day}, dedupe_key=f"{KEY}:{day}", priority=Priority.LOW)
    return made


async def deliver_hash(row: Outbound, *, ctx: Context) -> Outcome:
    """Post a day's hash in the alert channel; raises what the chat raises, but that it refuses."""
    found = await ctx.store.read(lambda tx: tx.seals.day(str(row.payload[KEY])))
    if found is None or not ctx.rules.alert_channel:
        return Outcome(OutboxState.DROPPED)
    values = (("day", found.day), ("segment", str(found.number)), ("count", str(found.count)), ("hash", found.hash))
    try:
        posted = await ctx.chat.post_notice(
            ctx.rules.alert_channel, Notice(KEY, values, is_trial=ctx.rules.is_trial), row.id
        )
    except SendRejected as refusal:
        log.error("audit_hash_not_posted", day=found.day, reason=refusal.reason)
        return Outcome(OutboxState.FAILED, error=refusal.reason)
    return Outcome(OutboxState.SENT, provider_id=f"{posted.channel}:{posted.ts}")


def _write_missing(folder: Path, days: list[DayHash]) -> None:
    """A file stands for each day and is never written over: a second one would say that there were two truths."""
    for day in days:
        path = folder / words.FILE.format(day=day.day)
        if path.exists():
            continue
        line = words.LINE.format(day=day.day, segment=day.number, count=day.count, hash=day.hash)
        part = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            part.write_text(f"{line}\n", encoding="utf-8")
            os.link(part, path)
        except FileExistsError:
            pass  # another instance was first
        except OSError as error:
            log.error("audit_file_not_written", day=day.day, errno=error.errno)
            return
        finally:
            part.unlink(missing_ok=True)
