"""Checks of the small parts of Block Kit: text, options, confirmations. facts/slack.md section 8."""

from collections.abc import Collection
from datetime import date
from typing import Any, Final

OPTION_TEXT: Final = 75
OPTION_VALUE: Final = 150
OPTION_DESCRIPTION: Final = 75
CONFIRM_LIMITS: Final = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
ID_LENGTH: Final = 255
PLAIN: Final = ("plain_text",)
ANY_TEXT: Final = ("plain_text", "mrkdwn")
TEXT_PROPERTIES: Final = {"plain_text": {"type", "text", "emoji"}, "mrkdwn": {"type", "text", "verbatim"}}


def is_day(value: Any) -> bool:
    """Tell whether `value` is a day as Slack writes it, YYYY-MM-DD (date picker element reference)."""
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


class Complaints:
    """What is wrong, said the way Slack says it in `response_metadata.messages`."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def add(self, problem: str, at: str) -> None:
        """Say what is wrong at a JSON pointer."""
        self.messages.append(f"[ERROR] {problem} [json-pointer:{at}]")

    def properties(
        self, thing: dict[str, Any], at: str, *, allowed: Collection[str], required: Collection[str]
    ) -> None:
        """Complain of properties that do not exist, and of required ones that are missing."""
        for name in thing:
            if name not in allowed:
                self.add(f"additional property: {name}", at)
        for name in required:
            if thing.get(name) is None:
                self.add(f"missing required field: {name}", at)

    def length(self, value: Any, at: str, longest: int, *, shortest: int = 0) -> None:
        """Complain of a string that is too long or too short, or no string. None is fine: it is absent."""
        if value is None:
            return
        if not isinstance(value, str):
            self.add("must provide a string", at)
        elif len(value) > longest:
            self.add(f"must be less than {longest + 1} characters", at)
        elif len(value) < shortest:
            self.add(f"must be more than {shortest - 1} characters", at)

    def text(self, value: Any, at: str, longest: int, *, kinds: Collection[str] = ANY_TEXT) -> None:
        """Check a text object. None is fine: it is absent."""
        if value is None:
            return
        if not isinstance(value, dict) or value.get("type") not in kinds:
            self.add(f"must provide an object of type {' or '.join(kinds)}", at)
            return
        self.properties(value, at, allowed=TEXT_PROPERTIES[value["type"]], required=("text",))
        self.length(value.get("text"), f"{at}/text", longest, shortest=1)

    def option(self, value: Any, at: str, *, kinds: Collection[str] = PLAIN, with_url: bool = False) -> None:
        """Check one option: text 75, value 150, description 75 (facts/slack.md section 8)."""
        if not isinstance(value, dict):
            self.add("must provide an object", at)
            return
        allowed = {"text", "value", "description"} | ({"url"} if with_url else set())
        self.properties(value, at, allowed=allowed, required=("text", "value"))
        self.text(value.get("text"), f"{at}/text", OPTION_TEXT, kinds=kinds)
        self.length(value.get("value"), f"{at}/value", OPTION_VALUE)
        self.text(value.get("description"), f"{at}/description", OPTION_DESCRIPTION, kinds=kinds)

    def options(
        self, value: Any, at: str, most: int, *, kinds: Collection[str] = PLAIN, with_url: bool = False
    ) -> None:
        """Check a list of options: at least one, at most `most`."""
        if not isinstance(value, list) or not value:
            self.add("must provide at least one option", at)
            return
        if len(value) > most:
            self.add(f"no more than {most} items allowed", at)
        for index, option in enumerate(value):
            self.option(option, f"{at}/{index}", kinds=kinds, with_url=with_url)

    def day(self, value: Any, at: str) -> None:
        """Check a day, YYYY-MM-DD. None is fine: it is absent."""
        if value is not None and not is_day(value):
            self.add("must be a date in the format YYYY-MM-DD", at)

    def confirm(self, value: Any, at: str) -> None:
        """Check a confirmation: title 100, text 300, confirm 30, deny 30 (facts/slack.md section 8)."""
        if value is None:
            return
        if not isinstance(value, dict):
            self.add("must provide an object", at)
            return
        self.properties(value, at, allowed={*CONFIRM_LIMITS, "style"}, required=CONFIRM_LIMITS)
        for name, longest in CONFIRM_LIMITS.items():
            kinds = ANY_TEXT if name == "text" else PLAIN
            self.text(value.get(name), f"{at}/{name}", longest, kinds=kinds)
        self.style(value, at)

    def style(self, thing: dict[str, Any], at: str) -> None:
        """Check a colour."""
        if thing.get("style") not in (None, "primary", "danger"):
            self.add("must be a valid enum value", f"{at}/style")

    def image(self, thing: dict[str, Any], at: str) -> None:
        """Check an image: alt_text required, 2 000; url 3 000 (facts/slack.md section 8)."""
        self.length(thing.get("alt_text"), f"{at}/alt_text", 2000)
        self.length(thing.get("image_url"), f"{at}/image_url", 3000, shortest=1)
        if (thing.get("image_url") is None) == (thing.get("slack_file") is None):
            self.add("must provide either image_url or slack_file", at)
