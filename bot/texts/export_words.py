"""What whoever takes out a file reads: at the terminal, and in the file itself."""

from typing import Final

# The command line
MISSING: Final = "Ange också {missing}."
BAD_DATE: Final = "{option}: datumet förstås inte. Skriv till exempel 2026-11-20."
WRONG_ORDER: Final = "--from får inte vara senare än --to."
TOO_LONG: Final = "Perioden är längre än tio år. Ta ut den i delar."
UNKNOWN_NAMND: Final = "--namnd: nämnden finns inte. Nämnderna är: {known}."
NOT_XLSX: Final = "--out: filnamnet ska sluta på .xlsx."
NO_FOLDER: Final = "--out: mappen {folder} finns inte."
IS_FOLDER: Final = "--out: {path} är en mapp. Ange ett filnamn."
EXISTS: Final = "Filen {path} finns redan. Välj ett annat namn, eller lägg till --overwrite."
UNWRITABLE: Final = "Filen {path} går inte att skriva: {why}."
NO_RIGHT: Final = "du får inte skriva i mappen"
UNKNOWN_AS: Final = "--as: ingen aktiv person i personalen har den adressen."
DENIED: Final = (
    "Du får inte ta ut den här nämndens överlämningar. Det får nämndens egna familjebehandlare och den som leder dess "
    "beredskap. Försöket står i åtkomstloggen."
)
BUSY: Final = "Databasen svarar inte eller är upptagen. Ingen fil är skriven. Försök igen om en stund."
DONE: Final = "Klart: {count} rader i {path}. Uttaget står i åtkomstloggen."
READING: Final = "Läser"
WRITING: Final = "Skriver"

# Cells
YES: Final = "ja"
NO: Final = "nej"
CODES: Final = {"nothing": "ingen", "today": "i dag", "next_working_day": "nästa arbetsdag"}
STATES: Final = {"open": "öppen", "done": "klar", "dropped": "släppt"}
OUTCOMES: Final = {
    "takes_over": "tar över",
    "informed": "informerade",
    "not_reached": "nåddes inte",
    "by_phone": "per telefon",
    "by_e_service": "i e-tjänsten",
    "otherwise": "på annat sätt",
}
DUTY: Final = "den som har beredskap"
TEAM: Final = "teamet"

# The sheets
ROWS_SHEET: Final = "Överlämningar"
ABOUT_SHEET: Final = "Om filen"
ABOUT_NAMND: Final = "Nämnd"
ABOUT_PERIOD: Final = "Period"
PERIOD: Final = "{first} till och med {last}, efter kolumnen Dag"
ABOUT_MADE_AT: Final = "Skapad"
ABOUT_MADE_BY: Final = "Skapad av"
ABOUT_ROWS: Final = "Antal rader"
ABOUT_TRIAL: Final = "Provdrift"
TRIAL: Final = "Filen är gjord under provdrift."
ABOUT_CONTENT: Final = "Innehåll"
CONTENT: Final = (
    "Bara ärendekoder, tider och kodade uppgifter. Filen innehåller inga sms, ingen fritext ur anteckningar, inga namn "
    "på unga eller vårdnadshavare, inga telefonnummer och ingen beteckning i akten."
)
ABOUT_SECRECY: Final = "Sekretess"
SECRECY: Final = (
    "En ärendekod går att koppla till en person i boten, och få rader kan gå att känna igen. Behandla filen som "
    "sekretess, och radera den när den har använts."
)
ABOUT_JAV: Final = "Jäv"
JAV: Final = "Ärenden där den som skapade filen är jävig är inte med."
ABOUT_STATE: Final = "Läget"
STATE: Final = "Som det var när filen skapades. Tider är svensk tid."
ABOUT_COLUMNS: Final = "Kolumn"
ABOUT_MEANING: Final = "Vad som står där"

# The columns, each with what it means
DAY: Final = ("Dag", "Dagen som samtalet hör till. Ett pass över midnatt hör till dagen då det började.")
DIGEST: Final = ("Överlämning", "Dagen för överlämningen som raden står i. Tomt när den inte står i någon än.")
CASE: Final = ("Ärendekod", "Samma kod som på korten i Slack. Flera koder när samtalet gäller flera unga.")
SENDER: Final = ("Avsändare", "Vem telefonen hör till: {senders}.")
FIRST: Final = ("Första sms", "När samtalet började den dagen.")
OURS_FIRST: Final = ("Vi skrev först", "ja när vi skrev och ingen hade hört av sig. Då finns inget att besvara.")
WITHIN: Final = (
    "Besvarat inom (min)",
    "Hela minuter från första sms till vårt första svar som inte gick förlorat. Tomt när ingen har svarat. Automatiska "
    "svar räknas inte.",
)
BY: Final = ("Besvarat av", "De i personalen som svarade, i den ordning de först skrev.")
SITUATION: Final = ("Situation", "Ur anteckningen: {situations}. Tomt när anteckning saknas.")
SOCIALJOUREN: Final = ("Socialjouren", "ja när ärendet lämnades till socialjouren, annars nej. Tomt när inget är sagt.")
ACTION: Final = (
    "Åtgärd",
    "ingen, i dag eller nästa arbetsdag. Tomt när anteckning saknas, och när åtgärden står på en senare rad i samma "
    "samtal. Är de flera visas den som är kvar att göra.",
)
DUE: Final = ("Senast", "Dagen då åtgärden skulle vara gjord.")
OWNER: Final = ("Ägare", "Den som har åtgärden; teamet när ingen har tagit den.")
STATE_OF_ACTION: Final = ("Läge", "Åtgärdens läge: öppen, klar eller släppt.")
SETTLED: Final = ("Klar när", "När åtgärden blev klar eller släpptes.")
REVIEWED: Final = ("Genomgånget", "ja när teamet har gått igenom samtalet på mötet.")
TRANSFERRED: Final = ("Förd till akten", "ja när samtalet är fört till akten.")
TRANSFERRED_AT: Final = ("Förd när", "När det markerades som fört till akten.")
NOTED: Final = ("Anteckning finns", "ja när minst en anteckning är skriven.")
ADDED: Final = ("Tillägg", "ja när raden kom till efter att överlämningen hade lagts ut.")
CONTACT: Final = (
    "Kontakt socialjour",
    "Den senaste kontakten med socialjouren: tar över, informerade eller nåddes inte. Tomt när ingen är antecknad.",
)
CONTACT_AT: Final = ("Kontakt när", "När socialjouren kontaktades, enligt den som gjorde det.")
REPORT: Final = (
    "Orosanmälan",
    "Hur en orosanmälan gjordes, enligt den som gjorde den. Tomt när ingen är antecknad. När den kom in "
    "till nämnden står inte här.",
)
REPORT_AT: Final = ("Anmäld när", "När orosanmälan gjordes, enligt den som gjorde den.")
