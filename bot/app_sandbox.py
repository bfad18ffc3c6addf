"""Wires the sandbox: the production bot on one port, the world around it on another, everything over HTTP."""

import asyncio
import contextlib
import json
import secrets
import shutil
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Final

import click
import structlog
from aiohttp import web
from sqlalchemy.engine import make_url

from bot.app import Bot, bound, running, served, served_on
from bot.clock import WorldClock, machine_now
from bot.sandbox.carrier import PretendCarrier
from bot.sandbox.control import control_routes
from bot.sandbox.seed.world import seed_bot, seed_carrier, seed_slack
from bot.sandbox.slack import PretendSlack
from bot.sandbox.world import World, opening_offset, saved_offset
from bot.services.follow_duty import next_due
from bot.settings import Settings, load
from storage.engine import is_sqlite
from storage.known_keys import require_keys
from storage.migrate import migrate
from storage.vault import Vault, generate_key, parse_keys

log = structlog.get_logger(__name__)

SEED: Final = Path(str(files("bot.sandbox") / "seed"))
ACCOUNT_SID: Final = "AC" + "0" * 31 + "1"
HOST: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Options:
    """How the sandbox is set up. Ports may be 0, and then the system chooses."""

    folder: Path
    port: int = 8700
    bot_port: int = 8701
    database_url: str = ""
    config: Path = SEED / "beredskap.toml"
    starts_at: datetime | None = None  # world time of a fresh world
    seeded: bool = True
    ticks: bool = True
    socket_mode: bool = False

    @property
    def state_file(self) -> Path:
        return self.folder / "world.json"


class Sandbox:
    """The world and, under it, the bot, which may be stopped and started while the world goes on."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._secrets = _secrets(options.folder)
        self._addresses = {"sandbox": "", "bot": ""}
        offset = saved_offset(options.state_file)
        self._is_fresh = offset is None
        self.clock = WorldClock(offset if offset is not None else self._opening())
        self.slack = PretendSlack(
            clock=self.clock,
            bot_url=lambda: self.bot_url,
            base_url=lambda: self.url,
            signing_secret=self._secrets["slack_signing_secret"],
            bot_token=self._secrets["slack_bot_token"],
            app_token=self._secrets["slack_app_token"] if options.socket_mode else None,
            on_change=lambda: self.world.touch(),
        )
        self.carrier = PretendCarrier(
            clock=self.clock,
            bot_url=lambda: self.bot_url,
            public_base_url=lambda: self.bot_url,
            account_sid=ACCOUNT_SID,
            auth_token=self._secrets["twilio_auth_token"],
            on_change=lambda: self.world.touch(),
        )
        self._blank_carrier = self.carrier.snapshot()
        self.world = World(self.clock, self.slack, self.carrier, options.state_file)
        self.world.hooks = self
        self.bot: Bot | None = None
        self._bot_stack = contextlib.AsyncExitStack()
        self._bot_changes = asyncio.Lock()

    @property
    def url(self) -> str:
        return self._addresses["sandbox"]

    @property
    def bot_url(self) -> str:
        return self._addresses["bot"]

    def settings(self) -> Settings:
        """Return the bot's settings: the production ones, with other base URLs."""
        environment = {
            **{key: value for key, value in self._secrets.items() if key != "slack_app_token"},
            "slack_app_token": self._secrets["slack_app_token"] if self.options.socket_mode else None,
            "slack_api_base_url": f"{self.url}/slack/api/",
            "twilio_account_sid": ACCOUNT_SID,
            "twilio_api_base_url": f"{self.url}/carrier",
            "public_base_url": self.bot_url,
            "database_url": self.database_url,
            "beredskap_config": self.options.config,
        }
        return load(environment=environment)

    @property
    def database_url(self) -> str:
        return self.options.database_url or f"sqlite:///{self.options.folder / 'beredskap.sqlite3'}"

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Sandbox"]:
        """Run the world and the bot until the block ends; what happened is kept for the next time."""
        app = web.Application(client_max_size=4 * 1024 * 1024)
        for routes in (self.slack.routes(), self.slack.control_routes(), self.carrier.routes()):
            app.add_routes(routes)
        app.add_routes([*self.carrier.control_routes(), *control_routes(self.world)])
        async with served(app, HOST, self.options.port) as port:
            self._addresses["sandbox"] = f"http://{HOST}:{port}"
            await self.slack.start()
            await self.carrier.start()
            if self._is_fresh or not self.world.restore():
                self._seed_services()
            try:
                await self.start_bot()
                yield self
            finally:
                await self.stop_bot()
                await self.carrier.close()
                await self.slack.close()
                await self.world.close()

    async def start_bot(self) -> None:
        """Start the bot, on the port that it had if it has run before."""
        async with self._bot_changes:
            wanted = self.options.bot_port
            if self.bot_url:
                wanted = int(self.bot_url.rsplit(":", 1)[1])
            if is_sqlite(self.database_url):
                keys = Vault(parse_keys(self._secrets["encryption_keys"]))
                await asyncio.to_thread(require_keys, self.database_url, keys)
                await asyncio.to_thread(migrate, self.database_url)
            listener = self._bot_stack.enter_context(bound(HOST, wanted))
            self._addresses["bot"] = f"http://{HOST}:{listener.getsockname()[1]}"
            bot = await self._bot_stack.enter_async_context(
                running(self.settings(), self.clock, ticks=self.options.ticks)
            )
            header_within = bot.settings.rules.edge.header_within.total_seconds()
            await self._bot_stack.enter_async_context(served_on(bot.web_app, listener, header_within))
            self.bot = bot
            if self.options.seeded and self._is_fresh:
                await seed_bot(bot.ctx, self.clock.now())
            self._is_fresh = False

    async def stop_bot(self) -> None:
        """Stop the bot as a SIGTERM would; the world goes on."""
        async with self._bot_changes:
            self.bot = None
            stack, self._bot_stack = self._bot_stack, contextlib.AsyncExitStack()
            await stack.aclose()

    # --- what the world asks of the bot ---------------------------------------

    async def next_due(self, after: datetime) -> datetime | None:
        return None if self.bot is None else await next_due(after, ctx=self.bot.ctx)

    async def run_due(self) -> None:
        if self.bot is not None:
            await self.bot.ticker.run_due()

    async def settle(self) -> None:
        if self.bot is not None:
            await self.bot.settle()

    async def start_afresh(self) -> None:
        """Forget everything: messages, database, clock."""
        await self.stop_bot()
        self.slack.clear()
        self.carrier.restore(self._blank_carrier)
        if is_sqlite(self.database_url):
            database = Path(str(make_url(self.database_url).database))
            for path in database.parent.glob(f"{database.name}*"):
                path.unlink()
        self.clock.start_over(self._opening())
        self._is_fresh = True
        self._seed_services()
        await self.start_bot()
        self.world.version = 0
        self.world.touch()

    def _opening(self) -> timedelta:
        now = machine_now()
        return opening_offset(now) if self.options.starts_at is None else self.options.starts_at - now

    def _seed_services(self) -> None:
        if self.options.seeded:
            seed_slack(self.slack)
            seed_carrier(self.carrier)


def _secrets(folder: Path) -> dict[str, str]:
    """Return secrets of this sandbox's own, the same after a restart."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "secrets.json"
    if path.exists():
        kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        return kept
    made = {
        "slack_bot_token": f"xoxb-{secrets.token_hex(16)}",
        "slack_app_token": f"xapp-{secrets.token_hex(16)}",
        "slack_signing_secret": secrets.token_hex(16),
        "twilio_auth_token": secrets.token_hex(16),
        "encryption_keys": generate_key(),
    }
    path.write_text(json.dumps(made), encoding="utf-8")
    path.chmod(0o600)
    return made


def wipe(folder: Path) -> None:
    """Remove what an earlier run left."""
    shutil.rmtree(folder, ignore_errors=True)


async def run_sandbox(options: Options) -> None:
    """Run until Ctrl-C, having printed the one address that matters."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with Sandbox(options).running() as sandbox:
        click.echo(f"\n  Sandlådan är igång. Öppna:  {sandbox.url}\n")
        click.echo("  Avsluta med Ctrl-C. Allt finns kvar till nästa gång.\n")
        await stop.wait()
