"""beredskapsbot check: is every setting and credential present, valid and safe?"""

import asyncio
import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlsplit

import sqlalchemy as sa
from aiohttp import ClientError, ClientSession, ClientTimeout
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.check_numbers import check_numbers
from bot.cli_status import Unknown, incident_lines, read_status
from bot.clock import SystemClock, machine_now
from bot.domain.calendar import local
from bot.domain.go_live import ending
from bot.domain.rules import Rules
from bot.retention_words import undecided_words
from bot.settings import BadSettings, Settings, is_loopback
from bot.texts import go_live_words
from bot.texts import key_words as words
from storage.backup import require_original
from storage.engine import is_sqlite, writer_engine
from storage.known_keys import WrongKeys, require_keys
from storage.migrate import DatabaseAway, NoDatabase, WrongSchema, require_current, require_file
from storage.vault import Vault

ASK_WITHIN: Final = 10  # seconds
NO_LINK: Final = "-" * 22  # looks like the secret part of a link
NOT_FOUND: Final = 404
MOST_OF_PAGE: Final = 64 * 1024  # bytes
DURABLE: Final = ("fsync", "full_page_writes")  # of the server; synchronous_commit we set ourselves
WANTED_SCOPES: Final = frozenset(  # as manifest.yml
    {"chat:write", "commands", "im:history", "groups:read", "users:read", "dnd:read"}
)


@dataclass(frozen=True, slots=True)
class Result:
    """One line: fine, a warning, or not fit."""

    is_fine: bool
    sentence: str
    is_warning: bool = False


async def run_checks(settings: Settings, vault_of: Callable[[Settings], Vault], *, offline: bool) -> list[Result]:
    """Return one result per thing that was looked at; nothing in them is secret."""
    results = [Result(True, "Miljön och beredskap.toml kan läsas.")]
    vault = None
    try:
        vault = vault_of(settings)
        results.append(Result(True, "ENCRYPTION_KEYS kan användas."))
        results += await asyncio.to_thread(_keys, settings, vault)
    except BadSettings as error:
        results += [Result(False, problem) for problem in error.problems]
    results += await asyncio.to_thread(_database, settings)
    results += _content(settings)
    results += [] if vault is None else await _incidents(settings, vault)
    if not offline:
        results += [
            await _slack(settings),
            *await _channels(settings),
            await _twilio(settings),
            *await _numbers(settings),
            await _reserve(settings),
        ]
    return results


def _keys(settings: Settings, vault: Vault) -> list[Result]:
    try:
        require_keys(settings.env.database_url, vault)
    except WrongKeys as error:
        return [Result(False, str(error))]
    except DatabaseAway:
        return []  # said of the database
    return [Result(True, words.FITS)]


def _database(settings: Settings) -> list[Result]:
    url = settings.env.database_url
    try:
        require_file(url)  # before anything connects, and with that makes one
    except NoDatabase as error:
        return [Result(False, f"DATABASE_URL: {error}")]
    engine = writer_engine(url)
    try:
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))
            unsafe = [] if is_sqlite(url) else [name for name in DURABLE if _is_off(connection, name)]
    except sa.exc.SQLAlchemyError as error:
        return [Result(False, f"DATABASE_URL: databasen svarar inte ({type(error).__name__}).")]
    finally:
        engine.dispose()
    try:
        require_original(url)
    except WrongSchema as error:
        return [Result(False, str(error))]
    try:
        require_current(url)
    except WrongSchema as error:
        return [Result(is_sqlite(url), str(error), is_warning=is_sqlite(url))]
    forgets = (
        f"PostgreSQL kör med {name} = off: vid ett strömavbrott kan kvitterade sms försvinna. Slå på inställningen."
        for name in unsafe
    )
    fine = Result(True, "Databasen svarar och är på rätt revision.")
    return [fine, *(Result(False, words, is_warning=True) for words in forgets)]


async def _incidents(settings: Settings, vault: Vault) -> list[Result]:
    """Look for stops that stand and reports that nobody has made: 24 h, 72 h and a month run whatever else is fine."""
    try:
        found = await read_status(settings, vault, SystemClock())
    except (Unknown, WrongKeys):
        return []  # said of the database and of the keys
    lines = incident_lines(found.stops, found.clocks, found.now, settings.texts)
    return [Result(False, line.strip(), is_warning=True) for line in lines]


def _is_off(connection: sa.Connection, name: str) -> bool:
    return bool(connection.exec_driver_sql(f"SHOW {name}").scalar_one() == "off")


def _content(settings: Settings) -> list[Result]:
    results = []
    today = local(machine_now()).date()
    for number in settings.rules.help_numbers:
        if not number.is_fresh(today):
            words = f"{number.name}: numret är inte kontrollerat på ett år och utelämnas ur alla sms."
            results.append(Result(False, words, is_warning=True))
    results += [Result(False, words, is_warning=True) for words in _outward(settings.rules, today)]
    results += [
        Result(False, go_live_words.missing(decision), is_warning=settings.rules.is_trial)
        for decision in settings.missing_for_production(today)
    ]
    results += [Result(False, words, is_warning=True) for words in _ending(settings.rules, today)]
    if settings.rules.is_trial and not settings.rules.trial_numbers:
        words = "Provdrift utan nummer på provlistan: inga sms kommer att skickas."
        results.append(Result(False, words, is_warning=True))
    is_only_here = is_loopback(urlsplit(settings.env.public_base_url).hostname or "")
    if not is_only_here and not settings.rules.edge.trusted_proxies:
        words = "edge.trusted_proxies är tom: bakom en proxy ser alla ut att komma från den, och ingen begränsas."
        results.append(Result(False, words, is_warning=True))
    if not settings.rules.alert_channel:
        words = "alerts.channel är tom: det som någon måste göra något åt står då bara i loggen (alert_opened)."
        results.append(Result(False, words, is_warning=True))
    undecided = undecided_words(settings.rules, settings.texts)
    if undecided:
        results.append(Result(False, undecided, is_warning=True))
    others = [code for code in settings.texts.languages if code not in {"sv", "en"}]
    if others:
        words = f"Låt någon som kan språken läsa de automatiska svaren före skarp drift: {', '.join(others)}."
        results.append(Result(False, words, is_warning=True))
    return results


def _ending(rules: Rules, today: date) -> Iterator[str]:
    days = dict(rules.valid_until)
    for found in ending(rules.valid_until, today):
        where, on = found.values["setting"], found.values["on"]
        said = go_live_words.ENDED if days[where] < today else go_live_words.ENDS
        yield said.format(where=where, on=on)


def _outward(rules: Rules, today: date) -> Iterator[str]:
    """What whoever has the duty would miss when they want to turn to socialjouren, or to make an orosanmälan."""
    for namnd in rules.namnder.values():
        if not namnd.place:
            yield f"namnd.{namnd.id}.place är tom: Kontakta socialjouren vet då inte vilken ort som gäller."
        elif not any(jour.answers_for(namnd.place) for jour in rules.socialjourer):
            yield f"namnd.{namnd.id}.place: ingen post under [[socialjour]] har orten {namnd.place}."
        if not namnd.report_channel:
            yield f"namnd.{namnd.id}.report_channel är tom: Orosanmälan visar då inte hur en anmälan görs."
    for jour in rules.socialjourer:
        if not jour.is_verified(today):
            words = "posten under [[socialjour]] är inte kontrollerad på ett år. Den visas som ej verifierad."
            yield f"{jour.name}: {words}"


def _client(settings: Settings) -> AsyncWebClient:
    token = settings.env.slack_bot_token.get_secret_value()
    return AsyncWebClient(token=token, base_url=settings.env.slack_api_base_url, timeout=ASK_WITHIN)


async def _slack(settings: Settings) -> Result:
    client = _client(settings)
    try:
        answer = await client.auth_test()
    except (SlackClientError, ClientError, TimeoutError, OSError) as error:
        return Result(False, f"Slack: inloggningen gick inte ({_slack_reason(error)}).")
    ours = settings.file.slack
    if answer["team_id"] != ours.team_id:
        return Result(False, "Slack: tokenet hör till en annan arbetsyta än slack.team_id.")
    if answer["user_id"] != ours.bot_user_id:
        return Result(False, "Slack: slack.bot_user_id är inte botens egen användare.")
    organisation = str(answer.get("enterprise_id") or "")
    if organisation != ours.enterprise_id and (organisation or ours.enterprise_id):
        return Result(False, "Slack: slack.enterprise_id är inte organisationen som arbetsytan hör till.")
    granted = {s.strip() for s in str(answer.headers.get("x-oauth-scopes", "")).split(",") if s.strip()}
    if granted and not granted >= WANTED_SCOPES:
        return Result(False, f"Slack: behörigheter saknas: {', '.join(sorted(WANTED_SCOPES - granted))}.")
    return Result(True, "Slack: inloggningen fungerar.")


async def _channels(settings: Settings) -> list[Result]:
    """A team channel must be private, our own, and have the bot in it (facts: slack, section 15)."""
    client = _client(settings)
    results = []
    channels = [(namnd.short_name, namnd.team_channel) for namnd in settings.rules.namnder.values()]
    channels += [
        (f"{namnd.short_name}, myndighet", namnd.myndighet_channel)
        for namnd in settings.rules.namnder.values()
        if namnd.myndighet_channel
    ]
    channels += [("larm", settings.rules.alert_channel)] if settings.rules.alert_channel else []
    for name, channel in channels:
        try:
            info = (await client.conversations_info(channel=channel))["channel"]
        except (SlackClientError, ClientError, TimeoutError, OSError) as error:
            words = f"Slack: kanalen för {name} kan inte läsas ({_slack_reason(error)}). Är boten med i den?"
            results.append(Result(False, words))
            continue
        shared = any(info.get(key) for key in ("is_ext_shared", "is_pending_ext_shared", "is_general", "is_archived"))
        if shared or not info.get("is_private"):
            words = f"Slack: kanalen för {name} måste vara privat, egen och öppen."
            results.append(Result(False, words))
        else:
            results.append(Result(True, f"Slack: kanalen för {name} är privat och boten är med."))
    return results


async def _reserve(settings: Settings) -> Result:
    """The way in when Slack is away must be let through from the outside: ask for a link that nobody has."""
    url = f"{settings.env.public_base_url}/reserv/{NO_LINK}"
    try:
        async with (
            ClientSession(timeout=ClientTimeout(total=ASK_WITHIN)) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            page = (await answer.content.read(MOST_OF_PAGE)).decode("utf-8", "replace")
            if answer.status == NOT_FOUND and settings.texts.staff("reserve.no_link_title") in page:
                return Result(True, "Reservvägen: sidan kan nås utifrån.")
            why = f"svar {answer.status}, inte vår sida"
    except (ClientError, TimeoutError, OSError) as error:
        why = type(error).__name__
    words = (
        f"Reservvägen: {settings.env.public_base_url}/reserv/ kan inte nås ({why}). Länken i sms:et till den som har "
    )
    words += "beredskap går då inte att öppna. Är boten igång, och släpper proxyn igenom /reserv och /reserv/?"
    return Result(False, words, is_warning=True)


def _slack_reason(error: Exception) -> str:
    response = getattr(error, "response", None)
    code = response.get("error") if response is not None and hasattr(response, "get") else None
    return str(code or type(error).__name__)


async def _numbers(settings: Settings) -> list[Result]:
    found = await check_numbers(settings)
    return [Result(finding.is_fine, finding.sentence, is_warning=not finding.is_lost) for finding in found]


async def _twilio(settings: Settings) -> Result:
    env = settings.env
    url = f"{env.twilio_api_base_url}/2010-04-01/Accounts/{env.twilio_account_sid}/Messages.json?PageSize=1"
    pair = f"{env.twilio_account_sid}:{env.twilio_auth_token.get_secret_value()}"
    headers = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    try:
        async with (
            ClientSession(timeout=ClientTimeout(total=ASK_WITHIN)) as session,
            session.get(url, headers=headers) as answer,
        ):
            if answer.status == 200:
                return Result(True, "Twilio: inloggningen fungerar.")
            return Result(False, f"Twilio: inloggningen gick inte (svar {answer.status}).")
    except (ClientError, TimeoutError, OSError) as error:
        return Result(False, f"Twilio: går inte att nå ({type(error).__name__}).")
