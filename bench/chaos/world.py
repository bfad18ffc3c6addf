"""The pretend Slack and the pretend carrier, each behind a door of its own that can be shut."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from bench.chaos.faults import FROM_SLACK, FROM_TWILIO, DealtCarrierFaults, DealtSlackFaults, Weather
from bench.chaos.front import HOST, Front
from bench.chaos.hurried import CALL_WITHIN_S
from bench.chaos.town import OURS, Town
from bot.clock import SystemClock
from bot.sandbox.carrier import PretendCarrier
from bot.sandbox.slack import PretendSlack

ACCOUNT_SID: Final = "AC" + "0" * 31 + "1"
TOKENS: Final = {"slack": "xoxb-" + "c" * 32, "signing": "d" * 32, "twilio": "e" * 32}
TWILIO_WAITS_S: Final = (1.0, 2.5)  # to connect, and in all: 5 and 15 s in the real one
SLACK_TRIES_AGAIN_AFTER: Final = (0.0, 2.0, 5.0)  # seconds: 0, 60 and 300 in the real one


class Door:
    """A server that can stop listening for a while, so that whoever connects is refused."""

    def __init__(self, routes: list[web.RouteDef]) -> None:
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.add_routes(routes)
        app.on_response_prepare.append(_once)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        self._site: web.TCPSite | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._port}"

    async def open(self) -> None:
        if self._site is not None:
            return
        if self._runner.server is None:
            await self._runner.setup()
        self._site = web.TCPSite(self._runner, HOST, self._port, reuse_address=True, backlog=1024)
        await self._site.start()
        self._port = int(self._runner.addresses[0][1])

    async def shut(self) -> None:
        if self._site is not None:
            site, self._site = self._site, None
            await site.stop()

    async def close(self) -> None:
        await self._runner.cleanup()


async def _once(_: web.Request, response: web.StreamResponse) -> None:
    """Let no connection outlive its answer: one that is open still would not notice that the door is shut.

    It is said too, for the headers have been made by now: whoever asks again at once would use what is being closed.
    """
    response.force_close()
    response.headers["Connection"] = "close"


@dataclass
class Pretend:
    """Everything around the bots."""

    slack: PretendSlack
    carrier: PretendCarrier
    slack_door: Door
    carrier_door: Door
    front: Front

    def environment(self, database_url: str, keys: str, config: str) -> dict[str, str]:
        """Return what a bot is started with."""
        return {
            "SLACK_BOT_TOKEN": TOKENS["slack"],
            "SLACK_SIGNING_SECRET": TOKENS["signing"],
            "SLACK_API_BASE_URL": f"{self.slack_door.url}/slack/api/",
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": TOKENS["twilio"],
            "TWILIO_API_BASE_URL": f"{self.carrier_door.url}/carrier",
            "PUBLIC_BASE_URL": self.front.url,
            "DATABASE_URL": database_url,
            "ENCRYPTION_KEYS": keys,
            "BEREDSKAP_CONFIG": config,
        }

    async def quiet(self) -> None:
        """Return when neither Slack nor the carrier has anything left to tell a bot."""
        await self.carrier.quiet()
        await self.slack.quiet()


@asynccontextmanager
async def a_world(town: Town, weather: Weather, front: Front) -> AsyncIterator[Pretend]:
    """Run both around an open `front`, with the town's people in Slack."""
    clock = SystemClock()
    doors: dict[str, Door] = {}
    slack = PretendSlack(
        clock=clock,
        bot_url=lambda: front.url_for(FROM_SLACK),
        base_url=lambda: doors["slack"].url,
        signing_secret=TOKENS["signing"],
        bot_token=TOKENS["slack"],
        retry_delays=SLACK_TRIES_AGAIN_AFTER,
        faults=DealtSlackFaults(weather, caller_gives_up_s=CALL_WITHIN_S),
    )
    slack.limits.tiers = False  # a month's traffic in minutes; a post a second in each channel stays
    slack.courier.deliveries = type(slack.courier.deliveries)()  # all of them, not the newest
    carrier = PretendCarrier(
        clock=clock,
        bot_url=lambda: front.url_for(FROM_TWILIO),
        public_base_url=lambda: front.url,
        account_sid=ACCOUNT_SID,
        auth_token=TOKENS["twilio"],
        on_change=lambda: None,
        faults=DealtCarrierFaults(weather, caller_gives_up_s=CALL_WITHIN_S),
    )
    carrier.webhooks.connect_s, carrier.webhooks.total_s = TWILIO_WAITS_S
    doors["slack"], doors["carrier"] = Door(slack.routes()), Door(carrier.routes())
    _moves_in(slack, carrier, town)
    for door in doors.values():
        await door.open()
    await slack.start()
    await carrier.start()
    try:
        yield Pretend(slack, carrier, doors["slack"], doors["carrier"], front)
    finally:
        await carrier.close()
        await slack.close()
        for door in doors.values():
            await door.close()


def _moves_in(slack: PretendSlack, carrier: PretendCarrier, town: Town) -> None:
    carrier.add_number(OURS, "Beredskapen", "beredskap")
    for person in town.people:
        slack.add_user(person.user, person.user.lower(), person.name)
        slack.add_channel(person.channel, person.channel.lower(), [person.user])
    for family in town.families:
        carrier.add_phone(family.phone, family.name)
