"""Nothing that was written can become part of a page, wherever it stands."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from handlers.reserve.markup import joined, tag


class _Parsed(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(), st.text())
def test_a_text_comes_out_as_it_went_in(inside: str, value: str) -> None:
    parsed = _Parsed()
    parsed.feed(tag("p", inside, title=value))
    parsed.close()

    assert [name for name, _ in parsed.tags] == ["p"]
    assert parsed.text == inside
    assert parsed.tags[0][1] == [("title", value)]


def test_attributes_are_written_as_html_has_them() -> None:
    made = tag("input", for_="a", aria_label="b", required=True, autofocus=False, value=None)

    assert made == '<input for="a" aria-label="b" required>'
    assert joined(made, None, "<") == f"{made}&lt;"
