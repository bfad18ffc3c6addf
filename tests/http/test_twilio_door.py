"""The carrier's door: what is genuine is stored once, everything else is refused and leaves no trace."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.acceptance.night import NORRVIK, Night, a_night
from tests.http.doors import SENDER, Doors, Pairs, form, locked, sign, with_settings

PUBLIC = "https://bot.example.se"
PATH = "/twilio/sms?b=1"
BODY = "  kom hit är du snäll  "
REFUSED = 'beredskap_bad_signatures_total{route="/twilio/sms"}'
OLD_TOKEN, OTHER_TOKEN = "o" * 32, "x" * 32


async def on_duty(night: Night) -> None:
    anna = await night.hires("Anna Ek", NORRVIK)
    night.opens_channels()
    await night.on_beredskap(anna, "2026-11-20 17:00", "2026-11-20 22:00")


class Row(NamedTuple):
    """One row of the truth table: what was signed, and where it differs from what is sent."""

    says: str
    is_genuine: bool
    url: str = PUBLIC + PATH
    sent: Sequence[tuple[str, str]] | None = None
    signed: Sequence[tuple[str, str]] | None = None
    token: str | None = None
    headers: dict[str, str] | None = None


def pairs(sid: str, *more: tuple[str, str], body: str = BODY) -> Pairs:
    return form(sid, body, from_="BANKEN", more=more)


def without(name: str, given: Pairs) -> Pairs:
    return [pair for pair in given if pair[0] != name]


def truth_table(token: str) -> list[Row]:
    repeated = pairs("SM02", ("Tag", "a"), ("Tag", "b"))
    header = "X-Twilio-Signature"
    sha1 = sign(token, PUBLIC + PATH, pairs("SM25"))
    sha256 = sign(token, PUBLIC + PATH, pairs("SM05"), "HMAC_SHA256")
    shared_key = {"X-Twilio-Webhooks-Signature-Settings": "key=k,algorithm=HMAC_SHA256"}
    return [
        Row("as it is", True, sent=pairs("SM01")),
        Row("a repeated name", True, sent=repeated),
        Row("an unknown parameter", True, sent=pairs("SM03", ("Nytt", "1"))),
        Row("port 443 said aloud", True, url=f"{PUBLIC}:443{PATH}", sent=pairs("SM04")),
        Row("SHA-256, and saying so", True, sent=pairs("SM05"), headers={header: sha256, **shared_key}),
        Row("a repeated name signed once", False, sent=pairs("SM10", ("Tag", "a"), ("Tag", "b")),
            signed=pairs("SM10", ("Tag", "a"))),
        Row("http", False, url=f"http://bot.example.se{PATH}", sent=pairs("SM11")),
        Row("an internal address", False, url=f"http://10.0.0.1:8080{PATH}", sent=pairs("SM12")),
        Row("without the query", False, url=f"{PUBLIC}/twilio/sms", sent=pairs("SM13")),
        Row("a slash more", False, url=f"{PUBLIC}/twilio/sms/?b=1", sent=pairs("SM14")),
        Row("the host in capitals", False, url=f"https://BOT.EXAMPLE.SE{PATH}", sent=pairs("SM15")),
        Row("a blank dropped on the way", False, sent=without("FromCity", pairs("SM16")), signed=pairs("SM16")),
        Row("a blank added on the way", False, sent=pairs("SM17"), signed=without("FromCity", pairs("SM17"))),
        Row("the body trimmed", False, sent=pairs("SM18", body=BODY.strip()), signed=pairs("SM18")),
        Row("the fragment signed", False, url=f"{PUBLIC}{PATH}#rc=5", sent=pairs("SM19")),
        Row("another token", False, sent=pairs("SM20"), token=OTHER_TOKEN),
        Row("an empty signature", False, sent=pairs("SM21"), headers={header: ""}),
        Row("a signature that is no ASCII", False, sent=pairs("SM22"), headers={header: "åäö"}),
        Row("no signature", False, sent=pairs("SM23"), headers={}),
        Row("a foreign word for the algorithm", False, sent=pairs("SM24"),
            headers={header: sha1, "X-Twilio-Webhooks-Signature-Settings": "key=k,algorithm=MD5"}),
        Row("SHA-1 that claims to be SHA-256", False, sent=pairs("SM25"), headers={header: sha1, **shared_key}),
    ]  # fmt: skip


async def test_the_truth_table(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row of facts/twilio.md section 4, over HTTP."""
    with_settings(monkeypatch, public_base_url=PUBLIC)
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        doors = Doors(night, public=PUBLIC)
        await on_duty(night)
        rows = truth_table(doors.token)
        for row in rows:
            assert row.sent is not None
            answer = await doors.twilio(
                row.sent, path=PATH, signed_url=row.url, signed=row.signed, token=row.token, headers=row.headers
            )
            expected = (200, "<Response/>", "text/xml") if row.is_genuine else (403, "", "text/plain")
            assert (answer.status, answer.text, answer.kind) == expected, row.says
        await night.settles()
        assert doors.stored() == [f"SM0{number}" for number in range(1, 6)]
        assert await doors.counted(REFUSED) == sum(not row.is_genuine for row in rows)
        assert BODY.strip() not in doors.log()
        assert "BANKEN" not in doors.log()


@pytest.mark.parametrize("public", ["https://bot.example.se:8443", "https://user:password@bot.example.se"])
async def test_addresses_that_twilio_writes_in_another_way(
    tmp_path: Path, sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch, public: str
) -> None:
    """A port that was left out when signing is put up with; a user and password are signed along."""
    with_settings(monkeypatch, public_base_url=public)
    async with a_night(tmp_path, sqlite_database_url, "2026-11-20 18:00") as night:
        doors = Doors(night, public=public)
        await on_duty(night)
        answer = await doors.twilio(pairs("SM01"), path=PATH, signed_url=public.replace(":8443", "") + PATH)
        assert answer.status == 200
        await night.settles()


async def test_two_tokens_while_one_is_exchanged(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_settings(monkeypatch, twilio_auth_token_secondary=OLD_TOKEN)
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        doors = Doors(night)
        await on_duty(night)
        assert (await doors.twilio(pairs("SM01"), token=doors.token)).status == 200
        assert (await doors.twilio(pairs("SM02"), token=OLD_TOKEN)).status == 200
        assert (await doors.twilio(pairs("SM03"), token=OTHER_TOKEN)).status == 403
        await night.settles()
        assert doors.stored() == ["SM01", "SM02"]


async def test_everything_that_came_is_kept_as_it_came(tmp_path: Path, database_url: str) -> None:
    """Names nobody has heard of, blanks and repeats stand in the stored row, in order."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        doors = Doors(night)
        await on_duty(night)
        sent = pairs("MM01", ("ToCity", ""), ("Nytt", "1"), ("Nytt", "2"))
        assert (await doors.twilio(sent)).status == 200
        await night.settles()
        assert await doors.raw(1) == sent


async def test_the_same_text_twenty_times_at_once(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        doors = Doors(night)
        await on_duty(night)
        stranger = night.phone(SENDER)
        sent = form("SM01", "kan nån ringa mig")
        fallback = form("SM01", "kan nån ringa mig", more=[("ErrorCode", "11200"), ("ErrorUrl", doors.base)])

        answers = await asyncio.gather(
            *(doors.twilio(sent) for _ in range(20)), doors.twilio(fallback, path="/twilio/sms-fallback")
        )

        assert {answer.status for answer in answers} == {200}
        await night.settles()
        assert doors.stored() == ["SM01"]
        night.people["Anna"].card("Ett sms väntar på svar")
        stranger.receives("Vi känner inte igen numret")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_text_without_an_id_is_no_text(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        doors = Doors(night)
        for nameless in (without("MessageSid", form("x")), [("MessageSid", ""), ("Body", "hej på dig")]):
            assert (await doors.twilio(nameless)).status == 400
        assert doors.stored() == []
        night.secret_words.add("hej på dig")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_database_that_cannot_commit(tmp_path: Path, database_url: str) -> None:
    """503, so that it comes again; afterwards the repeat is stored once, and answered once."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        doors = Doors(night)
        await on_duty(night)
        stranger = night.phone(SENDER)
        night.expected_errors.update({"database_unavailable", "webhook_not_stored"})
        sent = form("SM01", "svara mig nån")
        with locked(database_url):
            assert (await doors.twilio(sent)).status == 503
        assert doors.stored() == []
        assert await doors.counted('beredskap_webhooks_not_stored_total{route="/twilio/sms"}') == 1

        assert [(await doors.twilio(sent)).status for _ in range(3)] == [200, 200, 200]

        await night.settles()
        assert doors.stored() == ["SM01"]
        night.people["Anna"].card("Ett sms väntar på svar")
        stranger.receives("Vi känner inte igen numret")
        night.secret_words.add("svara mig nån")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_report_on_a_long_text(tmp_path: Path, database_url: str) -> None:
    """A sid may begin with MM. The same report again is the same row; one we know nothing of changes nothing."""
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        doors = Doors(night)
        report = [("MessageSid", "MM" + "a" * 32), ("MessageStatus", "delivered"), ("To", SENDER)]
        path = "/twilio/status?d=nobody"
        assert [(await doors.twilio(report, path=path)).status for _ in range(2)] == [200, 200]
        assert (await doors.twilio(report, path=path, token=OTHER_TOKEN)).status == 403
        assert (await doors.twilio([("MessageStatus", "sent")], path=path)).status == 400
        await night.settles()
        assert len(doors.stored("twilio-status")) == 1
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_a_report_that_the_database_cannot_take(tmp_path: Path, postgres_database_url: str) -> None:
    """PostgreSQL keeps no NUL in a text: the report is set aside, and what comes after it goes on."""
    async with a_night(tmp_path, postgres_database_url, "2026-11-20 18:00") as night:
        doors = Doors(night)
        await on_duty(night)
        anna, stranger = night.people["Anna"], night.phone(SENDER)
        await stranger.texts("vem läser det här")
        stranger.receives("Vi känner inte igen numret")
        night.sandbox.carrier.faults.set("sms", "silent")
        await anna.replies("En familjebehandlare")
        stranger.receives("En familjebehandlare")
        sid = stranger.inbox()[-1]["sid"]

        report = [("MessageSid", sid), ("MessageStatus", "failed"), ("ErrorCode", "3\x000")]
        assert (await doors.twilio(report, path="/twilio/status")).status == 200
        await night.settles()
        await stranger.texts("hallå där")

        night.expected_errors.add("row_parked")
        anna.is_told("Nytt sms")
        anna.card("Ett sms väntar på svar")
        night.expect_nothing_else()
        await night.nothing_waits()


async def test_alive_and_ready(tmp_path: Path, database_url: str) -> None:
    async with a_night(tmp_path, database_url, "2026-11-20 18:00") as night:
        doors = Doors(night)
        assert (await doors.get("/livez")).status == 200
        ready = await doors.get("/readyz")
        assert (ready.status, ready.text) == (200, '{"ok": true, "problems": []}')
