"""`python -m tests.redteam`: try everything on both databases, and print the table with what came of each row."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from storage.migrate import migrate
from tests.database import Postgres, sqlite_url
from tests.redteam.attempts import TABLE, Scene
from tests.redteam.rounds import Outcome, try_all

KINDS = ("SQLite", "PostgreSQL")


@contextmanager
def a_database(kind: str, folder: Path, stack: ExitStack) -> Iterator[str]:
    """Give the address of a fresh, migrated database."""
    if kind == "SQLite":
        url = sqlite_url(folder / "redteam.sqlite3")
        migrate(url)
        yield url
        return
    server = Postgres()
    server.start()
    stack.callback(server.stop)
    with server.database() as url:
        yield url


def tried(kind: str, only: str) -> dict[str, Outcome]:
    """Try every scene on one kind of database."""
    found: dict[str, Outcome] = {}
    for scene in Scene:
        if not any(one.scene is scene and only in {"", one.name} for one in TABLE):
            continue
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = stack.enter_context(a_database(kind, folder, stack))
            found |= asyncio.run(try_all(scene, folder, url, only=only))
    return found


def word(outcome: Outcome) -> str:
    if outcome.wrong is None:
        return "held"
    return f"open: {outcome.attempt.hole}" if outcome.attempt.hole else "FAILED"


def printed(kinds: dict[str, dict[str, Outcome]]) -> Iterator[str]:
    """Yield the table in Markdown; the outcome is that of the run, on both databases unless it differs."""
    yield "| who | tries | how | what must happen | outcome |"
    yield "| --- | --- | --- | --- | --- |"
    for one in sorted(TABLE, key=lambda one: one.who):
        said = {kind: word(found[one.name]) for kind, found in kinds.items() if one.name in found}
        if said:
            same = len(set(said.values())) == 1
            outcome = next(iter(said.values())) if same else ", ".join(f"{kind}: {w}" for kind, w in said.items())
            yield f"| {one.who} | {one.tries} | {one.how} | {one.must} | {outcome} |".replace("||", "| |")
    counts = {k: (sum(o.wrong is None for o in f.values()), len(f)) for k, f in kinds.items()}
    yield ""
    yield "; ".join(f"{kind}: {held} of {count} held" for kind, (held, count) in counts.items()) + "."


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="one row, by the name of its function")
    parser.add_argument("--database", choices=KINDS, help="one of the two; both when not said")
    parser.add_argument("--why", action="store_true", help="say what went wrong, on standard error")
    given = parser.parse_args()
    kinds = {kind: tried(kind, given.only) for kind in KINDS if given.database in {None, kind}}
    sys.stdout.write("\n".join(printed(kinds)) + "\n")
    failed = [o for found in kinds.values() for o in found.values() if o.wrong is not None]
    if given.why:
        sys.stderr.write("\n".join(f"{o.attempt.name}\n{o.wrong}" for o in failed) + "\n")
    return 1 if any(not o.attempt.hole for o in failed) else 0


if __name__ == "__main__":
    sys.exit(main())
