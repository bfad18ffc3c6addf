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
ABOUT, FACTS, LINES, EVENTS = "Om uttaget", "Uppgifter", "Det som skrevs", "Det som hände"
NOT_HERE: Final = "Det som inte står här"
NOT_HERE_HEADINGS: Final = ("Vad", "Varför")
NAMND, CODE, MADE, BY, APPROVED = "Nämnd", "Beteckning", "Uttaget", "Av", "Godkänt av"
GROUND, DECIDER, GIVEN = "Grund", "Beslutat av", "Lämnat"
READ_FIRST_WHY: Final = (
    "Fritext som personalen har skrivit kan nämna andra. Nämnden prövar vad som får lämnas ut (OSL 26 kap. 1 §)."
)
HEADINGS: Final = ("Tid", "Vad", "Vem", "Text")
WHAT: Final = {
    "in": "sms från personen",
    "out": "sms från oss",
    "auto": "automatiskt sms",
    "note": "anteckning",
    "call_in": "samtal från personen",
    "call_out": "samtal från oss",
    "outward_socialjour": "socialjouren kontaktades",
    "outward_orosanmalan": "orosanmälan gjordes",
    "transferred": "förd till akten",
    "waived": "behöver inte föras till akten",
    "action_nothing": "åtgärd: ingen",
    "action_today": "åtgärd: i dag",
    "action_next_working_day": "åtgärd: nästa arbetsdag",
    "taken_out_register": "registerutdrag togs ut",
    "taken_out_release": "uppgifter lämnades ut",
    "log": "åtkomstloggen",
    "log_refused": "åtkomstloggen: nekades",
}
EVENT_TEXT: Final = {
    "call_ringing": "ringer",
    "call_taken": "pågår",
    "call_ended": "ni talades vid",
    "call_missed": "missat samtal",
    "call_busy": "upptaget",
    "call_no_answer": "inget svar",
    "call_failed": "kom inte fram",
    "call_not_begun": "påbörjades inte",
    "outward_takes_over": "tar över",
    "outward_informed": "informerades",
    "outward_not_reached": "nåddes inte",
    "outward_by_phone": "per telefon",
    "outward_by_e_service": "i e-tjänsten",
    "outward_otherwise": "på annat sätt",
    "action_open": "öppen",
    "action_done": "klar",
    "action_dropped": "struken",
}
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
    "decided_on": "Beslut eller samtycke, datum",
    "review_on": "Ålder och samtycke ses över senast",
    "says": "Samtycke, enligt den som har numret",
    "said_on": "Sagt, datum",
    "bars_other": "Spärr: kontakta aldrig den andra vårdnadshavaren",
    "sms_stop": "Sms som vi skickar först",
    "blocked": "Spärrat hos operatören",
    "ended": "Inskrivningen avslutades",
    "hold": "Undantaget från gallring, beteckning",
}
AGE: Final = {"under_12": "under 12 år", "12_to_14": "12–14 år", "15_or_over": "15 år eller äldre"}
BASIS: Final = {
    "guardian_consent": "vårdnadshavarens samtycke",
    "child_consent_21_1": "barnets samtycke (SoL 21 kap. 1 §)",
    "fifteen_or_over": "15 år eller äldre, på egen begäran eller med eget samtycke",
    "override": "annat beslut",
}
YES: Final = {"yes": "ja"}
SAID: Final[dict[str, dict[str, str]]] = {
    "age_band": AGE,
    "basis": BASIS,
    "says": {"unknown": "inte frågat", "given": "ja", "refused": "nej"},
    "sms_stop": {
        "open": "får skickas",
        "asked": "personen har skrivit att hen inte vill ha fler, men ingen har bekräftat det än",
        "stopped": "skickas inte: personen har bett om det",
        "asked_again": "skickas inte: personen har skrivit att vi får skriva igen, men ingen har bekräftat det än",
    },
    "bars_other": YES,
    "blocked": YES,
}

# What is kept somewhere else, or about somebody else, by table: what it is, and why it is not in an extract.
STAFFS: Final = ("Vilka i personalen som söktes, larmades, arbetade eller är jäviga", "Det är uppgifter om personalen.")
DRAFTS: Final = (
    "Svar som har skrivits men inte skickats",
    "Utkast som inte har fått sin slutliga utformning (lag 2018:218 5 kap. 2 §).",
)
COPIES: Final = (
    "Kopior av samma uppgifter på väg in och ut: kön, korten i Slack, sms som de kom från operatören, leveransstatus",
    "De tekniska spåren säger inget annat än det som står här.",
)
CLOCKS: Final = (
    "Förhandsbedömningar, allvarssamtal och kallelser, och sms till myndighetens nummer",
    "De hör till ärendet hos handläggaren. Begär dem där: de hålls skilda från beredskapen.",
)
ERASED: Final = ("Vad som har gallrats, när och enligt vilket beslut", "Bara antal och id: inga uppgifter om personen.")
HANDOVERS: Final = ("Överlämningarnas dagar", "Bara tider: det som står i dem om personen står här.")
REVIEWS: Final = ("Ledarens granskning av åtkomstloggen", "Den gäller personalens åtkomst. Åtkomsten står här.")
LEFT_OUT: Final[dict[str, tuple[str, str]]] = {
    **dict.fromkeys(("jav", "conversation_route", "escalation", "escalation_step", "phone_leg", "active_time"), STAFFS),
    "held_reply": DRAFTS,
    **dict.fromkeys(
        ("inbox", "outbox", "slack_post", "open_view", "delivery", "done_once", "alert", "job_run"), COPIES
    ),
    **dict.fromkeys(("deadline", "deadline_event", "summons", "summons_message"), CLOCKS),
    **dict.fromkeys(("erasure", "erasure_place"), ERASED),
    "digest": HANDOVERS,
    "audit_review_item": REVIEWS,
    "": (
        "Vem i personalen som har öppnat något, och vem som har beslutat om samtycke",
        "Det är uppgifter om andra. Nämnden prövar om de lämnas ut.",
    ),
}
