"""Is this request from Twilio? One question, one answer; never an exception."""

from collections.abc import Iterable, Mapping
from typing import Final

from multidict import MultiMapping
from twilio.request_validator import (
    HMAC_SHA1,
    HMAC_SHA256,
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

_ALGORITHMS: Final = frozenset({HMAC_SHA1, HMAC_SHA256})


class SignatureVerifier:
    """Checks signatures as Twilio made them: over our public URL, whatever a proxy made of it.

    Takes several tokens, so that one can be exchanged for another without losing a message.
    """

    def __init__(self, public_base_url: str, tokens: Iterable[str]) -> None:
        """`public_base_url` is scheme and host as configured at Twilio, `tokens` the primary first.

        Raises ValueError without a token or with an empty one: anybody can sign with an empty key.
        """
        self._base = public_base_url.rstrip("/")
        kept = list(tokens)
        if not kept or not all(kept):
            raise ValueError("every token must be non-empty")
        self._validators = [RequestValidator(token) for token in kept]  # type: ignore[no-untyped-call]

    def is_genuine(self, raw_path: str, params: MultiMapping[object], headers: Mapping[str, str]) -> bool:
        """Return whether Twilio signed exactly this.

        `raw_path` is aiohttp's `request.raw_path` (path and query, not decoded) and `params` is
        `await request.post()`, untouched: a stripped body or a dropped blank would not verify.
        """
        signature = headers.get(SIGNATURE_HEADER)
        if not signature or not signature.isascii():
            return False
        settings = headers.get(SIGNATURE_SETTINGS_HEADER)  # only with a shared key
        algorithm = str(get_signature_algorithm(settings)).upper()  # type: ignore[no-untyped-call]
        if algorithm not in _ALGORITHMS:
            return False  # asked here, since the library would log the stranger's word for it
        url = self._base + raw_path
        try:
            return any(
                validator.validate(url, params, signature, algorithm)  # type: ignore[no-untyped-call]
                for validator in self._validators
            )
        except (TypeError, ValueError):  # an uploaded file, half a surrogate pair: not Twilio's
            return False
