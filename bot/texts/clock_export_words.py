"""What whoever takes out clocks, or the indicator table, reads: at the terminal, and in the file itself."""

from typing import Final

# The command line
ONE_FILE: Final = "Ange en av --csv FIL och --xlsx FIL."
NOT_SUFFIX: Final = "Filnamnet ska sluta på {suffix}."
NO_FOLDER: Final = "Mappen {folder} finns inte."
IS_FOLDER: Final = "{path} är en mapp. Ange ett filnamn."
BAD_YEAR: Final = "--year: skriv året, till exempel 2026."
DENIED: Final = (
    "Du får inte ta ut den här nämndens frister. Det får den som leder enheten. Försöket står i åtkomstloggen."
)
DONE: Final = "Klart: {count} rader i {path}. Uttaget står i åtkomstloggen."
TABLE_DONE: Final = "Tabellen står i {path}. Uttaget står i åtkomstloggen."

# Cells
STATES: Final = {"running": "pågår", "settled": "avgjord", "withdrawn": "registrerad av misstag"}
MASKED: Final = "*"
NOTHING: Final = "–"

# The sheets
ROWS_SHEET: Final = "Frister"
PERIOD: Final = "{first} till och med {last}, efter kolumnen Kom in"
CONTENT: Final = (
    "Ärendets beteckning, tider och kodade uppgifter. Filen innehåller ingen fritext, inga namn på barn eller "
    "vårdnadshavare och inga telefonnummer."
)
SECRECY: Final = (
    "En beteckning går att koppla till en person i ärendesystemet. Behandla filen som sekretess, och radera den när "
    "den har använts."
)
STATE: Final = (
    "Som det var när filen skapades. Tider är svensk tid. Frister som har registrerats av misstag är inte med."
)

# The columns, each with what it means
CASE: Final = ("Ärende", "Beteckningen i ärendesystemet.")
KIND: Final = ("Frist", "Vilken frist det gäller. En anmälan kan ha startat flera.")
OWNER: Final = ("Handläggare", "Den som har fristen. Tomt när ingen har den.")
GENDER: Final = ("Kön", "För redovisningen.")
RECEIVED: Final = ("Kom in", "När ärendet kom in till nämnden.")
STARTS: Final = ("Räknas från", "Det som tiden räknas från.")
DUE_ON: Final = ("Sista dag", "Sista dagen inom tiden.")
DUE_AT: Final = ("Går ut", "Då tiden är ute.")
STATE_COLUMN: Final = ("Läge", "pågår eller avgjord.")
DECIDED: Final = ("Avgjord", "Dagen för beslutet, eller då det gjordes.")
OUTCOME: Final = ("Utfall", "Hur fristen avgjordes.")
DAYS_OVER: Final = ("Dagar över", "Hela dagar efter sista dag. Pågår den räknas till i dag. Tomt när den höll.")
HOURS_OVER: Final = (
    "Timmar över",
    "Allvarssamtal: hela timmar efter att tiden gick ut, till att barn och vårdnadshavare var kallade. Tomt när den "
    "höll.",
)
REASON: Final = ("Orsak", "Varför tiden inte höll, eller varför samtalet inte blev av.")
EXTENDED: Final = ("Förlängd till", "Sista dagen efter ett beslut om förlängning.")
CHILD: Final = ("Barnet kallat", "Allvarssamtal: när barnet kallades.")
GUARDIAN: Final = ("Vårdnadshavare kallad", "Allvarssamtal: när en vårdnadshavare kallades.")
BOOKED: Final = ("Bokad tid", "Allvarssamtal: tiden som är bokad.")
HELD: Final = ("Samtalet hölls", "Allvarssamtal: när det hölls. Tomt när det inte hölls, och när tiden inte är känd.")
POLICE: Final = ("Polis med", "Allvarssamtal: ja när polisen var med.")

# The indicator table
TABLE_SHEET: Final = "Indikator"
ABOUT_MASK: Final = "Små tal"
MASK: Final = (
    "Antal från 1 till {most} visas aldrig (*). De är inte heller med i totalen, så att de inte går att räkna ut."
)
ABOUT_COUNTED: Final = "Vad som räknas"
COUNTED: Final = (
    "Det som kom in under perioden. Pågående med tid kvar räknas inte. Pågående vars tid har gått ut räknas som "
    "missade."
)
ABOUT_CODED: Final = "Andra siffran"
CODED: Final = (
    "Den första siffran är rå. Den andra lämnar utanför de missade som har orsaken polisförhör, ej samtycke eller ej "
    "lämpligt, eller räknar med en beslutad förlängning."
)
ABOUT_PERIOD: Final = "Period"
TABLE_PERIOD: Final = "{label}: {first} till och med {last}"
HEADINGS: Final = (
    "Indikator",
    "Periodens utfall",
    "Pojkar",
    "Flickor",
    "Föregående år",
    "Årsmål",
    "KF:s årsmål",
    "Period",
    "Antal",
    "Antal pojkar",
    "Antal flickor",
    "Antal utan uppgift om kön",
    "Obs",
)
COUNT: Final = "{met} av {of}"
BY_NAMND: Final = "tas fram av nämnd"
OUTSIDE: Final = "Totalen ligger utanför pojkars och flickors andel. Kontrollera uppgifterna om kön."
MEASURES: Final = {
    "talk_summoned": "Allvarssamtal: kallade tillsammans med vårdnadshavare inom {hours} timmar",
    "talk_summoned_coded": "Allvarssamtal: kallade inom {hours} timmar, utan dem med godtagen orsak",
    "talk_held": "Allvarssamtal: hållna inom {hours} timmar",
    "talk_held_coded": "Allvarssamtal: hållna inom {hours} timmar, utan dem med godtagen orsak",
    "talk_held_ever": "Allvarssamtal: hållna, även sena",
    "forhandsbedomning": "Förhandsbedömning inom {days} dagar",
    "forhandsbedomning_extended": "Förhandsbedömning inom {days} dagar eller beslutad förlängning",
    "utredning": "Utredning inom {months} månader",
    "utredning_extended": "Utredning inom {months} månader eller beslutad förlängning",
}
