"""What stands in a row of the audit log, in words."""

from datetime import date

from bot.texts import Texts
from bot.texts.times import MONTHS


def act_words(act: str, texts: Texts) -> str:
    """Return an act in words, its own or those of the family it belongs to."""
    return _first(
        texts,
        act,
        f"audit_act.{act}",
        f"audit_import.{act.removeprefix('import_')}",
        f"audit_noted.{act.removeprefix('noted_')}",
        f"audit_action.{act.removeprefix('action_')}",
    )


def ground_words(ground: str, texts: Texts) -> str:
    """Return the ground in words; several that were joined by + one by one."""
    return ", ".join(_ground(one, texts) for one in ground.split("+"))


def _ground(ground: str, texts: Texts) -> str:
    whom, _, how = ground.rpartition("_")
    provider = ground.partition("-")[0]
    return _first(texts, ground, f"audit_ground.{ground}", f"audit_rung.{whom}_{how}", f"audit_ground.{provider}")


def subject_words(subject: str, code: str, texts: Texts) -> str:
    """Return what a row is about: its kind, and its code or name where the reader may know it."""
    kind = subject.partition(":")[0]
    words = _first(texts, kind, f"audit_subject.{kind}")
    return f"{words} {code}" if code else words


def actor_words(actor: str, name: str, texts: Texts) -> str:
    """Return who it was: a name, or what else than a member of staff."""
    if name:
        return name
    kind = "stranger" if actor.startswith("slack:") else actor
    return texts.staff(f"audit_actor.{kind}" if texts.has(f"audit_actor.{kind}") else "audit_actor.gone")


def is_known(table: str, code: str, texts: Texts) -> bool:
    """Tell whether a code has words: an "act", a "ground" or a "subject"."""
    said = subject_words(code, "", texts)
    if table != "subject":
        said = (act_words if table == "act" else ground_words)(code, texts)
    return said != texts.staff("audit_row.unknown", code=code)


def _first(texts: Texts, code: str, *keys: str) -> str:
    """Return the first text that there is; for a code that we do not know, from a newer program, the code as it is."""
    found = next((key for key in keys if texts.has(key)), None)
    return texts.staff("audit_row.unknown", code=code) if found is None else texts.staff(found)


def month_words(month: date) -> str:
    """Return for instance "oktober 2026"."""
    return f"{MONTHS[month.month - 1]} {month.year}"
