"""What the commands of the nödstopp say at the terminal. Sentences that bot/texts already has are taken from there."""

from typing import Final

STOP_HELP: Final = "Nödstopp: skicka och visa inget innehåll, men ta emot allt. Se docs/drift.md, Nödstopp."
LIFT_HELP: Final = "Häv ett nödstopp. Det som väntar går iväg. Bara nämndens egna ledare."
SETTLE_HELP: Final = "Pricka av en incidentrapport. Koden står i beredskapsbot status."
AS_HELP: Final = "Den i personalen som gör det; står i åtkomstloggen."
REASON_HELP: Final = "Varför. Skriv inget om någon enskild."
NAMND_HELP: Final = "Nyckeln ur beredskap.toml. Annars alla."
REFERENCE_HELP: Final = "Vad som är gjort, till exempel ett diarienummer."
UNKNOWN_AS: Final = "Ingen aktiv person i personalen har den adressen."
UNKNOWN_NAMND: Final = "Nämnden finns inte. Nämnderna är: {known}."
UNKNOWN_CODE: Final = "Ingen incidentrapport har den koden. Se beredskapsbot status."
ALREADY_DONE: Final = "Den incidentrapporten är redan avprickad."
BUSY: Final = "Databasen svarar inte, så vi vet inte om det är gjort. Kör kommandot igen; det görs bara en gång."
STOPPED: Final = "Nödstopp gäller, så inget innehåll tas ut. Försök igen när en ledare har hävt det."
SHUT_DOWN: Final = "Kan det inte vänta: stoppa tjänsten. Då skickas inget, men sms hämtas först när den startar igen."
