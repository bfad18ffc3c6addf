"""What whoever takes out the rest report reads: at the terminal, and in the file itself."""

from typing import Final

# The command line
BAD_MONTH: Final = "--month: månaden förstås inte. Skriv till exempel 2026-11."
DENIED: Final = (
    "Du får inte ta ut den här nämndens rapport om vila. Det får den som leder dess beredskap. Försöket står i "
    "åtkomstloggen."
)
DONE: Final = "Klart: {count} personer i {path}. Uttaget står i åtkomstloggen."

# The sheets
PEOPLE_SHEET: Final = "Per person"
FINDINGS_SHEET: Final = "Iakttagelser"
EVERYBODY: Final = "Alla"
ABOUT_MONTH: Final = "Månad"
ABOUT_PEOPLE: Final = "Antal personer"
CONTENT: Final = "Personalens pass och arbetstid i beredskapen. Inget om samtalen, de unga eller familjerna."
ABOUT_HANDLE: Final = "Hantera filen"
HANDLE: Final = (
    "Filen visar enskilda medarbetares arbetstid. Ge den bara till den som behöver den för lön och uppföljning."
)
ABOUT_ASSUMED: Final = "Antagande"
ASSUMED: Final = (
    "Boten känner inte till någons egen arbetstid. Den antar ordinarie arbetstid enligt inställningarna, utom på röda "
    "dagar och aftnar. Semester, deltid och sjukdom är inte med."
)
ABOUT_CHECKS: Final = "Kontrollerna"
CHECKS: Final = (
    "R1 till R9 och R11, se docs/vila.md. De är en tolkning av lag och avtal. Vad som gäller och vad som ersätts "
    "beslutar arbetsgivaren."
)
ABOUT_RECORDED: Final = "Arbetstid"
RECORDED: Final = (
    "Skrivs upp när någon läser eller svarar under sitt pass, utanför ordinarie arbetstid, och rättas av personen "
    "själv."
)
NOT_RECORDED: Final = "Skrivs inte upp (record_active_time är av). Störda pass och störd vila går därför inte att se."
STATE: Final = "Som det var när filen skapades. Pass som återstår i månaden räknas som planerade. Tider är svensk tid."

# The columns, each with what it means
NAME: Final = ("Namn", "Den som har haft pass som nämnden har lånat ut.")
TURNS: Final = ("Pass", "Antal pass som börjar i månaden. Reservpass räknas med.")
WORKING_DAYS: Final = ("Beredskap arbetsdagar (min)", "Minuter beredskap på arbetsdagar, från 00.00 till 24.00.")
FREE_DAYS: Final = ("Beredskap lör, sön, helg (min)", "Minuter beredskap på lördagar, söndagar, röda dagar och aftnar.")
BEREDSKAP: Final = ("Beredskap totalt (min)", "Summan av de två. Arbetstiden ingår.")
ACTIVE: Final = ("Arbetstid (min)", "Minuter arbete under passen, efter personens egna rättelser.")
DISTURBED: Final = ("Störda pass", "Pass med någon arbetstid.")
SHARE: Final = ("Störda (%)", "Andel av passen, i hela procent.")
ERRORS: Final = ("Fel", "Antal iakttagelser av det slaget. De står på bladet Iakttagelser.")
WARNINGS: Final = ("Varningar", "Likaså.")
TASKS: Final = ("Att besluta", "Likaså: vila att ersätta, och när nästa arbetspass kan börja.")
EXCEPTED: Final = ("Undantag", "Likaså: sådant som någon har beslutat om och svarar för.")

# The headings of the findings
FINDINGS: Final = ("Namn", "Kontroll", "Nivå", "Från", "Till", "Iakttagelse")
