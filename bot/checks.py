"""beredskapsbot check: is every setting and credential present, valid and safe?"""

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from aiohttp import ClientError, ClientSession, ClientTimeout
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import machine_now
from bot.domain.calendar import local
from bot.settings import BadSettings, Settings
from storage.engine import is_sqlite, writer_engine
from storage.migrate import WrongSchema, require_current
from storage.vault import Vault

ASK_WITHIN: Final = 10  # seconds
NO_LINK: Final = "-" * 22  # looks like the secret part of a link
NOT_FOUND: Final = 404
MOST_OF_PAGE: Final = 64 * 1024  # bytes
WANTED_SCOPES: Final = frozenset({"chat:write", "commands", "im:history", "groups:read"})  # as manifest.yml


@dataclass(frozen=True, slots=True)
class Result:
    """One line: fine, a warning, or not fit."""

    is_fine: bool
    sentence: str
    is_warning: bool = False


async def run_checks(settings: Settings, vault_of: Callable[[Settings], Vault], *, offline: bool) -> list[Result]:
    """Return one result per thing that was looked at; nothing in them is secret."""
    results = [Result(True, "Miljön och beredskap.toml kan läsas.")]
    try:
        vault_of(settings)
        results.append(Result(True, "ENCRYPTION_KEYS kan användas."))
    except BadSettings as error:
        results += [Result(False, problem) for problem in error.problems]
    results += await asyncio.to_thread(_database, settings)
    results += _content(settings)
    if not offline:
        results += [
            await _slack(settings),
            *await _channels(settings),
            await _twilio(settings),
            await _reserve(settings),
        ]
    return results


def _database(settings: Settings) -> list[Result]:
    url = settings.env.database_url
    engine = writer_engine(url)
    try:
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))
    except sa.exc.SQLAlchemyError as error:
        return [Result(False, f"DATABASE_URL: databasen svarar inte ({type(error).__name__}).")]
    finally:
        engine.dispose()
    try:
        require_current(url)
    except WrongSchema as error:
        return [Result(is_sqlite(url), str(error), is_warning=is_sqlite(url))]
    return [Result(True, "Databasen svarar och är på rätt revision.")]


def _content(settings: Settings) -> list[Result]:
    results = []
    today = local(machine_now()).date()
    for number in settings.rules.help_numbers:
        if not number.is_fresh(today):
            words = f"{number.name}: numret är inte kontrollerat på ett år och utelämnas ur alla sms."
            results.append(Result(False, words, is_warning=True))
    missing = settings.missing_for_production()
    if missing:
        allowed = settings.rules.is_trial
        words = f"Inför skarp drift saknas: {', '.join(missing)}."
        results.append(Result(False, words, is_warning=allowed))
    if settings.rules.is_trial and not settings.rules.trial_numbers:
        words = "Provdrift utan nummer på provlistan: inga sms kommer att skickas."
        results.append(Result(False, words, is_warning=True))
    if not settings.rules.alert_channel:
        words = "alerts.channel är tom: det som någon måste göra något åt står då bara i loggen (alert_opened)."
        results.append(Result(False, words, is_warning=True))
    others = [code for code in settings.texts.languages if code not in {"sv", "en"}]
    if others:
        words = f"Låt någon som kan språken läsa de automatiska svaren före skarp drift: {', '.join(others)}."
        results.append(Result(False, words, is_warning=True))
    return results


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
