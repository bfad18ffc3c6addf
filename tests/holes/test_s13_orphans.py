"""politics-rewired Spoke: "deletes parts 'with no thread'" - "orphan is kept and shown" (facts: storage, 13)."""

from pathlib import Path

import pytest

from tests.acceptance.night import NORRVIK, a_night
from tests.holes.given import EVENING, inbox
from tests.http.doors import SENDER, Doors, form

UNKNOWN_LINE = "text_to_a_number_that_is_not_in_the_settings"


@pytest.mark.parametrize(
    "changed", [{"To": "+46701740690"}, {"To": ""}, {"From": ""}, {"From": "", "To": ""}, {"Body": ""}], ids=str
)
async def test_a_text_that_belongs_nowhere_is_shown(tmp_path: Path, database_url: str, changed: dict[str, str]) -> None:
    """To a number that nobody has told us of, from nobody, with nothing in it: a person sees it all the same."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        pairs = [(name, changed.get(name, value)) for name, value in form("SM13", "hör ni mig")]
        assert (await Doors(night).twilio(pairs)).status == 200
        await night.settles()
        assert [row.state for row in inbox(night)] == ["done"]
        shown = await anna.opens(anna.card("Okänt nummer"))
        assert ("hör ni mig" in shown) == ("Body" not in changed)
        if "To" in changed:
            night.expected_errors.update({UNKNOWN_LINE, "sms_rejected"})
        night.odd_senders.add(SENDER)


async def test_two_texts_from_nobody_are_both_shown(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna = await night.hires("Anna Ek", NORRVIK)
        night.opens_channels()
        await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")
        for sid, words in (("SM1", "jag heter inget"), ("SM2", "inte jag heller")):
            assert (await Doors(night).twilio(form(sid, words, from_=""))).status == 200
        await night.settles()
        shown = "\n".join([await anna.opens(card) for card in anna.cards()])
        assert "jag heter inget" in shown
        assert "inte jag heller" in shown
