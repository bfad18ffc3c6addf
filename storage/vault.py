"""Seals what is secret at rest: authenticated encryption and keyed look-up hashes.

`ENCRYPTION_KEYS` holds `id:base64` pairs, the first of which is in use; the others still open what
they once sealed, and still find numbers, while rotating. A key per purpose is derived from each.
"""

import base64
import hashlib
import hmac
import os
import threading
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12


class BadKeys(ValueError):
    """ENCRYPTION_KEYS cannot be used. The message never holds a key."""


class WrongKey(Exception):
    """Something was sealed with a key that we do not have, or has been altered."""


def parse_keys(text: str) -> dict[str, bytes]:
    """Read `id:base64,id:base64`; raises BadKeys, saying which entry and why."""
    keys: dict[str, bytes] = {}
    for place, entry in enumerate(filter(None, (part.strip() for part in text.split(","))), start=1):
        name, colon, encoded = entry.partition(":")
        if not colon or not name.isalnum() or len(name) > 16:
            raise BadKeys(f"entry {place} is not of the form id:base64")
        try:
            key = base64.b64decode(encoded, validate=True)
        except ValueError:  # binascii.Error, or letters that are not ASCII
            raise BadKeys(f"entry {place} ({name}) is not base64") from None
        if len(key) != KEY_BYTES:
            raise BadKeys(f"entry {place} ({name}) is {len(key)} bytes long and must be {KEY_BYTES}")
        if name in keys:
            raise BadKeys(f"the id {name} stands twice")
        keys[name] = key
    if not keys:
        raise BadKeys("there is no key")
    return keys


def generate_key(name: str = "k1") -> str:
    """Return a fresh entry for ENCRYPTION_KEYS."""
    return f"{name}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"


class Vault:
    """Seals, opens and hashes. The purpose is bound to what is sealed: a name cannot pose as a body."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._keys = keys
        self._current = next(iter(keys))
        self._derived: dict[tuple[str, str], bytes] = {}
        self._boxes = threading.local()  # one set for each thread: nobody promises that they may be shared

    def seal(self, purpose: str, text: str) -> bytes:
        # surrogatepass: a lone surrogate is odd, not a reason to lose a text
        nonce = os.urandom(NONCE_BYTES)
        box = self._box(self._current, purpose).encrypt(nonce, text.encode("utf-8", "surrogatepass"), None)
        return self._current.encode() + b":" + nonce + box

    def open(self, purpose: str, blob: bytes) -> str:
        """Return what was sealed for `purpose`; raises WrongKey."""
        name, colon, rest = bytes(blob).partition(b":")
        key_id = name.decode("ascii", "replace")
        if not colon or key_id not in self._keys:
            raise WrongKey
        try:
            opened = self._box(key_id, purpose).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], None)
        except (InvalidTag, ValueError):  # altered, or cut short
            raise WrongKey from None
        return opened.decode("utf-8", "surrogatepass")

    def find_hash(self, purpose: str, value: str) -> bytes:
        """Return the hash under which `value` is stored now."""
        return self._hash(self._current, purpose, value)

    def find_hashes(self, purpose: str, value: str) -> list[bytes]:
        """Return every hash under which `value` may be stored, the current one first."""
        return [self._hash(name, purpose, value) for name in self._keys]

    def lane(self, value: str) -> str:
        """Return a short opaque key for ordering what comes from one sender."""
        return self.find_hash("lane", value)[:9].hex()

    def _hash(self, name: str, purpose: str, value: str) -> bytes:
        return hmac.new(
            self._key(name, f"find:{purpose}"), value.encode("utf-8", "surrogatepass"), hashlib.sha256
        ).digest()

    def _box(self, name: str, purpose: str) -> AESGCM:
        boxes = self._boxes.__dict__
        box: AESGCM | None = boxes.get(f"{name}:{purpose}")
        if box is None:
            box = boxes[f"{name}:{purpose}"] = AESGCM(self._key(name, purpose))
        return box

    def _key(self, name: str, purpose: str) -> bytes:
        derived = self._derived.get((name, purpose))
        if derived is None:
            hkdf = HKDF(
                algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=f"beredskapsbot/{purpose}".encode()
            )
            derived = self._derived.setdefault((name, purpose), hkdf.derive(self._keys[name]))
        return derived
