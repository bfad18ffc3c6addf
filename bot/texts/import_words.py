"""What the administrator reads about a file. Sentences that bot/texts already has are taken from there."""

from typing import Final

# The file as a whole
NOT_UTF8: Final = (
    "filen är inte i UTF-8 (den ser ut att vara i Latin-1, även kallat Windows eller ANSI). "
    "Spara om den i Excel som ”CSV UTF-8 (kommaavgränsad)”"
)
UTF16: Final = "filen är i UTF-16 (”Unicode-text”). Spara om den i Excel som ”CSV UTF-8 (kommaavgränsad)”"
NOT_TEXT: Final = "filen innehåller tecken som inte hör hemma i en textfil. Är det en Excel-fil? Spara den som CSV"
BAD_EXCEL: Final = "filen går inte att öppna som en Excel-fil (.xlsx)"
LARGE_EXCEL: Final = "filen packas upp till mer än {most} MB och läses därför inte"
EMPTY_FILE: Final = "filen är tom. Första raden ska vara rubriken: {columns}"
NO_ROWS: Final = "filen har en rubrik men inga rader"
BAD_QUOTES: Final = "citattecknen går inte ihop, så resten av filen kan inte läsas"
HEADER_MISSING: Final = "rubriken saknar {missing}. Första raden ska vara: {columns}"
HEADER_UNKNOWN: Final = "kolumn {place} i rubriken känns inte igen. Ta bort den, eller rätta namnet"
HEADER_TWICE: Final = "kolumnen står två gånger i rubriken"
TOO_FEW: Final = "raden har {found} celler men rubriken har {wanted}"

# A cell
PERSONNUMMER: Final = (
    "det ser ut som ett personnummer, och sådana får inte finnas här. "
    "Använd en egen referens; skriv telefonnummer som 070-174 06 05"
)
MISSING: Final = "cellen är tom"
TOO_LONG: Final = "texten är {found} tecken lång; det får vara högst {most}"
CONTROL: Final = "texten innehåller radbrytning eller andra osynliga tecken"
UNKNOWN_NAMND: Final = "nämnden{value} finns inte. Nämnderna är: {known}"
NOT_YES_NO: Final = "skriv ja eller nej{value}"
NOT_EMAIL: Final = "det ser inte ut som en e-postadress"
NOT_SLACK: Final = "ett id i Slack börjar med U eller W och har bara stora bokstäver och siffror{value}"
LANDLINE: Final = "numret är en fast telefon och kan inte ta emot sms"
TWICE: Final = "står redan på rad {line}"

# Staff
BAD_ROLE: Final = "rollen{value} förstås inte. Skriv nämnd/värld/roll, till exempel norrvik/beredskap/familjebehandlare"
BAD_WORLD: Final = "världen{value} finns inte; skriv beredskap eller myndighet"
UNKNOWN_ROLE: Final = "rollen{value} finns inte. Rollerna är: {known}"
WRONG_WORLD: Final = "familjebehandlare hör till beredskap och handläggare till myndighet{value}"
NO_ROLE: Final = "den som är aktiv behöver minst en roll"
NO_PHONE_TO_VERIFY: Final = "telefonen kan inte vara verifierad när numret saknas"
SLACK_TAKEN: Final = "samma id i Slack har redan en annan person i boten"
PHONE_TAKEN: Final = "samma tjänstetelefon har redan en annan person i boten"
NOT_A_STAFF_PHONE: Final = "numret kan inte vara tjänstetelefon. Välj ett annat"
UNREACHABLE: Final = "personen har varken Slack eller telefon och kan inte nås"
NO_ADMIN: Final = "ingen aktiv person i boten har rollen admin"

# Youths
BAD_AGE: Final = (
    "åldersgruppen{value} förstås inte. Skriv under 12, 12-14 eller 15 eller äldre. "
    "Excel gör gärna om 12-14 till ett datum; skriv då 12 till 14"
)
BAD_BASIS: Final = "grunden{value} förstås inte. Skriv {known}"
BAD_LINK_ROLE: Final = "rollen{value} förstås inte. Skriv ungdom eller vårdnadshavare"
BAD_LANGUAGE: Final = "språket{value} finns inte. Skriv {known}, eller lämna tomt"
BAD_DAY: Final = "dagen förstås inte. Skriv den som 2026-11-20"
BAD_SAYS: Final = "svaret{value} förstås inte. Skriv {known}"
BAD_FLAGS: Final = "spärrarna{value} förstås inte. Skriv {known}; flera åtskiljs med komma"
DISAGREES: Final = "stämmer inte med rad {line}, som gäller samma ungdom (samma referens och nämnd)"
LANGUAGE_DISAGREES: Final = "samma nummer har ett annat språk på rad {line}"
UNKNOWN_JAV: Final = "en e-postadress i jävslistan tillhör ingen i personalen"
NOT_ACTIVE_YOUTH: Final = "ungdomen är avslutad i boten. Ta bort raden; en ny inskrivning görs i Slack"
SHARED_PHONE: Final = (
    "delad telefon: ungdom och vårdnadshavare har samma nummer, så botens egna sms säger bara att vi vill bli uppringda"
)
TWO_YOUTHS: Final = "samma nummer står som ungdomens eget för en annan ungdom på rad {line}. Är det rätt?"
TWO_NAMNDER: Final = "samma nummer står i en annan nämnd på rad {line}. Är det rätt?"
LEFT_LINKS: Final = "ungdomen har sedan tidigare {count} nummer som inte står i filen. De ligger kvar"

# Shifts
BAD_TIME: Final = "tiden{value} förstås inte. Skriv till exempel 2026-11-20 17:00"
NO_SUCH_TIME: Final = "tiden{value} finns inte: den natten ställs klockan fram från 02:00 till 03:00"
TWO_SUCH_TIMES: Final = (
    "tiden{value} finns två gånger: den natten ställs klockan tillbaka från 03:00 till 02:00. Den första räknas"
)
MIDNIGHT: Final = "klockan 24:00 skrivs som 00:00 nästa dag"
ENDS_BEFORE: Final = "passet slutar inte efter att det börjar"
TOO_LONG_SHIFT: Final = "passet är {hours} timmar långt; längre än 72 timmar tas inte emot"
LONG_SHIFT: Final = "passet är {hours} timmar långt. Är det rätt?"
UNKNOWN_PERSON: Final = "adressen tillhör ingen i personalen. Läs in personalen först"
INACTIVE_PERSON: Final = "personen är inte aktiv"
NOT_IN_BEREDSKAP: Final = "personen är inte familjebehandlare i beredskap"
NOT_IN_NAMND: Final = "personen är inte familjebehandlare i beredskap i den nämnden"
ONLY_BACKUP: Final = "personen saknar Slack och kan bara vara reserv, som rings upp"
OVERLAP: Final = "passet överlappar ett annat i samma nämnd{line}. Den som börjar sist svarar, den andra blir reserv"
TWO_AT_ONCE: Final = "samma person har ett annat pass samtidigt{line}"
HAS_BEGUN: Final = "passet har börjat, så bara slutet kan ändras"
HAS_ONE_THEN: Final = "personen har redan ett annat pass som börjar då"

# A calendar
BAD_CALENDAR: Final = "filen går inte att läsa som en kalender"
NO_EVENTS: Final = "kalendern har inga händelser"
ALL_DAY: Final = "händelsen gäller en hel dag. Ett pass behöver klockslag"
REPEATED: Final = "händelsen upprepas. Lägg varje pass som en egen händelse"
NO_START: Final = "händelsen saknar en start som kan läsas"
NO_END: Final = "händelsen saknar ett slut som kan läsas"
UNKNOWN_ZONE: Final = "tidszonen känns inte igen. Välj svensk tid"
CANCELLED: Final = "händelsen är inställd och läses inte in. Ett pass som redan finns i boten ligger kvar"
NAMES_NOBODY: Final = (
    "händelsen säger inte vem som har passet. Skriv namnet som rubrik, som det står i boten, eller bjud in adressen"
)
NAMES_SEVERAL: Final = "händelsen gäller flera i personalen. Lägg ett pass för var och en"
NAMES_NO_NAMND: Final = "händelsen säger inte vilken nämnd som lånar ut. Skriv den som kategori. Nämnderna är: {known}"

# The command line
UNKNOWN_AS: Final = "--as: ingen aktiv person i personalen har den adressen."
NEED_AS: Final = "Ange vem som gör det med --as E-POST. Bara den allra första inläsningen av personal kan göras utan."
DENIED: Final = (
    "Det får du inte läsa in. Personal och pass läses in av admin eller ledare i nämnden, "
    "ungdomar även av nämndens familjebehandlare."
)
KEEPS_MOVING: Final = "Uppgifterna i boten ändrades hela tiden medan filen lästes in. Inget är sparat. Försök igen."
BUSY: Final = "Databasen svarar inte eller är upptagen. Inget är sparat. Försök igen om en stund."
NO_FILE: Final = "Filen {path} finns inte."
UNREADABLE: Final = "Filen {path} går inte att läsa: {why}."
BAD_ROWS: Final = "{count} fel. Inget är sparat."
SUMMARY: Final = "{added} nya, {changed} ändrade, {unchanged} oförändrade"
DRY_RUN: Final = "Provläsning, inget är sparat: {summary}"
DONE: Final = "Klart: {summary}"
NOTE: Final = "Obs, {where}: {text}"
NEW_ROWS: Final = "Nya: rad {lines}"
CHANGED_ROW: Final = "Ändras: rad {line} ({columns})"
AND_MORE: Final = "… och {count} till"
READING: Final = "Kontrollerar"
SAVING: Final = "Sparar"
PROGRESS: Final = "{stage}: {percent} %"
