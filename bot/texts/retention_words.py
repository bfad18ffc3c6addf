"""What the commands for gallring and for who is enrolled say at the terminal."""

from typing import Final

DENIED: Final = "Du har inte rätt till det, eller så finns inte beteckningen. Försöket står i åtkomstloggen."
NOTHING_THERE: Final = "Det finns inga samtal under beteckningen."
NOT_FOUND: Final = "Det finns inget sådant undantag, eller så är det redan hävt."

ONE_OF: Final = "Ange antingen --namnd eller --code."
HELD: Final = "Undantaget från gallring. Id: {ids}."
LIFTED: Final = "Undantaget är hävt. Det som är äldre än beslutet säger gallras vid nästa körning."
NO_HOLDS: Final = "Inget är undantaget från gallring i nämnden."
HOLD: Final = "{id}  {what}  {reference}  av {by} {at}  {until}"
UNTIL: Final = "till och med {day}"
NO_END: Final = "tills vidare"
HOLD_OF: Final = {"namnd": "hela nämnden", "youth": "en ungdom", "conversation": "ett samtal"}
WAIVED: Final = "{count} samtal behöver inte föras till akten. De gallras när deras tid är ute."
ONE_PLACE: Final = "Ange antingen --conversation eller --channel."
WITHDRAWN: Final = (
    "{count} inlägg står kvar och tas bort ett i taget. Kör kommandot igen för att se hur många som är kvar."
)
NOTHING_STANDS: Final = "Inget inlägg av oss står kvar där."
ENDED: Final = "Inskrivningen är avslutad. Sms som kommer in tas fortfarande emot."
REMOVED: Final = "Numret är borttaget från ungdomen. {count} samtal gallrade."
CORRECTED: Final = "Rättat. Det som stod förut, för akten: {before}"
ASK_NUMBER: Final = "Numret"
ASK_VALUE: Final = "Det som ska stå där"

HOLD_HELP: Final = "Undanta något från gallring, visa vad som är undantaget, eller häv det."
SET_HELP: Final = "Undanta en nämnd, eller det som en beteckning står för, från all gallring."
LIFT_HELP: Final = "Häv ett undantag."
LIST_HELP: Final = "Visa vad som är undantaget i en nämnd."
WAIVE_HELP: Final = "Avstå från att föra avslutade samtal till akten, så att de kan gallras. För ledare."
WITHDRAW_HELP: Final = "Ta bort våra egna inlägg i Slack om ett samtal eller i en kanal. För ledare."
ENROLLED_HELP: Final = "Avsluta, rätta eller ta bort det som står om en inskriven."
END_HELP: Final = "Avsluta en inskrivning."
REMOVE_HELP: Final = "Ta bort ett nummer som inte skulle ha skrivits in. Numret frågas efter."
CORRECT_HELP: Final = "Rätta en uppgift. Det nya värdet frågas efter."
AS_HELP: Final = "Den i personalen som gör det; står i åtkomstloggen."
CODE_HELP: Final = "Beteckningen som står på kortet, som 4TK9M."
REFERENCE_HELP: Final = "Beslutets eller ärendets beteckning."
NAMND_HELP: Final = "Nyckeln ur beredskap.toml."
