"""Secrets that stand in files: for each setting of the environment that is secret, NAME_FILE may say where it is.

So docker and systemd hand them out (credentials), and so they stand neither in the environment, which every child
process inherits, nor in a file that others can read.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from dotenv import dotenv_values

SECRET: Final = (
    "slack_bot_token",
    "slack_signing_secret",
    "slack_app_token",
    "twilio_auth_token",
    "twilio_auth_token_secondary",
    "database_url",  # may hold a password
    "encryption_keys",
)
SUFFIX: Final = "_file"
FOR_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
MOST_OF_SECRET: Final = 64 * 1024  # bytes


def process_environment() -> dict[str, str]:
    """Return what the process was given, and below that what stands in .env; names in lower case."""
    given = {**dotenv_values(".env"), **os.environ}
    return {name.lower(): value for name, value in given.items() if value is not None}


def secrets_in_files(given: Mapping[str, object], problems: list[str]) -> dict[str, Any]:
    """Return the secrets whose files are named; what is wrong is added to `problems`, never what a file holds."""
    found: dict[str, Any] = {}
    for name in SECRET:
        named = given.get(name + SUFFIX)
        if not named:
            continue
        where = f"{name}{SUFFIX}".upper()
        if given.get(name):
            problems.append(f"{where}: {name.upper()} är också satt; välj det ena")
            continue
        problem = _problem(Path(str(named)))
        if problem is not None:
            problems.append(f"{where}: {problem}")
            continue
        found[name] = Path(str(named)).read_text(encoding="utf-8").strip()
    return found


def _problem(path: Path) -> str | None:
    """Say why a file is not to be used; None when it is."""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            return "är ingen fil"
        if os.name == "posix" and about.st_mode & FOR_OTHERS:
            return "filen kan läsas av andra; kör chmod 600 på den"
        if about.st_size > MOST_OF_SECRET:
            return "filen är för stor"
        return None if path.read_text(encoding="utf-8").strip() else "filen är tom"
    except UnicodeDecodeError:
        return "filen är ingen text"
    except OSError as error:
        return f"filen kan inte läsas ({error.strerror})"
