"""Everything is read and checked at once; what is wrong is said in sentences, without secrets."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.domain.go_live import Decision
from bot.domain.rules import Rules
from bot.settings.environment import Environment, is_loopback
from bot.settings.file import FileConfig
from bot.settings.go_live import decisions
from bot.settings.rules import rules_of
from bot.settings.secret_files import SUFFIX, process_environment, secrets_in_files
from bot.texts import BadText, Texts


class BadSettings(Exception):
    """The settings cannot be used; `problems` are sentences for a person, without secrets."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


class Settings(BaseModel):
    """All settings, checked."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    env: Environment
    file: FileConfig
    rules: Rules
    texts: Annotated[Texts, "with the municipality's own wording"]

    @property
    def twilio_tokens(self) -> list[str]:
        """The tokens that may have signed a webhook; two while rotating."""
        tokens = [self.env.twilio_auth_token.get_secret_value()]
        if self.env.twilio_auth_token_secondary is not None:
            tokens.append(self.env.twilio_auth_token_secondary.get_secret_value())
        return tokens

    def reaches(self, host: str) -> list[str]:
        """Return the settings through which somebody outside this machine is reached, or reaches us at `host`.

        A proxy or a tunnel in front is seen from our public address. A tunnel that nobody has told us of is not, but
        who is on the other side is: with the real Slack and the real carrier families are texted from anywhere.
        """
        env = self.env
        addresses = {
            "PUBLIC_BASE_URL": env.public_base_url,
            "SLACK_API_BASE_URL": env.slack_api_base_url,
            "TWILIO_API_BASE_URL": env.twilio_api_base_url,
        }
        open_ones = [name for name, url in addresses.items() if not is_loopback(urlsplit(url).hostname or "")]
        return open_ones if is_loopback(host) else ["--host", *open_ones]

    def missing_for_production(self, today: date) -> list[Decision]:
        """Return what must be decided before anybody outside can reach the program (facts: law, section 13)."""
        return [decision for decision in decisions(self.file, today) if not decision.is_made]


def load(*, environment: dict[str, Any] | None = None) -> Settings:
    """Read everything; raises BadSettings with all problems at once.

    `environment` replaces the process environment (keys in lower case), for the sandbox and for tests.
    """
    problems: list[str] = []
    env: Environment | None = None
    given = process_environment() if environment is None else environment
    from_files = secrets_in_files(given, problems)
    try:
        if environment is None:
            env = Environment(**from_files)
        else:
            env = Environment(_env_file=None, **{**environment, **from_files})
    except ValidationError as error:
        problems += [
            _sentence(str(item["loc"][0]).upper(), item["type"], item["msg"])
            for item in error.errors()
            if not (item["type"] == "missing" and given.get(f"{item['loc'][0]}{SUFFIX}"))  # said above, of its file
        ]
    path = (
        env.beredskap_config if env is not None else Path((environment or {}).get("beredskap_config", "beredskap.toml"))
    )
    file, texts = load_file(path, problems)
    if env is None or file is None or texts is None or problems:
        raise BadSettings(problems)
    return Settings(env=env, file=file, rules=rules_of(file), texts=texts)


def load_file(path: Path, problems: list[str]) -> tuple[FileConfig | None, Texts | None]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problems.append(f"{path} finns inte. Kopiera beredskap.example.toml och fyll i den.")
        return None, None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path} kan inte läsas: {error}")
        return None, None
    file = None
    texts = None
    try:
        file = FileConfig.model_validate(table)
    except ValidationError as error:
        problems += [
            _sentence(f"{path.name}: {'.'.join(str(p) for p in item['loc']) or 'filen'}", item["type"], item["msg"])
            for item in error.errors()
        ]
    try:
        texts = Texts(table.get("text", {}))
    except BadText as error:
        problems.append(f"{path.name}: {error}")
    return file, texts


def _sentence(where: str, kind: str, message: str) -> str:
    if kind == "missing":
        return f"{where} saknas"
    if kind == "extra_forbidden":
        return f"{where} är ingen känd inställning"
    return f"{where}: {message.removeprefix('Value error, ')}"
