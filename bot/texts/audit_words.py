"""What the commands about the audit log say."""

from typing import Final

# The file and line that leave the machine once a day
FILE: Final = "atkomstlogg-{day}.txt"
LINE: Final = "{day} segment {segment} rader {count} sha256 {hash}"

# verify
VERIFYING: Final = "Kontrollerar"
FINE: Final = "Loggen är hel: {rows} rader i {segments} segment stämmer."
EMPTY: Final = "Loggen har inga segment än."
NEWEST: Final = "Senaste segmentet är {number}, med rader från {since} till {until}.\n{hash}"
COMPARED: Final = "{count} hashar som har lämnat datorn finns i loggen."
NOT_COMPARED: Final = (
    "Ingen hash har jämförts. Jämför med en fil eller hash som har lämnat datorn (--against): "
    "annars syns det inte om slutet av loggen är borttaget."
)
WAITING: Final = "{count} rader är nya och väntar på att förseglas."
RELEASED: Final = "{count} segment är gallrade enligt {decision}. Vad som stod i dem går inte längre att kontrollera."
BROKEN: Final = "Loggen stämmer inte:"
CHANGED: Final = (
    "Segment {number} ({since} till {until}): minst en rad är ändrad, eller rader har bytt plats. "
    "Segmentets egna uppgifter kan också ha ändrats."
)
FEWER: Final = "Segment {number} ({since} till {until}): {count} rader saknas."
MORE: Final = "Segment {number} ({since} till {until}): det finns rader som inte fanns när segmentet förseglades."
MISSING_ONE: Final = "Segment {number} saknas ({since} till {until})."
MISSING_SOME: Final = "Segment {number} till {last_number} saknas ({since} till {until})."
UNLINKED: Final = "Segment {number} ({since} till {until}) hör inte ihop med segmentet före: något av dem är utbytt."
UNSEALED: Final = (
    "{count} rader efter sista segmentet är inte förseglade, den äldsta från {since}. "
    "Försegling sker varje minut: antingen har boten stått stilla eller så är segment borttagna."
)
UNKNOWN: Final = "Hashen {hash}{when} finns inte i loggen: slutet av loggen är borttaget, eller så är segmentet utbytt."
UNKNOWN_WHEN: Final = " från {day} (segment {number})"
UNKNOWN_DAY: Final = " från {day}"
BEGINNING: Final = "början"
NO_HASH: Final = "I {path} finns ingen hash. Ange filen som boten skrev, mappen med filerna, eller själva hashen."
NO_FILE: Final = "{path} finns inte, och är ingen hash (64 tecken 0-9 och a-f)."
UNREADABLE: Final = "{path} går inte att läsa: {why}."

# search and export
SEARCHING: Final = "Söker"
TOO_MANY: Final = "Det är fler än {most} rader. Välj en kortare tid."
UNKNOWN_YOUTH: Final = "Nämnden har ingen ungdom med den koden eller referensen."
UNKNOWN_PERSON: Final = "Ingen i personalen har den e-postadressen."
UNKNOWN_CASE: Final = "Nämnden har inget ärende med den beteckningen."
WRONG_WORLD: Final = "--youth hör till --world beredskap och --case till --world myndighet."
ONE_OF: Final = "Ange antingen --youth eller --case."
DENIED: Final = (
    "Åtkomstloggen för en nämnd visas bara för den som leder nämndens beredskap, "
    "eller för myndighetens del den som leder enheten. Försöket står i åtkomstloggen."
)
NONE: Final = "Inga rader."
COUNT: Final = "{count} rader."
MORE_ROWS: Final = "Här visas de första {shown} av {count} rader. Ta ut alla med beredskapsbot audit export."
DONE: Final = "{count} rader står i {path}."

SHEET: Final = "Åtkomstlogg"
ABOUT: Final = "Om filen"
AT: Final = "Tid"
WHO: Final = "Vem"
DID: Final = "Vad"
WHAT: Final = "Gäller"
GROUND: Final = "Grund"
NAMND: Final = "Nämnd"
OUTCOME: Final = "Utfall"
ROW: Final = "Rad"

ABOUT_NAMND: Final = "Nämnd"
ABOUT_WORLD: Final = "Verksamhet"
WORLDS: Final = {"beredskap": "Beredskapen", "myndighet": "Myndighetsutövningen"}
ABOUT_PERIOD: Final = "Period"
PERIOD: Final = "{first} till {last}"
ABOUT_LIMIT: Final = "Begränsat till"
LIMIT_PERSON: Final = "vad {person} har sett och gjort"
LIMIT_YOUTH: Final = "det som rör ungdom {youth}"
LIMIT_CASE: Final = "det som rör ärende {case}"
ABOUT_MADE: Final = "Uttaget"
MADE: Final = "{at} av {by}"
ABOUT_ROWS: Final = "Antal rader"
ABOUT_TRIAL: Final = "Provdrift"
TRIAL: Final = "Raderna är från en provdrift."
ABOUT_TIME: Final = "Tid"
TIME: Final = "Svensk tid."
ABOUT_SCOPE: Final = "Vad som finns med"
SCOPE: Final = (
    "Det som gäller nämnden i den här verksamheten, och det som nämndens egen personal har gjort utan att det gäller "
    "en viss nämnd. Andra nämnders rader finns inte med, och inte heller ärenden där den som tog ut filen är jävig."
)
ABOUT_YOUTH: Final = "Om en ungdom"
YOUTH: Final = (
    "Ungdomen själv, bakgrunden, kontakterna, och nämndens samtal med dem: även vårdnadshavares samtal, som också kan "
    "gälla syskon. Listor som visar flera (överlämningar, sökningar) står på nämnden och passet och finns inte med här."
)
ABOUT_SECRECY: Final = "Sekretess"
SECRECY: Final = "Att någon är känd hos socialtjänsten är i sig hemligt (OSL 26 kap. 1 §). Förvara filen därefter."

# How the reviews went, a month a row
REVIEWS: Final = "Granskningar"
REVIEW_HEADINGS: Final = ("Månad", "I sin ordning", "Följ upp", "Inte granskade")
