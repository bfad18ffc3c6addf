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

from bot.app import only_process, open_context, serve, vault_of
from bot.app_sandbox import Options, run_sandbox, wipe
from bot.checks import run_checks
from bot.cli_audit import register as register_audit
from bot.cli_audit_search import register as register_audit_search
from bot.cli_backup import register as register_backup
from bot.cli_cases import register as register_cases
from bot.cli_clocks import register as register_clocks
from bot.cli_enrolled import register as register_enrolled
from bot.cli_exports import register as register_exports
from bot.cli_imports import register as register_imports
from bot.cli_incidents import register as register_incidents
from bot.cli_information import register as register_information
from bot.cli_keys import register as register_keys
from bot.cli_rest import register as register_rest
from bot.cli_retention import register as register_retention
from bot.cli_rota import register as register_rota
from bot.cli_rota_out import register as register_rota_out
from bot.cli_status import register as register_status
from bot.cli_take_out import register as register_take_out
from bot.clock import machine_now
from bot.domain.calendar import local
from bot.domain.errors import Busy
from bot.logs import log_crashes, set_up_logging
from bot.services.context import Context
from bot.settings import BadSettings, Settings, decisions, load
from bot.texts import go_live_words
from storage.backup import require_original
from storage.known_keys import WrongKeys, note_keys, require_keys
from storage.migrate import DatabaseAway, WrongSchema, migrate, sqlite_file
from storage.origin import note_origin
from storage.vault import generate_key

CANNOT_RUN = 2
COME_AGAIN = 75  # EX_TEMPFAIL: nothing is wrong with us, so whoever watches over us should start us again
BUSY = "Databasen svarade inte när boten skulle starta. Starta igen när den är tillbaka."


@click.group(help="Beredskapsbot: sms från unga och vårdnadshavare till den som har beredskap, i Slack.")
@click.version_option(package_name="beredskapsbot")
def cli() -> None:
    set_up_logging()


def settings() -> Settings:
    """Return the settings, or say what is wrong and stop."""
    try:
        chosen = load()
    except BadSettings as error:
        stop_with(error.problems)
    _say_trial(chosen)
    return chosen


def _say_trial(chosen: Settings) -> None:
    """In a trial every command says so first, where what it prints is not read by a program."""
    if chosen.rules.is_trial:
        click.echo(chosen.texts.staff("reserve.trial"), err=True)


def stop_with(problems: list[str], code: int = CANNOT_RUN) -> NoReturn:
    for problem in problems:
        click.echo(f"  ✗ {problem}", err=True)
    sys.exit(code)


@cli.command("serve", help="Kör boten mot riktiga Slack och Twilio.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
def serve_command(host: str, port: int) -> None:
    chosen = settings()
    missing, reaches = chosen.missing_for_production(local(machine_now()).date()), chosen.reaches(host)
    if missing and reaches and not chosen.rules.is_trial:
        only_here = go_live_words.ONLY_HERE.format(reaches=", ".join(reaches))
        stop_with([*(go_live_words.missing(decision) for decision in missing), only_here])
    try:
        asyncio.run(serve(chosen, host, port))
    except (BadSettings, WrongSchema, WrongKeys) as error:
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
    except WrongKeys as error:
        stop_with([str(error)])
    except OSError as error:
        stop_with([f"Porten {port} (eller {port + 1}) är upptagen: {error.strerror}. Välj en annan med --port."])


@cli.command("migrate", help="Gör databasen redo för den här versionen.")
def migrate_command() -> None:
    chosen = settings()
    url = chosen.env.database_url
    try:
        vault = vault_of(chosen)
        if sqlite_file(url) is not None:  # a dump that has been loaded is migrated first, and sends nothing by that
            require_original(url)
        require_keys(url, vault)  # before anything is written
        revision = migrate(url)
        note_keys(url, vault)
        note_origin(url)
    except BadSettings as error:
        stop_with(error.problems)
    except (WrongKeys, WrongSchema) as error:
        stop_with([str(error)])
    except DatabaseAway as error:
        stop_with([str(error)], COME_AGAIN)
    click.echo(f"Databasen är på revision {revision}.")


@cli.command(help="Kontrollera varje inställning och inloggning. Slutar med fel när något inte är redo.")
@click.option("--offline", is_flag=True, help="Fråga inte Slack och Twilio.")
def check(offline: bool) -> None:
    chosen = settings()
    results = asyncio.run(run_checks(chosen, vault_of, offline=offline))
    for result in results:
        click.echo(f"  {'✓' if result.is_fine else '!' if result.is_warning else '✗'} {result.sentence}")
    click.echo(f"\n  {go_live_words.HEADING}")
    for line in go_live_words.table(decisions(chosen.file, local(machine_now()).date())):
        click.echo(line)
    sys.exit(1 if any(not r.is_fine and not r.is_warning for r in results) else 0)


@cli.command("new-key", help="Skriv ut en ny nyckel till ENCRYPTION_KEYS.")
@click.option("--id", "name", default="k1", show_default=True)
def new_key(name: str) -> None:
    click.echo(generate_key(name))


class CannotRun(click.ClickException):
    """What a command meets that no other try will mend."""

    exit_code = CANNOT_RUN


@contextlib.asynccontextmanager
async def _context() -> AsyncIterator[Context]:
    try:
        chosen = load()
        _say_trial(chosen)
        async with open_context(chosen) as ctx:
            yield ctx
    except BadSettings as error:
        raise click.ClickException("\n".join(error.problems)) from None
    except WrongKeys as error:
        raise CannotRun(str(error)) from None
    except (WrongSchema, DatabaseAway) as error:
        raise click.ClickException(str(error)) from None


register_imports(cli, _context)
register_exports(cli, _context)
register_cases(cli, _context)
register_incidents(cli, _context)
register_clocks(cli, _context)
register_rota_out(register_rota(cli, _context), _context)
register_rest(cli, _context)
register_audit_search(register_audit(cli, _context), _context)
register_information(cli, settings)
register_status(cli, settings, vault_of)
register_backup(cli, settings, open_context, only_process)
register_keys(cli, _context, settings, vault_of, only_process)
register_retention(cli, _context)
register_enrolled(cli, _context)
register_take_out(cli, _context)


def main() -> None:
    """The console script."""
    log_crashes()
    cli(max_content_width=shutil.get_terminal_size().columns)


if __name__ == "__main__":
    main()
