"""Open the reservväg with a link and a PIN, once; or see whether a link could be opened."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

import structlog

from bot.domain.errors import AuditEntry
from bot.domain.reserve import LOCKED_FOR, MOST_FAILURES, SESSION_FOR, ReserveLink, StaffPin
from bot.ports import Tx
from bot.services.context import Context
from bot.services.reserve.secrets import hashed, is_right, new_cookie
from bot.services.reserve.session import has_their_phone

log = structlog.get_logger(__name__)


class Refusal(str, Enum):
    """Why somebody was not let in. A link that is unknown, old or used is all the same."""

    NO_LINK = "no_link"
    WRONG_PIN = "wrong_pin"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Entered:
    """What came of it: a cookie, or a refusal with what more there is to say of it."""

    cookie: str = ""
    refusal: Refusal | None = None
    tries_left: int = 0
    locked_until: datetime | None = None


async def may_open(token: str, *, ctx: Context) -> bool:
    """Tell whether a link could be opened now. Changes nothing: phones fetch what they are texted."""
    found = await ctx.store.read(lambda tx: tx.reserve.link_by_token(hashed(token)))
    return found is not None and found.may_open(ctx.clock.now())


async def enter(token: str, pin: str, *, ctx: Context) -> Entered:
    """Use up the link and return the cookie of a session, if the PIN is right. Every try counts, and is logged.

    The slow hash is worked out only for a link that opens; that it does is no secret, for a GET tells it too.
    Raises Crowded.
    """
    token_hash = hashed(token)

    def known(tx: Tx) -> tuple[bool, StaffPin | None]:
        link = tx.reserve.link_by_token(token_hash)
        if link is None:
            return False, None
        kept = tx.reserve.pin(link.staff_id)
        return link.may_open(ctx.clock.now()) and not _locked(kept, ctx.clock.now()), kept

    opens, tried = await ctx.store.read(known)
    right = opens and await is_right(pin, None if tried is None else tried.pin_hash)
    entered = await ctx.store.write(lambda tx: _enter(tx, ctx, token_hash, tried, right=right))
    log.info("reserve_tried", refusal=None if entered.refusal is None else entered.refusal.value)
    return entered


def _enter(tx: Tx, ctx: Context, token_hash: bytes, tried: StaffPin | None, *, right: bool) -> Entered:
    now = ctx.clock.now()
    link = tx.reserve.link_by_token(token_hash, lock=True)
    if link is None:
        return Entered(refusal=Refusal.NO_LINK)
    pin, person = tx.reserve.pin(link.staff_id, lock=True), tx.staff.get(link.staff_id)
    if not link.may_open(now) or person is None or not has_their_phone(person):
        _log(tx, link, Refusal.NO_LINK.value, is_allowed=False)
        return Entered(refusal=Refusal.NO_LINK)
    if pin is None or tried is None or pin.pin_hash != tried.pin_hash:
        right = False  # it was changed while we looked
    if pin is not None and _locked(pin, now):
        _log(tx, link, Refusal.LOCKED.value, is_allowed=False)
        return Entered(refusal=Refusal.LOCKED, locked_until=pin.locked_until)
    if not right:
        return _wrong(tx, link, pin, now)
    cookie = new_cookie()
    tx.reserve.save_link(replace(link, used_at=now, session_hash=hashed(cookie), session_until=now + SESSION_FOR))
    if pin is not None:
        tx.reserve.save_pin(replace(pin, failures=0, locked_until=None))
    _log(tx, link, "link_and_pin", is_allowed=True)
    return Entered(cookie)


def _locked(pin: StaffPin | None, now: datetime) -> bool:
    return pin is not None and pin.locked_until is not None and now < pin.locked_until


def _wrong(tx: Tx, link: ReserveLink, pin: StaffPin | None, now: datetime) -> Entered:
    """Count it against the link and the person: a new link gives no new tries."""
    failures = link.failures + 1
    in_all = 0 if pin is None else pin.failures + 1
    is_locked = max(failures, in_all) >= MOST_FAILURES
    tx.reserve.save_link(replace(link, failures=MOST_FAILURES if is_locked else failures))
    _log(tx, link, Refusal.WRONG_PIN.value, is_allowed=False)
    if not is_locked:
        if pin is not None:
            tx.reserve.save_pin(replace(pin, failures=in_all))
        left = MOST_FAILURES - max(failures, in_all)
        return Entered(refusal=Refusal.WRONG_PIN, tries_left=left)
    until = now + LOCKED_FOR
    if pin is not None:
        tx.reserve.save_pin(replace(pin, failures=0, locked_until=until))
    _log(tx, link, Refusal.LOCKED.value, is_allowed=False)
    return Entered(refusal=Refusal.LOCKED, locked_until=until)


def _log(tx: Tx, link: ReserveLink, ground: str, *, is_allowed: bool) -> None:
    details = {"link": link.id}
    tx.audit.record(
        AuditEntry(link.staff_id, "reserve_enter", f"staff:{link.staff_id}", ground, None, is_allowed, details)
    )
