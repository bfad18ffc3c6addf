"""One run: a town, bots, a storm of faults, a calm, and the verdict."""

import asyncio
import random
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.chaos.databases import Database, a_database
from bench.chaos.faults import (
    DATABASE,
    FREEZE,
    FROM_TWILIO,
    KILL,
    PROCESS,
    REFUSED,
    TO_SLACK,
    TO_TWILIO,
    UNKNOWN_ID,
    Kind,
    Weather,
)
from bench.chaos.front import Front
from bench.chaos.gather import (
    cards_in_slack,
    leaks,
    not_heard_of,
    reports_missed,
    still_to_do,
    what_database_says,
    what_phones_say,
    what_slack_shows,
)
from bench.chaos.hurried import LEASE_S, LONGEST_SEND_S
from bench.chaos.judge import Verdict, judge
from bench.chaos.ledgers import Ledgers
from bench.chaos.people import Person, Phones
from bench.chaos.plan import ANSWER, NOTHING, OF_A_STORM, STORM, TYPED, Blow, Scale, Setup, blows, events
from bench.chaos.processes import Bot, Mother
from bench.chaos.town import Marks, Town, a_town
from bench.chaos.world import Door, Pretend, a_world
from bot.clock import SystemClock
from storage.store import SqlStore
from storage.vault import Vault, generate_key, parse_keys

FROZEN_S: Final = LEASE_S + LONGEST_SEND_S + 1.0  # by then somebody else has looked after what it had in hand
SHUT_AT_MOST_S: Final = 12.0
MOST_BLOWS: Final = 2  # that may be under way before the events wait for them
MOST_ERRANDS: Final = 3  # that may wait for one person
MOST_TEXTS: Final = 60  # that may wait for their answer at one time
LOOK_EVERY_S: Final = 0.5


@dataclass
class Progress:
    """What a run has come to, for whoever watches."""

    phase: str = "starting"
    events: int = 0
    of: int = 0
    blows: int = 0
    waiting: str = ""


@dataclass
class Result:
    setup: Setup
    struck: Counter[Kind]
    verdict: Verdict
    events: int
    took_s: dict[str, float] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)  # what the bots logged as errors
    gave_up: int = 0
    stillborn: int = 0

    def missing(self, kinds: list[Kind], floor: int) -> list[Kind]:
        """Return the kinds that have struck too seldom for the run to prove anything."""
        return [kind for kind in kinds if self.struck[kind] < floor]


class Run:
    """Everything that one run consists of, once all of it is up."""

    def __init__(
        self, setup: Setup, scale: Scale, seed: str, weather: Weather, progress: Progress, world: Pretend, town: Town
    ) -> None:
        self.setup, self.scale, self.seed, self.weather, self.progress = setup, scale, seed, weather, progress
        self.world, self.town = world, town
        marks = Marks(seed)
        self.phones = Phones(world, marks, random.Random(f"{seed}:phones"))
        self.people = [Person(world, who, marks, random.Random(f"{seed}:{who.user}")) for who in town.people]
        self.bots: list[Bot] = []
        self._queues: list[asyncio.Queue[str]] = [asyncio.Queue() for _ in self.people]
        self._process_turn = asyncio.Lock()
        self._database_turn = asyncio.Lock()
        self._door_turns = {TO_TWILIO: asyncio.Lock(), TO_SLACK: asyncio.Lock()}
        self._falling: set[asyncio.Task[None]] = set()

    async def storms(self, database: Database) -> None:
        """Let everything happen; returns when every event has, and every blow has been got over."""
        self.weather.is_calm = False
        coming = blows(self.scale, self.seed, len(self.bots), database.blows)
        workers = [asyncio.create_task(self._works(n), name=f"person {n}") for n in range(len(self.people))]
        try:
            for what, phone, person in events(self.scale, self.seed):
                while coming and coming[0].after <= self.progress.events:
                    self._falls(coming.pop(0), database)
                await self._may_go_on()
                self._happens(what, phone, person)
                self.progress.events += OF_A_STORM if what == STORM else 1
                await asyncio.sleep(1 / self.scale.per_s)
            for blow in coming:
                self._falls(blow, database)
            await self._finish(workers)
            await self._landed(0)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
            for door in (self.world.slack_door, self.world.carrier_door):
                await door.open()
            self.weather.is_calm = True
        await self.phones.quiet()

    async def _finish(self, workers: list["asyncio.Task[None]"]) -> None:
        """Wait until everybody has done what fell to them; raises what stopped somebody."""
        done = asyncio.create_task(self._errands_done(), name="errands")
        await asyncio.wait([done, *workers], return_when=asyncio.FIRST_COMPLETED)
        for worker in workers:
            if worker.done():
                done.cancel()
                worker.result()
        await done

    async def _errands_done(self) -> None:
        for queue in self._queues:
            await queue.join()

    async def calms(self, url: str) -> bool:
        """Wait until nothing is left to do; False when that does not come about."""
        deadline = time.monotonic() + self.scale.patience_s
        quiet = 0
        while time.monotonic() < deadline:
            await self.world.quiet()
            found = await asyncio.to_thread(self._waiting, url)
            self.progress.waiting = ", ".join(f"{n} {what}" for what, n in found.items() if n)[:110]
            quiet = 0 if any(found.values()) else quiet + 1
            if quiet == 3:
                return True
            await asyncio.sleep(LOOK_EVERY_S)
        return False

    async def sends_what_is_held(self) -> None:
        """Let everybody press the buttons that they have left; one whose answer was lost may stand there still."""
        for _ in range(3):
            await asyncio.gather(*(person.sends_held() for person in self.people))

    def _waiting(self, url: str) -> Counter[str]:
        found = still_to_do(url)
        for what in [what for what in found if what.startswith(("outbox failed", "inbox parked"))]:
            del found[what]  # that is how they will stay
        found["texts not heard of"] = not_heard_of(url, self.phones)
        found["reports missed"] = reports_missed(url, self.world)
        return found

    # --- what happens -----------------------------------------------------------

    def _happens(self, what: str, phone: int, person: int) -> None:
        number = self.town.families[phone].phone
        if what in {ANSWER, TYPED}:
            self._queues[person].put_nowait(what)
        elif what == NOTHING:
            self.phones.report_on_nothing()
            self.weather.strikes(FROM_TWILIO, UNKNOWN_ID)
        else:
            for _ in range(OF_A_STORM if what == STORM else 1):
                self.phones.text(number)

    async def _may_go_on(self) -> None:
        """Hold the events back while too much is under way, and go slowly while no bot is up."""
        while self._is_too_much():  # noqa: ASYNC110 - it is over when several have done something
            await asyncio.sleep(0.05)
        await self._landed(MOST_BLOWS)
        if not any(bot.is_up for bot in self.bots):
            await asyncio.sleep(0.2)

    def _is_too_much(self) -> bool:
        return self.phones.under_way > MOST_TEXTS or any(queue.qsize() > MOST_ERRANDS for queue in self._queues)

    async def _works(self, number: int) -> None:
        """One person, doing what falls to them, one thing after the other."""
        person, queue = self.people[number], self._queues[number]
        while True:
            what = await queue.get()
            try:
                if what == TYPED:
                    await person.types() or await person.answers()
                    await person.sends_held()
                else:
                    await person.answers()
            finally:
                queue.task_done()

    # --- blows --------------------------------------------------------------------

    def _falls(self, blow: Blow, database: Database) -> None:
        task = asyncio.create_task(self._fall(blow, database), name=f"{blow.kind}")
        self._falling.add(task)

    async def _landed(self, but: int) -> None:
        """Wait until at most so many blows are under way; raises what went wrong in one."""
        while len(self._falling) > but:
            done, _ = await asyncio.wait(self._falling, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                self._falling.discard(task)
                task.result()

    async def _fall(self, blow: Blow, database: Database) -> None:
        where, what = blow.kind
        if where == PROCESS:
            async with self._process_turn:
                await self._hit(self.bots[blow.target], what)
        elif where == DATABASE:
            async with self._database_turn:
                await database.takes(what)
        else:
            async with self._door_turns[where]:
                await self._shut(self.world.slack_door if where == TO_SLACK else self.world.carrier_door, where)
        if what != REFUSED:  # those are counted by whoever was refused
            self.weather.strikes(where, what)
        self.progress.blows += 1

    async def _hit(self, bot: Bot, what: str) -> None:
        if what == FREEZE:
            await bot.freeze(FROZEN_S)
            return
        await (bot.kill() if what == KILL else bot.stop())
        await bot.start()

    async def _shut(self, door: Door, where: str) -> None:
        """Shut a door until a bot has run into it."""
        before = self.refused(where)
        await door.shut()
        deadline = time.monotonic() + SHUT_AT_MOST_S
        while self.refused(where) == before and time.monotonic() < deadline:  # noqa: ASYNC110 - their logs tell
            await asyncio.sleep(0.2)
        await door.open()

    def refused(self, where: str) -> int:
        """Count how often a bot has met a door that was shut."""
        name = "Slack" if where == TO_SLACK else "Twilio"
        return sum(bot.refusals()[name] for bot in self.bots)


async def run(setup: Setup, scale: Scale, seed: str, progress: Progress, keep: Path | None = None) -> Result:
    """Run one set-up from its first process to the verdict; the bots' logs are kept in `keep`."""
    progress.of = scale.events
    weather = Weather(f"{seed}:{setup.name}", scale.every)
    took: dict[str, float] = {}
    began = time.monotonic()

    def phase(name: str) -> None:
        took[progress.phase] = time.monotonic() - began - sum(took.values())
        progress.phase = name

    async with AsyncExitStack() as stack:
        place = stack.enter_context(_a_place())
        database = await stack.enter_async_context(a_database(setup.database, place))
        town = a_town(scale.families, scale.namnder, max(1, scale.families // 20))
        config = _written(place / "beredskap.toml", town.config())
        keys = generate_key()
        store = SqlStore(database.url, Vault(parse_keys(keys)), SystemClock())
        stack.push_async_callback(store.close)
        await store.write(lambda tx: town.moves_in(tx, SystemClock().now()))
        runs: list[Run] = []
        front = Front(weather, lambda: [bot.port for bot in runs[0].bots if bot.is_up])
        await front.open()
        stack.push_async_callback(front.close)
        world = await stack.enter_async_context(a_world(town, weather, front))
        current = Run(setup, scale, seed, weather, progress, world, town)
        runs.append(current)
        environment = world.environment(database.url, keys, config)
        mother = await stack.enter_async_context(_mother(scale))
        current.bots = [Bot(mother, environment, place / f"bot-{n}.log") for n in range(setup.processes)]
        stack.callback(_keep, keep, setup, current.bots)
        await asyncio.gather(*(bot.start() for bot in current.bots))

        phase("storm")
        await current.storms(database)
        phase("calm")
        await current.calms(database.url)
        await current.sends_what_is_held()
        await current.calms(database.url)
        phase("reading")
        slack = await what_slack_shows(world, current.people, cards_in_slack(current.people))
        await current.calms(database.url)
        phase("judging")
        logs = [bot.said() for bot in current.bots]
        ledgers = Ledgers(
            what_phones_say(world, current.phones, town),
            slack,
            await what_database_says(store, database.url),
            leaks(logs),
        )
        for where in (TO_TWILIO, TO_SLACK):
            weather.struck[where, REFUSED] = current.refused(where)
        for bot in current.bots:
            await bot.stop()
        phase("done")
        return Result(
            setup,
            weather.struck,
            judge(ledgers),
            progress.events,
            took,
            _errors(logs),
            sum(person.gave_up for person in current.people),
            sum(bot.stillborn for bot in current.bots),
        )


def _keep(folder: Path | None, setup: Setup, bots: list[Bot]) -> None:
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for number, bot in enumerate(bots):
        (folder / f"{setup.database}-{setup.processes}-bot-{number}.log").write_text(bot.said(), encoding="utf-8")


@contextmanager
def _a_place() -> Iterator[Path]:
    """Yield a directory on the machine's disk; in memory a commit would cost nothing."""
    with tempfile.TemporaryDirectory(prefix="chaos-", dir="/var/tmp") as made:
        place = Path(made)
        place.chmod(0o755)  # PostgreSQL runs as somebody else
        yield place


def _written(path: Path, words: str) -> str:
    path.write_text(words, encoding="utf-8")
    return str(path)


@asynccontextmanager
async def _mother(scale: Scale) -> AsyncIterator[Mother]:
    mother = await Mother.start({"CHAOS_RECONCILE_S": str(scale.reconcile_s)})
    try:
        yield mother
    finally:
        await mother.close()


def _errors(logs: list[str]) -> Counter[str]:
    """Count what the bots logged as errors, by event."""
    found: Counter[str] = Counter()
    for line in "\n".join(logs).splitlines():
        if '"level": "error"' in line:
            found[line.split('"event": "', 1)[-1].split('"', 1)[0]] += 1
        elif line.startswith("Traceback"):
            found["a traceback of its own"] += 1
    return found
