"""What whoever takes a backup or puts one back reads at the terminal."""

from typing import Final

# The backup
POSTGRES: Final = (
    "Databasen är PostgreSQL. Ta säkerhetskopian med pg_dump: docs/drift.md, Säkerhetskopia och återläsning."
)
EXISTS: Final = "{path} finns redan. Ange ett annat namn. Inget är skrivet."
UNWRITABLE: Final = "{path} går inte att skriva ({why})."
NOT_COPIED: Final = "Databasen gick inte att kopiera ({why}). Ingen kopia är skriven."
DAMAGED: Final = "Kopian är skadad (integrity_check). Den är inte sparad. Kontrollera disken."
DIFFERS: Final = "Kopian har inte samma antal rader som databasen. Den är inte sparad. Försök igen."
DONE: Final = "Klart: {path}, revision {revision}, {rows} rader. Kopian är kontrollerad."
KEYS: Final = "Den går bara att läsa med nycklarna: {keys}. De finns inte i kopian."

# At start
IS_COPY: Final = (
    "Databasen är en säkerhetskopia som ingen har läst tillbaka. Startas den som den är kan den skicka det som "
    "originalet redan har skickat. Kör: beredskapsbot restore --in-place"
)

# Putting it back
NEEDS_ONE: Final = "Ange antingen filen eller --in-place."
FILE_IS_SQLITE: Final = (
    "En fil kan bara läsas tillbaka till SQLite. Läs in med pg_restore, och kör sedan restore --in-place."
)
NOT_EMPTY: Final = "{path} finns redan. Flytta undan den först. Inget är ändrat."
NO_FILE: Final = "{path} finns inte."
BROKEN: Final = "{path} går inte att läsa ({why}). Inget är ändrat."
NEWER: Final = "Säkerhetskopian är nyare än programmet. Installera den version som den togs med. Inget är ändrat."
RUNNING: Final = (
    "En bot kör mot databasen, eller gjorde det för mindre än en minut sedan. Stoppa den först. Inget är ändrat."
)
RESTORED: Final = "Klart: databasen är tillbakaläst."
HELD: Final = (
    "{looked_for} utskick som väntade i kopian letas upp hos Twilio och i Slack innan något görs: ett sms som inte "
    "hittas avgör den som skrev det. {dropped} larm och samtal till personal är strukna."
)
THEN: Final = (
    "Stoppa originalet om det fortfarande kör. Starta sedan, och be ledaren se efter vad som väntar under Hem."
)
