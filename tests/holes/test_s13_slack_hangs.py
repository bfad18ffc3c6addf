"""VoterHelpLine: "acks Twilio after posting to Slack (15 s risk), dedupe fails open, unknown status SID dropped" -
"webhook under 500 ms with Slack hanging" (facts: storage, section 13).
"""

from pathlib import Path

from tests.acceptance.night import a_night
from tests.holes.given import AUTOMATIC, EVENING, all_is_known, comes, duty, slack_fails

PHONES = [f"+467017406{number}" for number in range(10, 18)]


async def test_texts_are_taken_and_answered_while_every_call_to_slack_hangs(tmp_path: Path, database_url: str) -> None:
    """Eight phones at once, and no answer from Slack to anything: 200 for each, and the automatic answers leave."""
    async with a_night(tmp_path, database_url, EVENING) as night:
        anna, nova = await duty(night)
        strangers = [night.phone(number) for number in PHONES]
        slack_fails(night, "hang", methods=None)
        for phone in (*strangers, nova):
            await phone.texts("är någon där", settle=False)
        assert night.sandbox.carrier.notes == []
        await comes(lambda: all(phone.inbox() for phone in (*strangers, nova)))
        assert anna.cards() == []

        night.sandbox.slack.faults.clear()
        await all_is_known(night)
        anna.card("Ungdom, Norrvik")
        nova.receives(AUTOMATIC, times=1)
        for phone in strangers:
            phone.receives("Vi känner inte igen numret", times=1)
        repeated = [card for card in anna.cards() if "upprepning" in card.words]
        assert len(anna.cards()) - len(repeated) <= len(PHONES) + 1
        night.expected.update((m.channel, m.ts) for m in anna.messages())
        night.expect_nothing_else()
        await night.nothing_waits()
