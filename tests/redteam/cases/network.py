"""A stranger on the network, at the doors of the carrier, of the calendars and of what the machines read."""

import asyncio
import json
import re
import secrets
import string
from urllib.parse import urlencode, urlsplit

from tests.http.doors import sign
from tests.redteam.attempts import ANYTHING, attempt
from tests.redteam.scenes import NOVAS
from tests.redteam.watch import House
from tests.redteam.ways import FORM, carrier, doors, knock, signature, sms
from tests.reserve.evening import presses_home

STRANGER = "A stranger on the network"
ALPHABET = string.ascii_letters + string.digits + "_-"
CALLS = ("incoming", "incoming-fallback", "screen", "pressed", "next", "leg", "over", "gather", "status")
IN_NOVAS_NAME = sms("SM" + "1" * 32, "jag har rymt", NOVAS)
CALL = [("CallSid", "CA" + "1" * 32), ("From", NOVAS), ("To", "+46701740699"), ("Digits", "1")]


@attempt(STRANGER, "to write in a youth's name", "POST to both doors for sms, no signature", "403, nothing is kept")
async def sms_without_a_signature(house: House) -> None:
    for door in ("sms", "sms-fallback"):
        assert await carrier(house, f"/twilio/{door}", IN_NOVAS_NAME, {}) == 403


@attempt(STRANGER, "to write in a youth's name", "an invented signature; one made with an empty key", "403")
async def sms_with_a_wrong_signature(house: House) -> None:
    url = doors(house).base + "/twilio/sms"
    for made in ("bm9wZQ==", "", "ä", sign("gissat", url, IN_NOVAS_NAME), sign("x" * 32, url, IN_NOVAS_NAME)):
        headers = {"X-Twilio-Signature": made.encode().decode("latin-1")}
        assert await carrier(house, "/twilio/sms", IN_NOVAS_NAME, headers) == 403


@attempt(STRANGER, "to write in a youth's name", "the genuine signature of another address of ours", "403")
async def signature_of_another_address(house: House) -> None:
    for door in ("/twilio/status", "/twilio/sms-fallback", "/twilio/sms/", "/twilio/sms?x=1", "//twilio/sms"):
        assert await carrier(house, "/twilio/sms", IN_NOVAS_NAME, signature(house, door, IN_NOVAS_NAME)) == 403


@attempt(STRANGER, "to confirm another text as delivered", "a genuine report, its query changed or dropped", "403")
async def signature_with_another_query(house: House) -> None:
    report = [("MessageSid", "SM" + "2" * 32), ("MessageStatus", "delivered")]
    headers = signature(house, "/twilio/status?d=abc", report)
    for path in ("/twilio/status", "/twilio/status?d=abd", "/twilio/status?d=abc&d=abd", "/twilio/status?d=%61bc"):
        assert await carrier(house, path, report, headers) == 403


@attempt(STRANGER, "to change what a youth wrote", "fields added, removed and changed under a genuine signature", "403")
async def fields_changed_under_a_signature(house: House) -> None:
    headers = signature(house, "/twilio/sms", IN_NOVAS_NAME)
    body = [pair for pair in IN_NOVAS_NAME if pair[0] != "Body"]
    for sent in (
        [*IN_NOVAS_NAME, ("Media", "1")],
        body,
        [*body, ("Body", "jag har rymt ")],
        [*IN_NOVAS_NAME, ("Body", "något annat")],
    ):
        assert await carrier(house, "/twilio/sms", IN_NOVAS_NAME, headers, sent) == 403


@attempt(
    STRANGER,
    "to have a text taken in twice",
    "a genuine webhook, replayed as it was, 20 times at once",
    "200, and nothing happens again",
)
async def a_genuine_webhook_replayed(house: House) -> None:
    assert house.night.sandbox.bot is not None
    row = await house.night.sandbox.bot.store.read(lambda tx: tx.inbox.get(1))
    assert row is not None
    pairs = [(name, value) for name, value in json.loads(row.raw)]
    again = [carrier(house, "/twilio/sms", pairs) for _ in range(20)]
    assert set(await asyncio.gather(*again)) == {200}


@attempt(
    STRANGER,
    "to move words between the fields of a signed form",
    "a genuine signature over `From…From…`, read as two senders",
    "403: what we act upon stands once",
)
async def one_field_made_two(house: House) -> None:
    spoofed = sms("SM" + "3" * 32, "hejFrom+46701740601", NOVAS)
    headers = signature(house, "/twilio/sms", spoofed)
    sent = [("From", "+46701740601"), *[(n, "hej" if n == "Body" else v) for n, v in spoofed]]
    assert await carrier(house, "/twilio/sms", spoofed, headers, sent) == 403


@attempt(
    STRANGER,
    "to have a form taken that is none",
    "JSON, multipart, XML, an unknown charset",
    "4xx, nothing in the log",
)
async def other_content_types(house: House) -> None:
    body = urlencode(IN_NOVAS_NAME)
    for kind in (
        "application/json",
        "text/xml",
        "multipart/form-data; boundary=x",
        "text/plain",
        f"{FORM}; charset=nope",
    ):
        headers = {**signature(house, "/twilio/sms", IN_NOVAS_NAME), "Content-Type": kind}
        assert 400 <= await knock(house, "/twilio/sms", body, headers) < 500, kind


@attempt(STRANGER, "to fill the memory", "forms of 2 and 20 MB, and 20,000 fields", "413, nothing is kept")
async def huge_forms(house: House) -> None:
    for size in (2, 20):
        headers = {"Content-Type": FORM, "X-Twilio-Signature": "bm9wZQ=="}
        assert await knock(house, "/twilio/sms", "Body=" + "x" * size * 2**20, headers) == 413
    many = "&".join(f"a{n}=1" for n in range(20_000))
    assert await knock(house, "/twilio/sms", many, {"Content-Type": FORM, "X-Twilio-Signature": "bm9wZQ=="}) in {
        403,
        413,
    }


@attempt(STRANGER, "to answer or steer a call", "POST to every door of the calls, unsigned and wrongly signed", "403")
async def calls_without_a_signature(house: House) -> None:
    for door in CALLS:
        for headers in ({}, {"X-Twilio-Signature": "bm9wZQ=="}, signature(house, "/twilio/voice/other", CALL)):
            given = {name: value for name, value in headers.items() if name != "Content-Type"}
            assert await carrier(house, f"/twilio/voice/{door}", CALL, given) == 403, door


@attempt(
    STRANGER,
    "to be taken for the carrier by its headers",
    "X-Forwarded-For, -Host and -Proto, Host, X-Original-URL, X-HTTP-Method-Override",
    "403: only the signature counts",
)
async def forwarded_headers(house: House) -> None:
    for name, value in (
        ("X-Forwarded-For", "127.0.0.1"),
        ("X-Forwarded-Host", "api.example.se"),
        ("X-Forwarded-Proto", "https"),
        ("Host", "127.0.0.1"),
        ("X-Original-URL", "/livez"),
        ("X-HTTP-Method-Override", "GET"),
        ("I-Twilio-Idempotency-Token", "x"),
    ):
        assert await carrier(house, "/twilio/sms", IN_NOVAS_NAME, {name: value}) == 403


@attempt(STRANGER, "to smuggle a second request past a proxy", "two lengths, a length and chunks, a bare LF", "400")
async def smuggled_requests(house: House) -> None:
    address = urlsplit(house.night.sandbox.bot_url)
    hidden = "POST /twilio/sms HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    for head in (
        f"Content-Length: 0\r\nContent-Length: {len(hidden)}\r\n\r\n{hidden}",
        f"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n{hidden}",
        f"Transfer-Encoding: xchunked\r\n\r\n{hidden}",
        f"Content-Length: +0\r\n\r\n{hidden}",
        "X: a\0b\r\n\r\n",
    ):
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(f"POST /twilio/status HTTP/1.1\r\nHost: x\r\n{head}".encode())
        await writer.drain()
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        house.heard.append(answer.decode(errors="replace"))
        assert answer.startswith((b"HTTP/1.0 400", b"HTTP/1.1 400")), answer[:80]
        assert len(re.findall(rb"HTTP/1\.[01] \d{3} ", answer)) == 1


@attempt(
    STRANGER, "to have links made to a page of theirs", "a Host of their own at every open door", "it is echoed nowhere"
)
async def a_host_of_their_own(house: House) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Origin": "https://evil.example"}
    for path in ("/", "/livez", "/readyz", "/metrics", "/reserv", "/reserv/" + "A" * 22, "/kalender/x.ics"):
        await knock(house, path, None, headers)
    await knock(house, f"/reserv/{'A' * 22}/ny", "", {**headers, "Content-Type": FORM})
    assert not house.shows("evil.example")


@attempt(
    STRANGER, "to learn of somebody from the machine's doors", "GET /livez, /readyz and /metrics", "counts, no ids"
)
async def what_the_machines_read(house: House) -> None:
    for path in ("/livez", "/readyz", "/metrics"):
        await knock(house, path)
    said = "\n".join(house.heard)
    ids = [*house.ids.values(), *(person.staff.id for person in house.night.people.values())]
    assert [name for name in ids if name in said] == []
    assert "norrvik" not in said.casefold().replace("norrviks", "")


@attempt(STRANGER, "to find an address that is none", "control and API doors of the sandbox, files, traversal", "404")
async def doors_that_are_not_there(house: House) -> None:
    for path in (
        "/control/state",
        "/control/slack/say",
        "/slack/api/chat.postMessage",
        "/.env",
        "/beredskap.toml",
        "/static/../beredskap.toml",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/admin",
        "/docs",
    ):
        assert await knock(house, path) == 404, path


@attempt(STRANGER, "to use a door in another way", "GET, PUT, DELETE, TRACE and PROPFIND at every door", "404 or 405")
async def other_methods(house: House) -> None:
    for verb in ("GET", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
        for path in ("/twilio/sms", "/twilio/status", "/slack/events", "/twilio/voice/incoming"):
            assert await knock(house, path, method=verb) in {404, 405}, (verb, path)


@attempt(STRANGER, "to see somebody's shifts", "300 guessed addresses of calendars, and odd ones", "404, all the same")
async def guessed_calendars(house: House) -> None:
    guesses = ["".join(secrets.choice(ALPHABET) for _ in range(22)) for _ in range(300)]
    genuine = house.kept["feed"][len("/kalender/") : -len(".ics")]
    near = [genuine[:-1], genuine + "A", genuine.swapcase(), genuine[::-1], "%00" * 22, "..%2f..%2fetc", "*", "%25"]
    for token in [*guesses, *near]:
        assert await knock(house, f"/kalender/{token}.ics") == 404
    assert {said.split("'Date'")[0] for said in house.heard} == {house.heard[0].split("'Date'")[0]}


@attempt(
    STRANGER, "to learn whether they came near", "the answers to a near and a far guess compared", "the same bytes"
)
async def near_and_far_guesses(house: House) -> None:
    genuine = house.kept["feed"]
    said = []
    for path in (genuine.replace(".ics", "A.ics"), "/kalender/x.ics", f"/kalender/{'A' * 22}.ics"):
        async with house.http.get(house.night.sandbox.bot_url + path) as answer:
            said.append((answer.status, await answer.read(), sorted(answer.headers)))
    assert said[0] == said[1] == said[2]


@attempt(
    STRANGER,
    "to come in by the reservväg",
    "300 guessed links, with a PIN each",
    "404, all the same, no lock on anybody",
)
async def guessed_links(house: House) -> None:
    for _ in range(300):
        token = "".join(secrets.choice(ALPHABET) for _ in range(22))
        assert await knock(house, f"/reserv/{token}", "pin=480271", {"Content-Type": FORM}) == 404


@attempt(
    STRANGER,
    "to read a conversation by its id",
    "the pages of the reservväg without and with an invented cookie",
    "401",
)
async def pages_without_a_session(house: House) -> None:
    conversation, youth = house.ids["conversation"], house.ids["youth"]
    pages = (f"/reserv/samtal/{conversation}", f"/reserv/samtal/{conversation}/bakgrund/{youth}", "/reserv")
    for headers in ({}, {"Cookie": f"reserv={'A' * 43}"}, {"Cookie": "reserv="}, {"Cookie": "reserv=%00; reserv=x"}):
        for path in pages:
            assert await knock(house, path, None, headers) == 401


@attempt(
    STRANGER,
    "to make us fetch an address of theirs",
    "an MMS whose media stands at their server",
    "nobody ever calls there",
    changes=ANYTHING,
)
async def media_at_their_server(house: House) -> None:
    """Taken in as a text of Nova's: only the carrier can sign it, and the picture is never fetched by us."""
    calls: list[int] = []

    async def fetched(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(1)
        writer.close()

    server = await asyncio.start_server(fetched, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    media = [("MediaUrl0", f"http://127.0.0.1:{port}/bild.jpg"), ("MediaContentType0", "image/jpeg")]
    pairs = [(n, "1" if n == "NumMedia" else v) for n, v in sms("SM" + "4" * 32, f"http://127.0.0.1:{port}/x", NOVAS)]
    assert await carrier(house, "/twilio/sms", [*pairs, *media]) == 200
    await house.night.settles()
    await house.night.minutes_pass(2)
    await house.anna.opens(house.anna.cards()[-1])
    server.close()
    await server.wait_closed()
    assert calls == []


@attempt(
    "Whoever has been given the address of a calendar",
    "to follow it on, and to learn more than the shifts",
    "the address before and after its owner takes it back",
    "only her own shifts, without a name; then 404",
    changes=ANYTHING,
)
async def a_revoked_calendar(house: House) -> None:
    feed = house.kept["feed"]
    assert await knock(house, feed) == 200
    assert house.shows("BEGIN:VEVENT")
    assert not any(person.staff.name in said for person in house.night.people.values() for said in house.heard)
    await house.anna.opens_home()
    await presses_home(house.anna, "calendar_revoke")
    assert await knock(house, feed) == 404
