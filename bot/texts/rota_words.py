"""What the leader reads at the terminal about the rota, and the parts of a message that are put together."""

from typing import Final

# A file
OWNER: Final = "ansvarig"
BACKUP: Final = "reserv"
NOBODY: Final = "(ingen)"
NOBODY_NAMED: Final = "ingen står på passet. Skriv en adress, eller ta bort raden"
BAD_PART: Final = "skriv ansvarig eller reserv"
SHEET: Final = "Schema"
WIDTHS: Final = (32, 24, 14, 18, 18, 12)

# A message to whoever has got shifts; the frame stands in rota.toml
TOLD: Final = "• {span}"
TOLD_BACKUP: Final = "• {span} (reserv)"
TOLD_MORE: Final = "… och {count} till. Alla står i din kalender."
TOLD_FREE: Final = "För veckovilans skull är du ledig från ditt vanliga arbete: {days}."
TOLD_NO_REST: Final = "Veckovilan ryms inte de här dagarna. Den som leder beredskapen vet om det."
TOLD_NOT_FREE: Final = "Veckovilan ryms utan extra lediga dagar."

# The command line
GROUP: Final = "Schemat: föreslå, kontrollera, publicera, exportera och skriva ut (docs/schema.md)."
SOLVING: Final = "Söker"
UNKNOWN_PERSON: Final = "Adressen tillhör ingen som kan ha pass i beredskapen."
WRONG_ORDER: Final = "Sista dagen ligger före den första."
DAYS_PAST: Final = "De dagarna har redan varit. Stämmer året?"
NO_SUCH_DAYS: Final = "Det finns ingen anteckning med det numret."
BAD_DATE: Final = "{option}: skriv dagen som 2026-12-07."
BAD_MONTH: Final = "--month: skriv månaden som 2026-12."
DENIED: Final = (
    "Det får du inte göra. Schemat sköts av beredskapens ledare eller admin i de nämnder vars personal har pass."
)
DENIED_IN_EACH: Final = (
    "Inget är publicerat. Schemat har pass från flera nämnder: den som publicerar ska leda beredskapen eller vara "
    "admin i var och en av dem."
)
UNKNOWN_AS: Final = "--as: ingen aktiv person i personalen har den adressen."
BUSY: Final = "Databasen svarar inte eller är upptagen. Inget är sparat. Försök igen om en stund."
NOT_SOLVED: Final = "Inget förslag hann bli klart. Ge det mer tid med --minutes, eller föreslå färre veckor."
NOTHING_TO_FILL: Final = (
    "Det finns inga pass att fylla de dagarna: de har redan varit, eller så har någon redan passen. Inget är sparat."
)
NO_DRAFT: Final = "{what} är varken ett förslag eller en fil."
EXISTS: Final = "Filen {path} finns redan. Skriv över den med --overwrite."
UNWRITABLE: Final = "Filen {path} kan inte skrivas: {why}."
UNREADABLE: Final = "Filen {path} går inte att läsa: {why}."
WRITTEN: Final = "Skrivet till {path}."
NOTHING_SAVED: Final = "{count} fel. Inget är sparat."
NEEDS_REASON: Final = (
    "Inget är publicerat: det finns allvarliga brister. Rätta dem, eller publicera ändå med --despite och skälet."
)
NOT_IN_ROTA: Final = "Inget är publicerat: {who} är inte familjebehandlare i beredskap i den nämnden."
ONLY_BACKUP: Final = "Inget är publicerat: {who} saknar Slack och kan bara vara reserv."
CLASH: Final = "Inget är publicerat: {who} har redan ett pass {span}. Ta bort det ena."
PUBLISHED: Final = "Publicerat: {added} nya pass, {removed} borttagna, {unchanged} oförändrade."
NOTHING_NEW: Final = "Schemat är redan publicerat så här. Inget är ändrat."
PAST: Final = "{count} pass har redan börjat och lämnas som de är."
TELL_YOURSELF: Final = "Dessa saknar Slack och måste få veta det på annat sätt: {names}."

NO_SUCH_TABLE: Final = "--out: filen ska heta något på .csv eller .xlsx."
NO_SUCH_FORM: Final = "--out: filen ska heta något på .ics, .csv eller .xlsx."

# A month on paper
PAGE_TITLE: Final = "Beredskapsschema {month} {year}"
PAGE_WEEK: Final = "v."
PAGE_BACKUP: Final = "Reserv: {name}"
PAGE_FOOTER: Final = (
    "Utskrivet {day} {year} kl. {time}. Pass kan ha bytts sedan dess: det som gäller står i Slack, under Hem."
)

PROPOSED: Final = "Förslag {id}: {first} till {last}, {count} pass, klart på {seconds} s."
NOT_PROVEN: Final = "Sökningen avbröts innan den visste om fler pass kan fyllas. Ge den mer tid med --minutes."
HOW_ON: Final = "Publicera: beredskapsbot rota publish {id} --as {email}"
FAIRNESS: Final = "Fördelning (inom parentes: det senaste året)"
FAIR_HEADINGS: Final = ("", "kvällar", "helgpass", "röda dagar", "reserv")
SPREAD: Final = "mest − minst"
FREE_DAYS: Final = "Lediga arbetsdagar, för veckovilans skull"
FREE_DAY: Final = "  {name}: {days}"
CLEAN: Final = "Inga brister."
SERIOUS: Final = "Brister"
REMARKS: Final = "Att tänka på"
HOLE: Final = "  {span}: ingen {part}. {reasons}"
HOLE_PLAIN: Final = "  {span}: ingen {part}."
BETWEEN: Final = "  {name}, {day}: bara {hours} tim mellan två pass (minst {least})."
WEEK: Final = "  {name}, veckan från {day}: längsta vilan är {hours} tim (minst 36)."
MONTH: Final = "  {name}, {month}: {hours} tim beredskap (högst {most})."
AWAY: Final = "  {name}, {day}: har pass men är borta."
LATE: Final = "  Det första passet börjar {day}, mindre än {days} dagar bort."
RATHER_NOT: Final = "  {name}, {day}: har pass fast personen helst inte vill."
SWAPPED: Final = "  {name}, {span}: har bytts efter publiceringen, och bytet skulle tas bort."
WHY: Final = {
    "not_lent": ("en hör till en nämnd som inte får svara här", "{count} hör till en nämnd som inte får svara här"),
    "without_slack": ("en saknar Slack", "{count} saknar Slack"),
    "away": ("en är borta", "{count} är borta"),
    "has_it": ("en har redan pass då", "{count} har redan pass då"),
    "between": ("en skulle få för kort vila mellan passen", "{count} skulle få för kort vila mellan passen"),
    "week": ("en skulle inte få sin veckovila", "{count} skulle inte få sin veckovila"),
    "month": ("en skulle få för många timmar den månaden", "{count} skulle få för många timmar den månaden"),
    "share": ("en nämnd lånar redan ut så mycket den får", "{count} hör till en nämnd som redan lånar ut det den får"),
    "nothing": ("för en är inget i vägen just här", "för {count} är inget i vägen just här"),
}
AWAY_HOW: Final = "Skriv vem och vilka dagar: rota away E-POST FÖRSTA SISTA."
AT: Final = "rad {line} {column}: {text}"
DAYS_NOTED: Final = "Antecknat ({id})."
DAYS_FORGOTTEN: Final = "Anteckningen är borttagen."
DAYS_LINE: Final = "  {id}  {name}: {wish} {first}–{last}"
WISHES: Final = {"away": "borta", "rather_not": "helst inte", "gladly": "gärna"}
DAYS_HEADING: Final = "Frånvaro och önskemål"
DRAFTS_HEADING: Final = "Förslag och publicerade scheman"
DRAFT_LINE: Final = "  {id}  {first}–{last}  {state}"
STATES: Final = {"draft": "förslag", "published": "publicerat"}
SHIFTS_HEADING: Final = "Pass"
SHIFT_LINE: Final = "  {span}  {name}{backup}"
IS_BACKUP: Final = " (reserv)"
NOTHING: Final = "  Inget."
