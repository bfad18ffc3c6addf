"""Steps that the stories of consent share."""

from typing import Any

from bot.domain.ids import NamndId, YouthId
from bot.domain.people import AgeBand, Basis, LinkRole, Youth
from bot.ports import Tx
from tests.acceptance.night import Night, Person, Phone

NOVA, JENNY, MATS = "+46701740605", "+46701740606", "+46701740607"


async def enrols_younger(
    night: Night,
    name: str,
    number: str,
    namnd: NamndId,
    *,
    age: AgeBand = AgeBand.FROM_12_TO_14,
    basis: Basis = Basis.GUARDIAN_CONSENT,
) -> tuple[Phone, Youth]:
    """Enrol a youth who is not 15 yet, as it was done before it was written down who decided."""
    phone, youth = await night.enrols(name, number, namnd)

    def change(tx: Tx) -> Youth:
        known = tx.people.youth(YouthId(youth.id))
        assert known is not None
        reason = "Beslut av enhetschef" if basis is Basis.OVERRIDE else ""
        tx.people.save_youth(
            Youth(known.id, known.namnd, known.case_code, known.name, age, basis, reason, known.jav, known.is_active)
        )
        return known

    return phone, await night.writes(change)


async def enrols_guardian(night: Night, name: str, number: str, of: Youth) -> Phone:
    phone, _ = await night.enrols(name, number, of.namnd, role=LinkRole.GUARDIAN, of=of)
    return phone


async def begins_text(night: Night, person: Person, wanted: str, text: str) -> tuple[dict[str, Any], list[str]]:
    """Nytt sms to whoever is found; return what came of it, and what they are described with."""
    await person.commands("nytt")
    done = await night.sandbox.slack.suggest(person.user, person.modal()["id"], "contact", "contact_choice", wanted)
    found = [option for option in done["options"] if option["text"]["text"].casefold().startswith(wanted)]
    night.secret_words.add(text)
    values = {"contact": {"contact_choice": found[0]["value"]}, "reply": {"reply_text": text}}
    return await person.submits(values), [option["description"]["text"] for option in found]


async def opens_consent(night: Night, person: Person, youth: Youth) -> str:
    """Samtycke och spärrar from Home."""
    await person.opens_home()
    home = night.sandbox.slack.state()["homes"][person.user]
    await night.sandbox.slack.click(person.user, action_id="consent_pick", view_id=home["id"])
    await night.settles()
    modal = person.modal()["id"]
    done = await night.sandbox.slack.suggest(person.user, modal, "youth", "youth_choice", youth.name.split()[0])
    await person.submits({"youth": {"youth_choice": done["options"][0]["value"]}})
    return person.reads()


def filled(person: Person, **changed: Any) -> dict[str, Any]:
    """Return what stands in the open form, block for block, with what is `changed` in it."""
    values: dict[str, Any] = {}
    for block in person.modal()["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            values[block["block_id"]] = {element["action_id"]: changed.get(block["block_id"], _stands(element))}
    return values


def _stands(element: dict[str, Any]) -> Any:
    if "initial_option" in element:
        return element["initial_option"]["value"]
    if element["type"] == "checkboxes":
        return [option["value"] for option in element.get("initial_options", [])]
    return element.get("initial_value") or element.get("initial_date") or None


def of(person: Person, part: str, nth: int = 0) -> str:
    """Return the block id that holds `part` of the nth number in the open form."""
    found = [b["block_id"] for b in person.modal()["blocks"] if b.get("block_id", "").startswith(f"{part}:")]
    return str(found[nth])
