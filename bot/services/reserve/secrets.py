"""What nobody may read back: tokens, cookies and PINs. Only hashes of them are kept."""

import asyncio
import hashlib
import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bot.domain.errors import BotError

SALT: Final = 16  # bytes
LENGTH: Final = 32  # bytes
TOKEN: Final = 16  # bytes of chance in a link: 22 characters
COOKIE: Final = 32
AT_ONCE: Final = 2  # slow hashes are worked out two at a time: each takes 16 MB, and a core
MOST_IN_HAND: Final = 20  # PINs that are being compared or wait for it: half a second or so


class Crowded(BotError):
    """So many PINs are being compared that another would wait too long: nothing was tried."""

    code = "crowded"


_in_hand: set[object] = set()  # the comparisons that have begun or wait
_threads: Final = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pin")
_NOBODYS: Final = bytes(SALT + LENGTH)  # compared with when there is no PIN, so that it takes as long


def new_token() -> str:
    """Return the secret part of a link."""
    return secrets.token_urlsafe(TOKEN)


def new_cookie() -> str:
    return secrets.token_urlsafe(COOKIE)


def hashed(secret: str) -> bytes:
    """Return what is kept of a token or cookie. They are random, so a quick hash is enough."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def form_token(cookie: str) -> str:
    """Return what each form of a session carries; only whoever has the cookie can work it out."""
    return hashlib.sha256(f"form:{cookie}".encode("utf-8", "replace")).hexdigest()


async def hash_pin(pin: str) -> bytes:
    """Return a slow hash with a salt of its own. It takes some 50 ms, in a thread."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hash, pin)


async def is_right(pin: str, pin_hash: bytes | None) -> bool:
    """Tell whether a PIN is the one that was hashed; for None False, after as long. Raises Crowded."""
    if len(_in_hand) >= MOST_IN_HAND:
        raise Crowded
    ticket = asyncio.get_running_loop().run_in_executor(_threads, _is_right, pin, pin_hash)
    _in_hand.add(ticket)
    ticket.add_done_callback(_in_hand.discard)
    return await ticket


def _scrypt(salt: bytes) -> Scrypt:
    return Scrypt(salt=salt, length=LENGTH, n=2**14, r=8, p=1)


def _hash(pin: str) -> bytes:
    salt = os.urandom(SALT)
    return salt + _scrypt(salt).derive(pin.encode())


def _is_right(pin: str, pin_hash: bytes | None) -> bool:
    kept = _NOBODYS if pin_hash is None else pin_hash
    try:
        _scrypt(kept[:SALT]).verify(pin.encode(), kept[SALT:])
    except InvalidKey:
        return False
    return pin_hash is not None
