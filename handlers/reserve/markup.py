"""A very small builder of HTML. What is not built here is text, and is escaped."""

from html import escape
from typing import Final

VOID: Final = frozenset({"input", "meta", "br", "link"})


class Html(str):
    """A piece of HTML that may stand as it is."""

    __slots__ = ()


Child = str | None


def tag(name: str, /, *children: Child, **attributes: str | int | bool | None) -> Html:
    """Return an element. `class_` and `for_` lose their dash below; True is an attribute alone, None and False none.

    >>> tag("p", "1 < 2", class_="odd")
    '<p class="odd">1 &lt; 2</p>'
    """
    given = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID:
        return Html(f"<{name}{given}>")
    return Html(f"<{name}{given}>{joined(*children)}</{name}>")


def joined(*children: Child) -> Html:
    """Return the children one after the other; what is no Html is escaped."""
    return Html("".join(c if isinstance(c, Html) else escape(c) for c in children if c is not None))


def _attribute(key: str, value: str | int | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
