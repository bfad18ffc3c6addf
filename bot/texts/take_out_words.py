"""What the command that takes content out says, and what stands in its file."""

from typing import Final

HELP: Final = "Ta ut det som står om en person i en nämnd: ett registerutdrag, eller samtal för utlämnande."
REGISTER_HELP: Final = "Registerutdrag för en person (GDPR artikel 15). En ledare godkänner det i Slack."
RELEASE_HELP: Final = "Samtal för utlämnande, sedan nämnden har beslutat. En ledare godkänner det i Slack."
GUARDIAN_HELP: Final = "Utdraget gäller vårdnadshavaren. Numret frågas efter."
OUT_HELP: Final = "Filen som skrivs: .xlsx, eller .html att läsa och skriva ut."
GROUND_HELP: Final = "Grunden, som OSL 10 kap. 21 §."
DECIDER_HELP: Final = "Vem i nämnden som har beslutat."
GIVEN_HELP: Final = "Vad som lämnas, och till vem."

ASKED: Final = "En ledare i nämnden har fått frågan i Slack. Kör samma kommando igen när den är godkänd, inom en timme."
DONE: Final = "{count} rader skrivna till {path}. Gå igenom filen innan den lämnas ut: fritext kan nämna andra."

TITLE: Final = {"register": "Registerutdrag", "release": "Utlämnande"}
ABOUT, FACTS, LINES = "Om uttaget", "Uppgifter", "Det som skrevs"
NAMND, CODE, MADE, BY, APPROVED = "Nämnd", "Beteckning", "Uttaget", "Av", "Godkänt av"
GROUND, DECIDER, GIVEN = "Grund", "Beslutat av", "Lämnat"
READ_FIRST_WHY: Final = (
    "Fritext som personalen har skrivit kan nämna andra. Nämnden prövar vad som får lämnas ut (OSL 26 kap. 1 §)."
)
HEADINGS: Final = ("Tid", "Vad", "Vem", "Text")
WHAT: Final = {"in": "sms från personen", "out": "sms från oss", "auto": "automatiskt sms", "note": "anteckning"}
FACT: Final = {
    "name": "Namn",
    "number": "Nummer",
    "language": "Språk",
    "age_band": "Ålder",
    "basis": "Grund för inskrivningen",
    "basis_reason": "Skäl",
    "agreements": "Bakgrund: överenskommelser",
    "watch_for": "Bakgrund: att vara uppmärksam på",
    "interpreter": "Bakgrund: tolk",
    "call_first": "Bakgrund: ring först",
}
AGE: Final = {"under_12": "under 12 år", "12_to_14": "12–14 år", "15_or_over": "15 år eller äldre"}
BASIS: Final = {
    "guardian_consent": "vårdnadshavarens samtycke",
    "child_consent_21_1": "barnets samtycke (SoL 21 kap. 1 §)",
    "fifteen_or_over": "15 år eller äldre, på egen begäran eller med eget samtycke",
    "override": "annat beslut",
}
