"""Seals what is secret at rest: authenticated encryption and keyed look-up hashes.

`ENCRYPTION_KEYS` holds `id:base64` pairs, the first of which is in use; the others still open what
they once sealed, and still find numbers, while rotating. A key per purpose is derived from each.
"""

import base64
import hmac
import os
import threading
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
CHECK: Final = "key check"  # the purpose of check values, and what is sealed in them


class BadKeys(ValueError):
    """ENCRYPTION_KEYS cannot be used. The message never holds a key."""


class WrongKey(Exception):
    """Something was sealed with a key that we do not have, or has been altered."""


def parse_keys(text: str) -> dict[str, bytes]:
    """Read `id:base64,id:base64`; raises BadKeys, saying which entry and why."""
    keys: dict[str, bytes] = {}
    for place, entry in enumerate(filter(None, (part.strip() for part in text.split(","))), start=1):
        name, colon, encoded = entry.partition(":")
        if not colon or not (name.isascii() and name.isalnum()) or len(name) > 16:
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


def prefix_of(name: str) -> bytes:
    """Return what everything begins with that is sealed with the key `name`."""
    return name.encode() + b":"


def key_id_of(blob: bytes) -> str:
    """Return the id of the key that `blob` says it is sealed with; "" for rubbish."""
    name, colon, _ = bytes(blob).partition(b":")
    return name.decode("ascii", "replace") if colon else ""


class Vault:
    """Seals, opens and hashes. The purpose is bound to what is sealed: a name cannot pose as a body."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._keys = keys
        self._current = next(iter(keys))
        self._derived: dict[tuple[str, str], bytes] = {}
        self._boxes = threading.local()  # one set for each thread: nobody promises that they may be shared

    @property
    def current(self) -> str:
        """The id of the key that is in use."""
        return self._current

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of all keys, the one in use first."""
        return tuple(self._keys)

    def seal(self, purpose: str, text: str) -> bytes:
        [sealed] = self.seal_all(purpose, [text])
        return sealed

    def seal_all(self, purpose: str, texts: Sequence[str]) -> list[bytes]:
        """Seal each by itself; the system is asked once for what is random in all of them."""
        return self._sealed_with(self._current, purpose, texts)

    def _sealed_with(self, name: str, purpose: str, texts: Sequence[str]) -> list[bytes]:
        head, box = prefix_of(name), self._box(name, purpose)
        random = os.urandom(NONCE_BYTES * len(texts))
        nonces = (random[start : start + NONCE_BYTES] for start in range(0, len(random), NONCE_BYTES))
        # surrogatepass: a lone surrogate is odd, not a reason to lose a text
        return [
            head + nonce + box.encrypt(nonce, text.encode("utf-8", "surrogatepass"), None)
            for nonce, text in zip(nonces, texts, strict=True)
        ]

    def open(self, purpose: str, blob: bytes) -> str:
        """Return what was sealed for `purpose`; raises WrongKey."""
        key_id, rest = key_id_of(blob), bytes(blob).partition(b":")[2]
        if key_id not in self._keys:
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
        """Return a short opaque key for ordering what comes from one sender.

        By whichever key comes first in the alphabet, in use or not: while keys are changed, all instances and all that
        waits keep the same one, and nobody's texts overtake each other.
        """
        return self._hash(min(self._keys), "lane", value)[:9].hex()

    def check_value(self, name: str) -> bytes:
        """Return something sealed with the key `name`, by which it can be told later whether we have the same."""
        [sealed] = self._sealed_with(name, CHECK, [CHECK])
        return sealed

    def opens(self, purpose: str, blob: bytes) -> bool:
        """Tell whether `blob` can be opened with a key of ours."""
        try:
            self.open(purpose, blob)
        except WrongKey:
            return False
        return True

    def fingerprint(self, name: str) -> str:
        """Return eight letters and digits by which people tell two keys apart; nothing of the key is told by them."""
        return self._hash(name, "fingerprint", "")[:4].hex()

    def _hash(self, name: str, purpose: str, value: str) -> bytes:
        return hmac.digest(self._key(name, f"find:{purpose}"), value.encode("utf-8", "surrogatepass"), "sha256")

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
