"""How our numbers are set with the carrier: a text that it does not bring to us is a child whom nobody answered."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.settings import Settings
from bot.texts.check_words import (
    FALLBACK_ELSEWHERE,
    NOT_ASKED,
    NUMBER_FINE,
    NUMBER_NOT_OURS,
    TEXTS_ELSEWHERE,
    TEXTS_TO_APPLICATION,
    VOICE_ELSEWHERE,
)

ASK_WITHIN: Final = 10  # seconds
TEXTS: Final = ("sms", "/twilio/sms", TEXTS_ELSEWHERE)
TEXTS_FALLBACK: Final = ("sms_fallback", "/twilio/sms-fallback", FALLBACK_ELSEWHERE)
CALLS: Final = ("voice", "/twilio/voice/incoming", VOICE_ELSEWHERE)
CALLS_FALLBACK: Final = ("voice_fallback", "/twilio/voice/incoming-fallback", VOICE_ELSEWHERE)
CALLS_OVER: Final = ("status_callback", "/twilio/voice/over", VOICE_ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a number. `is_lost`: texts do not reach us."""

    sentence: str
    is_fine: bool = False
    is_lost: bool = False


async def check_numbers(settings: Settings) -> list[Finding]:
    """Ask the carrier how each of our numbers is set: one finding for each that is right, or each thing that is not."""
    env = settings.env
    account = f"{env.twilio_api_base_url}/2010-04-01/Accounts/{env.twilio_account_sid}/IncomingPhoneNumbers.json"
    pair = f"{env.twilio_account_sid}:{env.twilio_auth_token.get_secret_value()}"
    headers = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    found: list[Finding] = []
    async with ClientSession(timeout=ClientTimeout(total=ASK_WITHIN), headers=headers) as session:
        for number in settings.rules.numbers.values():
            try:
                async with session.get(account, params={"PhoneNumber": number.number}) as answer:
                    answer.raise_for_status()
                    listed = (await answer.json())["incoming_phone_numbers"]
            except (ClientError, TimeoutError, OSError, ValueError, KeyError) as error:
                return [*found, Finding(NOT_ASKED.format(why=type(error).__name__))]
            found += findings(number.label, number.number, listed, env.public_base_url)
    return found


def findings(label: str, number: str, listed: list[Mapping[str, Any]], base: str) -> list[Finding]:
    """Hold what the carrier lists for one number against our addresses at `base`."""
    mine = next((entry for entry in listed if entry.get("phone_number") == number), None)
    if mine is None:
        return [Finding(NUMBER_NOT_OURS.format(label=label), is_lost=True)]
    return list(_wrong(label, mine, base)) or [Finding(NUMBER_FINE.format(label=label), is_fine=True)]


def _wrong(label: str, mine: Mapping[str, Any], base: str) -> Iterator[Finding]:
    if mine.get("sms_application_sid"):  # its addresses go before the number's own
        yield Finding(TEXTS_TO_APPLICATION.format(label=label))
    elif not _leads(mine, TEXTS, base):
        yield Finding(TEXTS[2].format(label=label, url=base + TEXTS[1]), is_lost=True)
    elif not _leads(mine, TEXTS_FALLBACK, base):
        yield Finding(TEXTS_FALLBACK[2].format(label=label, url=base + TEXTS_FALLBACK[1]))
    if not (mine.get("capabilities") or {}).get("voice"):
        return
    for wanted in (CALLS, CALLS_FALLBACK, CALLS_OVER):
        if not _leads(mine, wanted, base):
            yield Finding(wanted[2].format(label=label, url=base + wanted[1]))


def _leads(mine: Mapping[str, Any], wanted: tuple[str, str, str], base: str) -> bool:
    """Tell whether an address is ours, by POST; what stands after "#" is for the carrier itself (facts: twilio, 2)."""
    name, path, _ = wanted
    url_field = name if name == "status_callback" else f"{name}_url"
    url = str(mine.get(url_field) or "").partition("#")[0]
    return url == base + path and str(mine.get(f"{name}_method") or "POST").upper() == "POST"
