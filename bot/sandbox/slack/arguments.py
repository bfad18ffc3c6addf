"""The arguments of a Web API call, whichever of Slack's encodings they came in."""

import json
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl

from .errors import ApiError
from .state import Json


class Arguments:
    """Arguments by name. Absent, null and, for most, empty mean the same to Slack."""

    def __init__(self, given: Json) -> None:
        self.given = given

    def text(self, name: str) -> str:
        """Return a string, empty when absent."""
        value = self.given.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str) -> bool:
        """Return a truth value; slack_sdk writes "1" or "0" in queries."""
        return self.given.get(name) in (True, 1, "1", "true", "True")

    def number(self, name: str, default: int) -> int:
        """Return a whole number. Raises `invalid_arguments`."""
        value = self.given.get(name)
        if value in (None, ""):
            return default
        try:
            return int(str(value))
        except ValueError:
            raise ApiError("invalid_arguments", messages=[f"[ERROR] invalid number [json-pointer:/{name}]"]) from None

    def structure(self, name: str, error: str) -> Any:
        """Return JSON that may have come as a string, None when absent. Raises `error` for what is no JSON."""
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        if value == "":
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise ApiError(error) from None


def decode(query: str, content_type: str, body: bytes) -> Json:
    """Return the arguments of a request: query, then form, multipart or JSON. Raises `invalid_json` or the like."""
    given: Json = dict(parse_qsl(query, keep_blank_values=True))
    if not body:
        return given
    kind = content_type.split(";")[0].strip().lower()
    if kind == "application/json":
        try:
            decoded = json.loads(body)
        except ValueError:
            raise ApiError("invalid_json") from None
        if not isinstance(decoded, dict):
            raise ApiError("json_not_object")
        return {**given, **decoded}
    if kind == "multipart/form-data":
        return {**given, **_multipart(content_type, body)}
    if kind in ("application/x-www-form-urlencoded", "text/plain"):
        return {**given, **dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))}
    raise ApiError("invalid_post_type" if kind else "missing_post_type")


def _multipart(content_type: str, body: bytes) -> Json:
    """Return the fields of a multipart form; a file shows as its length."""
    whole = b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body
    fields: Json = {}
    for part in BytesParser().parsebytes(whole).walk():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            is_file = part.get_filename() is not None
            fields[name] = f"({len(content)} bytes)" if is_file else content.decode(errors="replace")
    return fields


def readable(given: Json) -> Json:
    """Return arguments with JSON strings resolved, for the recorder."""
    resolved: Json = {}
    for name, value in given.items():
        if isinstance(value, str) and value[:1] in ("{", "["):
            try:
                resolved[name] = json.loads(value)
                continue
            except ValueError:
                pass
        resolved[name] = value
    return resolved
