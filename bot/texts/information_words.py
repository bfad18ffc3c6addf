"""What the command `information` says at the terminal."""

from typing import Final

WHICH_NAMND: Final = "Skriv vilken nämnd med --namnd: {known}."
NO_LANGUAGE: Final = "Det språket finns inte. Det finns: {known}."
NO_DPO: Final = (
    "namnd.{namnd}.dpo_contact saknas i beredskap.toml: skriv hur dataskyddsombudet nås. "
    "Utan det får sidan inte ges ut."
)
READ_FIRST: Final = "Obs: låt någon som talar {language} läsa texten innan den ges ut."
DONE: Final = "Informationen står i {path}."
