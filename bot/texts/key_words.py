"""What whoever keeps the encryption keys reads at the terminal."""

from typing import Final

# At start
MISSING: Final = (
    "ENCRYPTION_KEYS saknar nyckeln {id}, som databasen har uppgifter under. Lägg tillbaka den, gärna sist, och starta "
    "igen. Inget är ändrat."
)
OTHER: Final = (
    "Nyckeln {id} i ENCRYPTION_KEYS (avtryck {ours}) är en annan än den som databasen är krypterad med (avtryck "
    "{noted}). Sätt in rätt nyckel, eller ge den nya ett eget id. Inget är ändrat."
)
OTHER_OLD: Final = (
    "Nyckeln {id} i ENCRYPTION_KEYS (avtryck {ours}) är en annan än den som databasen är krypterad med. Sätt in rätt "
    "nyckel, eller ge den nya ett eget id. Inget är ändrat."
)
FITS: Final = "ENCRYPTION_KEYS passar databasen."

# keys status
UNDER: Final = "{id}  avtryck {fingerprint}  {rows} rader{mark}"
UNNOTED: Final = "(nytt)"
IN_USE: Final = ", används för nytt"
NOT_HELD: Final = ", finns inte i ENCRYPTION_KEYS"
TABLE: Final = "    {table}: {rows}"
GOING: Final = "Byte till {id} pågår: {moved} rader är klara, {left} återstår."
FINISHED: Final = "Senaste bytet, till {id}, blev klart {at}: {moved} rader."

# keys rotate
ALREADY: Final = "Allt ligger redan under {id}."
HERE: Final = "Boten kör inte. Arbetet görs här; det går att avbryta och ta upp igen."
THERE: Final = "Boten som kör gör arbetet i bakgrunden. Det går att avbryta det här kommandot: boten fortsätter."
MOVED: Final = "Klart: allt ligger under {id}. {moved} rader krypterades om."
MAY_GO: Final = "{old} kan tas ut ur ENCRYPTION_KEYS, i alla processer."
ONE_MORE: Final = (
    "Minst en process kör med andra inställningar och kan skriva under en gammal nyckel. Starta om den med {id} först, "
    "och kör sedan beredskapsbot keys rotate en gång till innan något tas ut."
)
STUCK: Final = (
    "{count} rader gick inte att kryptera om: de går inte att öppna, eller numret finns två gånger. Behåll {old}. "
    "Loggen säger key_rotation_left_rows; rapportera felet."
)
STILL: Final = (
    "Inget händer. Har boten som kör {id} först i ENCRYPTION_KEYS? Starta om den med det; den fortsätter själv."
)
STAGE: Final = "Krypterar om"
BUSY: Final = "Databasen svarar inte eller är upptagen. Kör kommandot igen; det som är gjort är gjort."
