"""Every address of the web application, asked for by a stranger and in the session of somebody who may not."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import aiohttp
import pytest

from bot.domain.ids import new_id
from bot.domain.reserve import ReserveLink
from bot.ports import Tx
from bot.services.reserve.secrets import form_token, hashed
from tests.secrecy.listeners import filled
from tests.secrecy.world import LEFT, THIRD, Cast, a_cast

PHONES: Final = {LEFT: "+46701740691", THIRD: "+46701740692", "myndighet": "+46701740693"}
TOKEN: Final = "A" * 22
SIGNED: Final = "signed by the carrier, and only stored: what is done with it is walked by kind of row"
OPERATIONS: Final = "tells how the program is, in counts; nothing of anybody"


@dataclass(frozen=True)
class Asked:
    """What is asked for. `status` is what a stranger gets; `session` what somebody does who is let in and may not."""

    status: int
    session: int | None = None
    form: dict[str, str] = field(default_factory=dict)
    why: str = ""  # why the rule cannot be asked
    rule_says: bool = False  # it refuses whoever has entered, and logs it


ROUTES: Final[dict[tuple[str, str], Asked]] = {
    ("GET", "/livez"): Asked(200, why=OPERATIONS),
    ("GET", "/readyz"): Asked(200, why=OPERATIONS),
    ("GET", "/metrics"): Asked(200, why=OPERATIONS),
    ("POST", "/slack/events"): Asked(401, why="signed by Slack: each listener behind it has a row of its own"),
    **{
        ("POST", f"/twilio/{path}"): Asked(403, why=SIGNED)
        for path in (
            "sms",
            "sms-fallback",
            "status",
            "voice/gather",
            "voice/status",
            "voice/incoming",
            "voice/incoming-fallback",
            "voice/screen",
            "voice/pressed",
            "voice/next",
            "voice/leg",
            "voice/over",
        )
    },
    ("GET", "/kalender/{token}.ics"): Asked(404, why="the address is the key: whose calendar it is, is asked about"),
    ("GET", "/reserv"): Asked(401, 200),  # a list of what they may read: nothing
    ("POST", "/reserv/ut"): Asked(401, 200, why="ends a session of one's own"),
    ("GET", "/reserv/{token}"): Asked(404, 303, why="asks for the PIN; shows nothing"),
    ("POST", "/reserv/{token}"): Asked(404, 404, {"pin": "480271"}, why="link and PIN: who it is"),
    ("POST", "/reserv/{token}/ny"): Asked(200, 200, why="texts the owner of an old link; answers the same to all"),
    ("GET", "/reserv/samtal/{conversation}"): Asked(401, 403, rule_says=True),
    ("GET", "/reserv/samtal/{conversation}/bakgrund/{youth}"): Asked(401, 403, rule_says=True),
    ("POST", "/reserv/ring/{conversation}"): Asked(401, 403, {"key": "k1"}, rule_says=True),
    ("POST", "/reserv/samtal/{conversation}"): Asked(
        401, 403, {"key": "k1", "last_seen": "0", "svar": "Hej på dig", "text": "Hej på dig"}, rule_says=True
    ),
}  # fmt: skip


async def test_every_address_refuses_strangers_and_those_who_may_not(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_cast(tmp_path, database_url, monkeypatch) as cast:
        assert cast.night.sandbox.bot is not None
        found = {
            (route.method, route.resource.canonical)
            for route in cast.night.sandbox.bot.web_app.router.routes()
            if route.method != "HEAD" and route.resource is not None
        }
        assert found == set(ROUTES)
        for who in PHONES:
            await _has_phone(cast, who)
        cookies = {who: await _session(cast, who) for who in PHONES}
        stood, holes = cast.stands(), []
        for (method, path), asked in ROUTES.items():
            where = filled(path, {**cast.ids, "token": TOKEN})
            status, said = await _ask(cast, method, where, asked.form)
            holes += _holes(cast, f"{method} {path} by a stranger", said, status, asked.status)
            if asked.session is None:
                continue
            for who, cookie in cookies.items():
                denied = len(cast.denials(who))
                form = {**asked.form, "form": form_token(cookie)}
                status, said = await _ask(cast, method, where, form, cookie)
                expected = asked.session if who != LEFT else ENDED.get((method, path), 401)
                what = f"{method} {path} by {who}"
                holes += _holes(cast, what, said, status, expected)
                if asked.rule_says and who != LEFT and len(cast.denials(who)) == denied:
                    holes.append(f"{what}: no denial in the log")
                if path == "/reserv/ut":
                    cookies[who] = await _session(cast, who)
        assert holes == [], "\n" + "\n".join(holes)
        stands = cast.stands()
        assert [t for t in stands if stands[t] != stood[t] and t not in {"reserve_link"}] == []


ENDED: Final = {  # what somebody who has left gets instead of "the session is over"
    ("POST", "/reserv/ut"): 200,
    ("GET", "/reserv/{token}"): 404,
    ("POST", "/reserv/{token}"): 404,
    ("POST", "/reserv/{token}/ny"): 200,
}


def _holes(cast: Cast, what: str, said: str, status: int, expected: int) -> list[str]:
    found = [f"{what}: was shown {secret!r}" for secret in cast.secrets() if secret in said]
    return found if status == expected else [*found, f"{what}: {status} instead of {expected}"]


async def _ask(cast: Cast, method: str, path: str, form: dict[str, str], cookie: str = "") -> tuple[int, str]:
    cookies = {"reserv": cookie} if cookie else {}
    url = cast.night.sandbox.bot_url + path
    jar = aiohttp.DummyCookieJar()
    async with (
        aiohttp.ClientSession(cookie_jar=jar, headers={"Cookie": f"reserv={cookie}"} if cookies else {}) as session,
        session.request(method, url, data=form if method == "POST" else None, allow_redirects=False) as answer,
    ):
        return answer.status, await answer.text()


async def _has_phone(cast: Cast, who: str) -> None:
    staff = replace(cast.refused[who].staff, phone=PHONES[who], is_phone_verified=True)
    await cast.night.writes(lambda tx: tx.staff.save(staff))


async def _session(cast: Cast, who: str) -> str:
    """Let somebody have entered already, as they could before they left or moved."""
    cookie, now = new_id(), cast.night.sandbox.clock.now()
    link = ReserveLink(new_id(), cast.refused[who].staff.id, hashed(new_id()), now, now + timedelta(hours=1))

    def change(tx: Tx) -> None:
        tx.reserve.add_link(link)
        until = now + timedelta(hours=1)
        tx.reserve.save_link(replace(link, used_at=now, session_hash=hashed(cookie), session_until=until))

    await cast.night.writes(change)
    return cookie
