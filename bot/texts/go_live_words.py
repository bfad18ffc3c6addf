"""What must be settled before families are texted, in words for whoever fills in beredskap.toml.

Each says what is missing, and why: the rule it comes from.
"""

from typing import Final

from bot.domain.go_live import Decision

WORDS: Final = {  # key of the decision -> (what, why); {namnd} is a nämnd's name
    "decision_ref": (
        "beslut om vem som är huvudman och personuppgiftsansvarig för {namnd}",
        "varje nämnd är en egen myndighet och svarar för sin behandling (dataskyddsförordningen art. 4.7 och 24)",
    ),
    "answers_for": (
        "beslut om att personalen i {namnd} får svara för den andra nämnden",
        "sekretess gäller mellan nämnder, och varje riktning behöver sitt eget beslut (OSL 8 kap. 1 § och 26 kap. 1 §)",
    ),
    "inline_approval_ref": (
        "godkännande av att det som skrivs får stå i Slack för {namnd}",
        "det blir kvar i notiser, sökning och exporter (OSL 10 kap. 2 a § och lag 2001:454 10 §)",
    ),
    "dpia_ref": (
        "konsekvensbedömning avseende dataskydd",
        "behandlingen rör barn och känsliga uppgifter (dataskyddsförordningen art. 35)",
    ),
    "suitability_sms_ref": (
        "lämplighetsbedömning av sms-tjänsten",
        "sekretessbelagda uppgifter får bara lämnas till en leverantör om det inte är olämpligt (OSL 10 kap. 2 a §)",
    ),
    "suitability_chat_ref": (
        "lämplighetsbedömning av chattplattformen",
        "sekretessbelagda uppgifter får bara lämnas till en leverantör om det inte är olämpligt (OSL 10 kap. 2 a §)",
    ),
    "pub_ref": (
        "personuppgiftsbiträdesavtal med leverantörerna",
        "de behandlar personuppgifter för nämndens räkning (dataskyddsförordningen art. 28)",
    ),
    "gallringsbeslut_ref": (
        "gallringsbeslut och dokumenthanteringsplan",
        "ett sms kan vara en allmän handling och får inte gallras utan beslut (arkivlagen 1990:782 10 §)",
    ),
    "gallring_days": (
        "hur många dagar det som har förts till akten ligger kvar, enligt gallringsbeslutet (ett tal, minst 1)",
        "uppgifter får inte sparas längre än de behövs (dataskyddsförordningen art. 5.1 e)",
    ),
    "mbl_timing_ref": (
        "förhandling om att personalens tider läggs upp",
        "det är en viktigare förändring av arbetsförhållandena (MBL 1976:580 11 §)",
    ),
    "mbl_rota_ref": (
        "förhandling om beredskapsschemat",
        "det är en viktigare förändring av arbetsförhållandena (MBL 1976:580 11 §)",
    ),
    "local_agreement_ref": (
        "lokalt avtal om beredskapen, eller beskedet att det centrala avtalet gäller",
        "vila och ersättning räknas efter det (arbetstidslagen 1982:673 3 §)",
    ),
    "help_number": (
        "ett nummer till socialjouren som någon har kontrollerat det senaste året (verified_on och verified_by)",
        "det står i svaren till familjer när ingen i beredskapen kan svara; 112 står alltid med",
    ),
    "record_transfer_rule": (
        "hur innehållet förs till personakten, och av vem",
        "det som har betydelse ska dokumenteras och registreras (SoL 2025:400 14 kap. 3 § och OSL 5 kap. 1 §)",
    ),
    "record_transfer_when": (
        "när innehållet förs till personakten",
        "det ska ske så snart handlingen har kommit in eller upprättats (OSL 5 kap. 1 §)",
    ),
    "log_review_by": (
        "vem som granskar åtkomstloggen",
        "åtkomsten ska kontrolleras systematiskt och återkommande (lag 2001:454 10 §)",
    ),
    "log_review_every": (
        "hur ofta åtkomstloggen granskas",
        "åtkomsten ska kontrolleras systematiskt och återkommande (lag 2001:454 10 §)",
    ),
    "talk_starts_ref": (
        "beslut om när 48 timmar till allvarssamtalet börjar räknas i {namnd}, eller att fristen inte används",
        "ingen lag anger det, så nämnden bestämmer det själv",
    ),
    "receipt_day_ref": (
        "beslut om hur dagen då anmälan kom in räknas i {namnd}, eller att fristen inte används",
        "förhandsbedömningen ska vara klar inom 14 dagar (SoL 2025:400 20 kap. 2 §)",
    ),
    "roll_forward_ref": (
        "beslut om {namnd} räknar fram en sista dag som är en helgdag, eller att fristen inte används",
        "det är inte prövat om lag 1930:173 gäller de 14 dagarna",
    ),
}

HEADING: Final = "Inför skarp drift (docs/drift.md, *Det som måste vara avgjort*):"
MADE: Final = "klart"
MISSING: Final = "saknas"
LINE: Final = "    {state:<7} rad {row:<3} {where:<{width}}  {what}"
LINE_MISSING: Final = "{where} i beredskap.toml: {what} saknas. Skälet: {why}."
ENDED: Final = "{where}: beslutet gällde till och med {on}. Se över det och ändra valid_until."
ENDS: Final = "{where}: beslutet gäller till och med {on}. Se över det i tid och ändra valid_until."
ONLY_HERE: Final = (
    "Utan dem svarar boten bara i provdrift ([trial] on = true), eller när allt finns på den egna maskinen: --host, "
    "PUBLIC_BASE_URL, SLACK_API_BASE_URL och TWILIO_API_BASE_URL. Nu når den, eller nås från: {reaches}."
)


def what(decision: Decision) -> str:
    """Return what is to be decided."""
    return WORDS[decision.key][0].format(namnd=decision.namnd)


def missing(decision: Decision) -> str:
    """Return the sentence that says what is missing, why, and where it is written."""
    said = what(decision)
    return LINE_MISSING.format(where=decision.where, what=said[0].upper() + said[1:], why=WORDS[decision.key][1])


def table(decisions: list[Decision]) -> list[str]:
    """Return all of them as lines: made or missing."""
    width = max(len(decision.where) for decision in decisions)
    return [
        LINE.format(
            state=MADE if decision.is_made else MISSING,
            row=decision.row,
            where=decision.where,
            width=width,
            what=what(decision),
        )
        for decision in decisions
    ]
