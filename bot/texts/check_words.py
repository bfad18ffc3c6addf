"""What `beredskapsbot check` says of our numbers at the carrier. The number itself is not printed: its label is."""

from typing import Final

NUMBER_FINE: Final = "Twilio: sms och samtal till {label} går till boten."
NUMBER_NOT_OURS: Final = "Twilio: numret {label} finns inte på kontot. Inget sms dit når boten."
TEXTS_ELSEWHERE: Final = (
    "Twilio: sms till {label} går inte till boten. Ställ in A message comes in, POST: {url} (docs/drift.md, Twilio)."
)
TEXTS_TO_APPLICATION: Final = (
    "Twilio: {label} styrs av en applikation (TwiML App), som boten inte kan se. Kontrollera dess adresser själv."
)
FALLBACK_ELSEWHERE: Final = (
    "Twilio: {label} saknar reservadress. Ställ in Primary handler fails, POST: {url}. Utan den väntar ett sms som vi "
    "inte kunde ta emot tills listan hämtas."
)
VOICE_ELSEWHERE: Final = "Twilio: samtal till {label} går inte helt till boten. Ställ in, POST: {url}"
NOT_ASKED: Final = "Twilio: det gick inte att fråga hur numren är inställda ({why})."
