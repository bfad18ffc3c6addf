"""The reservväg, while Slack is away: the link, the PIN, the session and the pages."""

import asyncio
import secrets
from urllib.parse import urlsplit

from tests.redteam.attempts import ANYTHING, Scene, attempt
from tests.redteam.scenes import ANNAS
from tests.redteam.watch import House
from tests.redteam.ways import FORM, knock
from tests.reserve.evening import PIN

FOUND = "Whoever finds the link"
COLLEAGUE = "A colleague with a link that is not hers"
HOLDER = "The person on duty, on the page of the reservväg"
POST = {"Content-Type": FORM}
TRIES = frozenset({"staff_pin"})  # how often somebody has tried is written down
WORLD = Scene.SLACK_AWAY


@attempt(
    FOUND,
    "to use the link up, as phones do that fetch what they are texted",
    "GET and HEAD, ten times",
    "the PIN is asked for; nothing is used up",
    scene=WORLD,
)
async def fetched_in_advance(house: House) -> None:
    for _ in range(5):
        assert await knock(house, house.kept["link"]) == 200
        assert await knock(house, house.kept["link"], method="HEAD") in {200, 405}
    assert house.shows("PIN-kod")


@attempt(
    FOUND,
    "to come in without a PIN",
    "no PIN, an empty one, letters, five digits, a list, another field",
    "not let in, and no try is counted",
    scene=WORLD,
)
async def no_pin(house: House) -> None:
    for body in ("", "pin=", "pin=abcdef", "pin=48027", "pin[]=480271", "PIN=480271", "pin=4802711", "pin=%D9%A4" * 6):
        assert await knock(house, house.kept["link"], body, POST) == 400
        assert not house.shows("Set-Cookie")


@attempt(
    FOUND,
    "to guess the address",
    "links that differ in one letter, one more and one less",
    "404, the same for all",
    scene=WORLD,
)
async def links_nearby(house: House) -> None:
    link: str = house.kept["link"]
    for near in (
        link[:-1] + "A",
        link[:-1] + "-",
        link + "A",
        link[:-1],
        link.upper(),
        "/reserv/" + secrets.token_hex(11),
    ):
        if near != link:
            assert await knock(house, near, f"pin={PIN}", POST) == 404


@attempt(
    COLLEAGUE,
    "to come in with her own PIN",
    "Anna's link, Bo's PIN",
    "not let in; a try is counted and logged",
    scene=WORLD,
    changes=TRIES,
)
async def anothers_pin(house: House) -> None:
    assert await knock(house, house.kept["link"], "pin=739154", POST) == 403
    assert ("reserve_enter", "wrong_pin") in {(row.act, row.ground) for row in house.logged() if not row.is_allowed}


@attempt(
    FOUND,
    "to guess the PIN",
    "twelve guesses at once, and the right one after them",
    "five count; then the link is dead, and she is locked for a while",
    scene=WORLD,
    changes=TRIES,
)
async def guessed_pins(house: House) -> None:
    guesses = [knock(house, house.kept["link"], f"pin={900000 + nth}", POST) for nth in range(12)]
    assert set(await asyncio.gather(*guesses)) <= {403, 404, 503}
    wrong = [row for row in house.logged() if row.ground == "wrong_pin"]
    assert len(wrong) <= 5
    assert await knock(house, house.kept["link"], f"pin={PIN}", POST) in {403, 404}
    assert not house.shows("Set-Cookie")


@attempt(
    FOUND,
    "to use an old link",
    "after 16 minutes, and when a newer one has been texted",
    "404, for a GET and with the right PIN",
    scene=WORLD,
    changes=ANYTHING,
)
async def an_old_link(house: House) -> None:
    await house.night.minutes_pass(16)
    old: str = house.kept["link"]
    assert await knock(house, old) == 404
    assert await knock(house, old, f"pin={PIN}", POST) == 404
    assert await knock(house, f"{old}/ny", "", POST) == 200
    await house.night.settles()
    house.kept["link"] = urlsplit(house.kept["story"].link(ANNAS)).path
    assert house.kept["link"] != old
    assert await knock(house, old, f"pin={PIN}", POST) == 404


@attempt(
    FOUND,
    "to come in twice by one link",
    "the right PIN, from two phones",
    "the second is told that it is of no use",
    scene=WORLD,
    changes=TRIES,
)
async def used_twice(house: House) -> None:
    async with house.http.post(
        house.night.sandbox.bot_url + house.kept["link"], data={"pin": PIN}, allow_redirects=False
    ) as answer:
        assert answer.status == 303
        set_cookie = answer.headers["Set-Cookie"]
        house.kept["cookie"] = {"Cookie": set_cookie.partition(";")[0]}
    assert "HttpOnly" in set_cookie
    assert "SameSite=Strict" in set_cookie
    for _ in range(2):
        assert await knock(house, house.kept["link"], f"pin={PIN}", POST) == 404
        assert await knock(house, house.kept["link"]) == 404


@attempt(
    FOUND,
    "to come in where she did, after her",
    "the list without her cookie, or with a part of it",
    "401",
    scene=WORLD,
)
async def without_her_cookie(house: House) -> None:
    cookie: str = house.kept["cookie"]["Cookie"]
    for given in ("", cookie[:-1], cookie + "A", cookie.swapcase(), "reserv=" + secrets.token_urlsafe(32)):
        assert await knock(house, "/reserv", None, {"Cookie": given}) == 401


@attempt(
    HOLDER,
    "to read the case of her relative",
    "the address of its page, its background, and an answer to it",
    "403, refused as jav",
    scene=WORLD,
)
async def jav_on_the_page(house: House) -> None:
    conversation, youth = house.ids["alvas"], house.ids["alva"]
    for path in (f"/reserv/samtal/{conversation}", f"/reserv/samtal/{conversation}/bakgrund/{youth}"):
        assert await knock(house, path, None, house.kept["cookie"]) == 403
    assert {row.ground for row in house.logged() if row.actor == house.anna.staff.id} == {"jav"}


@attempt(
    HOLDER,
    "to read what has no way to it",
    "ids of nothing, of other kinds, of the other world, traversal",
    "403 or 404",
    scene=WORLD,
)
async def odd_addresses(house: House) -> None:
    ids = house.ids
    for path in (
        f"/reserv/samtal/{ids['youth']}",
        f"/reserv/samtal/{ids['deadline']}",
        "/reserv/samtal/%2e%2e%2fetc",
        f"/reserv/samtal/{'0' * 24}",
        f"/reserv/samtal/{ids['ottos']}/bakgrund/{ids['alva']}",
        f"/reserv/samtal/{'x' * 5000}",
    ):
        assert await knock(house, path, None, house.kept["cookie"]) in {403, 404}, path


@attempt(
    HOLDER,
    "the background of a youth through another's conversation",
    "Otto's background by Nova's page",
    "403: not via that",
    scene=WORLD,
)
async def background_by_another_way(house: House) -> None:
    path = f"/reserv/samtal/{house.ids['conversation']}/bakgrund/{house.ids['otto']}"
    assert await knock(house, path, None, house.kept["cookie"]) == 403


@attempt(
    FOUND,
    "to have her browser answer for them",
    "a form without her page's mark, with another's, with none of its fields",
    "403, nothing leaves",
    scene=WORLD,
)
async def forged_form(house: House) -> None:
    path = f"/reserv/samtal/{house.ids['conversation']}"
    for body in ("text=hej", f"text=hej&form={'A' * 43}&key=a&last_seen=0", "form=&key=a&last_seen=0&text=hej"):
        assert await knock(house, path, body, {**POST, **house.kept["cookie"]}) == 403
    assert await knock(house, "/reserv/ut", "form=x", {**POST, **house.kept["cookie"]}) == 403


@attempt(
    "Whoever chooses the words",
    "to run a script on the page",
    "a text of HTML, opened on the page",
    "it stands as text; no script may run",
    scene=WORLD,
    changes=ANYTHING,
)
async def html_on_the_page(house: House) -> None:
    path = f"/reserv/samtal/{house.ids['conversation']}"
    assert await knock(house, path, None, house.kept["cookie"]) == 200
    assert house.shows("&lt;script&gt;")
    assert not house.shows("<script")
    assert house.shows("default-src 'none'", "no-store", "no-referrer", "nosniff")


@attempt(HOLDER, "to fill the memory by an answer", "1 MB and 10,000 fields", "413 or 403", scene=WORLD)
async def huge_answer(house: House) -> None:
    path = f"/reserv/samtal/{house.ids['conversation']}"
    for body in ("text=" + "x" * 2**20, "&".join(f"a{n}=1" for n in range(10_000))):
        assert await knock(house, path, body, {**POST, **house.kept["cookie"]}) in {403, 413}


@attempt(
    HOLDER,
    "to read on when the shift is over",
    "her cookie at 22.05",
    "refused or ended; nothing is shown",
    scene=WORLD,
    changes=ANYTHING,
)
async def after_the_shift(house: House) -> None:
    await house.night.clock_reaches("2026-11-20 22:05")
    for conversation in ("ottos", "unknown"):
        status = await knock(house, f"/reserv/samtal/{house.ids[conversation]}", None, house.kept["cookie"])
        assert status in {401, 403}


@attempt(
    FOUND,
    "to have links texted without end",
    "50 times “a new link”, of a used and of an invented one",
    "the same words each time; Anna's phone is left in peace",
    scene=WORLD,
    changes=TRIES,
)
async def links_without_end(house: House) -> None:
    before = len(house.kept["story"].texts_to(ANNAS))
    for _ in range(25):
        for link in (house.kept["link"], f"/reserv/{secrets.token_urlsafe(16)}"):
            assert await knock(house, f"{link}/ny", "", POST) == 200
    assert len(house.kept["story"].texts_to(ANNAS)) - before <= 1
