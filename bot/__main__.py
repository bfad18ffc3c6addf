"""The command line."""

import asyncio
import contextlib
import logging
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NoReturn

import click

from bot.app import open_context, serve, set_up_logging, vault_of
from bot.app_sandbox import Options, run_sandbox, wipe
from bot.checks import run_checks
from bot.cli_cases import register as register_cases
from bot.cli_clocks import register as register_clocks
from bot.cli_exports import register as register_exports
from bot.cli_imports import register as register_imports
from bot.cli_status import register as register_status
from bot.domain.errors import Busy
from bot.services.context import Context
from bot.settings import BadSettings, Settings, is_loopback, load
from storage.migrate import DatabaseAway, WrongSchema, migrate
from storage.vault import generate_key

CANNOT_RUN = 2
COME_AGAIN = 75  # EX_TEMPFAIL: nothing is wrong with us, so whoever watches over us should start us again
BUSY = "Databasen svarade inte när boten skulle starta. Starta igen när den är tillbaka."
ONLY_HERE = "Utan dem svarar boten bara på den egna maskinen (--host 127.0.0.1) eller i provdrift ([trial] on = true)."


@click.group(help="Beredskapsbot: sms från unga och vårdnadshavare till den som har beredskap, i Slack.")
@click.version_option(package_name="beredskapsbot")
def cli() -> None:
    set_up_logging()


def settings() -> Settings:
    """Return the settings, or say what is wrong and stop."""
    try:
        return load()
    except BadSettings as error:
        stop_with(error.problems)


def stop_with(problems: list[str], code: int = CANNOT_RUN) -> NoReturn:
    for problem in problems:
        click.echo(f"  ✗ {problem}", err=True)
    sys.exit(code)


@cli.command("serve", help="Kör boten mot riktiga Slack och Twilio.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
def serve_command(host: str, port: int) -> None:
    chosen = settings()
    missing = chosen.missing_for_production()
    if missing and not chosen.rules.is_trial and not (is_loopback(host) and chosen.is_only_here()):
        stop_with([*(f"{name} saknas i beredskap.toml" for name in missing), ONLY_HERE])
    try:
        asyncio.run(serve(chosen, host, port))
    except (BadSettings, WrongSchema) as error:
        stop_with(error.problems if isinstance(error, BadSettings) else [str(error)])
    except DatabaseAway as error:
        stop_with([str(error)], COME_AGAIN)
    except Busy:
        stop_with([BUSY], COME_AGAIN)


@cli.command(help="Kör en låtsasvärld på den egna maskinen: telefoner, Slack och klocka på en sida i webbläsaren.")
@click.option("--port", default=8700, show_default=True, type=click.IntRange(0, 65535))
@click.option("--folder", default=Path(".sandbox"), show_default=True, type=click.Path(path_type=Path))
@click.option("--fresh", is_flag=True, help="Börja om från början.")
def sandbox(port: int, folder: Path, fresh: bool) -> None:
    logging.getLogger().setLevel(logging.WARNING)  # the one address should stay in sight
    if fresh:
        wipe(folder)
    try:
        asyncio.run(run_sandbox(Options(folder=folder, port=port, bot_port=port + 1 if port else 0)))
    except BadSettings as error:
        stop_with(error.problems)
    except OSError as error:
        stop_with([f"Porten {port} (eller {port + 1}) är upptagen: {error.strerror}. Välj en annan med --port."])


@cli.command("migrate", help="Gör databasen redo för den här versionen.")
def migrate_command() -> None:
    try:
        revision = migrate(settings().env.database_url)
    except DatabaseAway as error:
        stop_with([str(error)], COME_AGAIN)
    click.echo(f"Databasen är på revision {revision}.")


@cli.command(help="Kontrollera varje inställning och inloggning. Slutar med fel när något inte är redo.")
@click.option("--offline", is_flag=True, help="Fråga inte Slack och Twilio.")
def check(offline: bool) -> None:
    try:
        chosen = load()
    except BadSettings as error:
        stop_with(error.problems)
    results = asyncio.run(run_checks(chosen, vault_of, offline=offline))
    for result in results:
        click.echo(f"  {'✓' if result.is_fine else '!' if result.is_warning else '✗'} {result.sentence}")
    sys.exit(1 if any(not r.is_fine and not r.is_warning for r in results) else 0)


@cli.command("new-key", help="Skriv ut en ny nyckel till ENCRYPTION_KEYS.")
@click.option("--id", "name", default="k1", show_default=True)
def new_key(name: str) -> None:
    click.echo(generate_key(name))


@contextlib.asynccontextmanager
async def _context() -> AsyncIterator[Context]:
    try:
        async with open_context(load()) as ctx:
            yield ctx
    except BadSettings as error:
        raise click.ClickException("\n".join(error.problems)) from None
    except (WrongSchema, DatabaseAway) as error:
        raise click.ClickException(str(error)) from None


register_imports(cli, _context)
register_exports(cli, _context)
register_cases(cli, _context)
register_clocks(cli, _context)
register_status(cli, settings, vault_of)


def main() -> None:
    """The console script."""
    cli(max_content_width=shutil.get_terminal_size().columns)


if __name__ == "__main__":
    main()
