"""What is read about an export from the case system: at the terminal, and in the file of rejected rows."""

from typing import Final

# The file as a whole
NO_SETTINGS: Final = "beredskap.toml saknar [case_import], som säger vad kolumnerna heter. Se docs/importera.md."
UNKNOWN_NAMND: Final = "--namnd: nämnden finns inte. Nämnderna är: {known}."
TOO_BIG: Final = "filen är större än {most} MB"
NOT_TEXT: Final = "filen är varken CSV eller Excel (.xlsx)"
BAD_EXCEL: Final = "Excelfilen går inte att öppna. Är den skyddad med lösenord, eller trasig?"
LARGE_EXCEL: Final = "Excelfilen packas upp till mer än {most} MB och läses därför inte"
BAD_QUOTES: Final = "citattecknen går inte ihop efter rad {line}, så filen kan inte läsas"
EMPTY: Final = "filen är tom"
HEADER_MISSING: Final = "rubriken saknar {missing}"
HEADER_TWICE: Final = "rubriken har {columns} två gånger"

# A row
PERSONNUMMER: Final = "{column}: det ser ut som ett personnummer, och sådana får inte finnas i boten"
WRONG_WIDTH: Final = "raden har {found} celler men rubriken har {wanted}"
REF: Final = {
    "case_ref_empty": "{column}: beteckningen saknas",
    "case_ref_form": "{column}: beteckningen ska ha 1 till 32 bokstäver, siffror, bindestreck, snedstreck och punkter, "
    "och minst en siffra",
    "case_ref_personnummer": PERSONNUMMER,
}
NO_KIND: Final = "{column}: cellen är tom"
UNKNOWN_KIND: Final = "{column}: typen finns inte under kinds i [case_import]"
UNKNOWN_OUTCOME: Final = "{column}: beslutet finns inte under outcomes i [case_import]"
NO_DAY: Final = "{column}: dagen saknas"
BAD_DAY: Final = "{column}: dagen förstås inte. Skriv till exempel 2026-11-20 eller 2026-11-20 14:20"
BAD_TIME: Final = "{column}: klockslaget förstås inte. Skriv till exempel 14:20"
TWO_TIMES: Final = "{column}: här står ett annat klockslag än i {other}"
NO_SUCH_TIME: Final = "{column}: klockslaget finns inte, den natten ställs klockan fram"
FUTURE: Final = "{column}: dagen har inte varit än"
TOO_OLD: Final = "{column}: dagen är före år 2000"
DECIDED_MISSING: Final = "{column}: beslutets dag saknas"
BEFORE_RECEIVED: Final = "{column}: det är före dagen då ärendet kom in"
NOT_YES_NO: Final = "{column}: skriv ja eller nej"
NO_SUSPICION: Final = "dagen för misstanken saknas, och nämnden räknar allvarssamtalets timmar från den"
TWICE_OTHERWISE: Final = "samma ärende, frist och tid står på rad {line} med andra uppgifter"

# What is told but does not stop a row
TWICE: Final = "står redan på rad {line}"
UNKNOWN_OWNER: Final = "handläggaren finns inte i nämnden i boten; ärendet har ingen handläggare"
TWO_OWNERS: Final = "flera i nämnden har det namnet; ärendet har ingen handläggare"
UNKNOWN_GENDER: Final = "könet finns inte under genders i [case_import]; det räknas som okänt"
NO_CLOCK: Final = "utredning pågår redan, så ingen frist börjar"
WAS_DELETED: Final = "avgjord för så länge sedan att fristen är gallrad enligt nämndens beslut; den läses inte in igen"
WAS_WITHDRAWN: Final = "fristen är borttagen i boten och läses inte in igen"
ENDED_DAY: Final = "klockslaget då samtalet hölls saknas; det räknas som i tid bara om hela dagen var i tid"
SUMMONED_DAY: Final = "klockslaget för kallelsen saknas; den räknas från dagens slut"

# The command line
CASES_HELP: Final = (
    "Läs in ärenden med frister ur en export från ärendesystemet (CSV eller Excel).\n\n"
    "Kolumnerna står i [case_import] i beredskap.toml. Se docs/importera.md."
)
MISSING: Final = "Ange också {missing}."
NO_FILE: Final = "Filen {path} finns inte."
UNREADABLE: Final = "Filen {path} går inte att läsa: {why}."
NOT_READ: Final = "Inget är sparat: {why}."
UNKNOWN_AS: Final = "--as: ingen aktiv person i personalen har den adressen."
DENIED: Final = (
    "Det får du inte läsa in. Ärenden läses in av nämndens handläggare och av den som leder enheten. Försöket står i "
    "åtkomstloggen."
)
BUSY: Final = (
    "Databasen svarar inte eller är upptagen. Det som hann sparas ligger kvar; läs in samma fil igen om en stund."
)
EXISTS: Final = "--rejected: filen {path} finns redan. Välj ett annat namn."
UNWRITABLE: Final = "Filen {path} med avvisade rader går inte att skriva: {why}."
SUMMARY: Final = "{added} nya, {changed} ändrade, {unchanged} oförändrade, {rejected} avvisade"
DRY_RUN: Final = "Provläsning, inget är sparat: {summary}"
DONE: Final = "Klart: {summary}"
NEW_ROWS: Final = "Nya: rad {lines}"
CHANGED_ROWS: Final = "Ändras: rad {lines}"
REJECTED_ROW: Final = "Avvisas, rad {line}: {reasons}"
NOTE: Final = "Obs, rad {line}: {text}"
AND_MORE: Final = "… och {count} till"
REJECTED_IN: Final = "De avvisade raderna står i {path}. Rätta dem där och läs in filen."

# The file of rejected rows
REJECTED_LINE: Final = "Avvisad rad"
REJECTED_WHY: Final = "Avvisad för att"
REJECTED_END: Final = "-avvisade"
TAKEN_FOLDER: Final = "inlasta"
REFUSED_FOLDER: Final = "avvisade"
