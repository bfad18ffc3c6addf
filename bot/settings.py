"""Environment and beredskap.toml become one frozen object; the program refuses to start on anything unsafe.

Secrets come from the environment only. Errors name the setting and what is wrong, never the value.
"""

import re
import tomllib
from datetime import date, datetime, time, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.domain.calendar import FREE_DAY, Hours, WeekHours
from bot.domain.case_import import COLUMNS, REQUIRED, CaseImport, WatchedFolder
from bot.domain.clocks import ClockKind, ClockRules, Counting, StartEvent
from bot.domain.deadline import Gender, Outcome
from bot.domain.ids import NamndId
from bot.domain.people import World
from bot.domain.phone import normalise
from bot.domain.rules import ChatContent, HelpNumber, NamndRules, OurNumber, Rules
from bot.texts import BadText, Texts

SLACK_API: Final = "https://slack.com/api/"
TWILIO_API: Final = "https://api.twilio.com"
WEEK: Final = {"mån": 0, "tis": 1, "ons": 2, "tor": 3, "fre": 4, "lör": 5, "sön": 6, "helgdag": FREE_DAY}
HOURS: Final = re.compile(
    r"^(?P<first>[a-zåäö]+)(?:-(?P<last>[a-zåäö]+))? (?P<h1>\d\d)[.:](?P<m1>\d\d)-(?P<h2>\d\d)[.:](?P<m2>\d\d)$"
)
CLOCK_TIME: Final = re.compile(r"^(?P<h>\d\d)[.:](?P<m>\d\d)$")
A_DAY: Final = datetime(2026, 11, 20)  # noqa: DTZ001 - a day to try a date format on
GENDERS: Final = {"pojke": Gender.BOY, "man": Gender.BOY, "flicka": Gender.GIRL, "kvinna": Gender.GIRL}
GO_LIVE_REFERENCES: Final = (  # facts: law, section 13
    "dpia_ref",
    "suitability_ref",
    "pub_ref",
    "gallringsbeslut_ref",
    "mbl_ref",
    "local_agreement_ref",
    "record_transfer_rule",
    "log_review_rule",
    "clock_decision_ref",
)


class BadSettings(Exception):
    """The settings cannot be used; `problems` are sentences for a person, without secrets."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def parse_week(lines: list[str] | str) -> WeekHours:
    """Read for instance `["mån-fre 17.00-22.00", "lör-sön 10.00-02.00", "helgdag 10.00-22.00"]`.

    An end at or before its start is on the next day. Raises ValueError with the line that is wrong.
    """
    days: list[tuple[int, Hours]] = []
    for line in [lines] if isinstance(lines, str) else lines:
        found = HOURS.match(line.strip().lower())
        if found is None or found["first"] not in WEEK or (found["last"] or found["first"]) not in WEEK:
            raise ValueError(f"tiden '{line}' förstås inte; skriv till exempel 'mån-fre 17.00-22.00'")
        try:
            hours = Hours(time(int(found["h1"]), int(found["m1"])), _end(int(found["h2"]), int(found["m2"])))
        except ValueError:
            raise ValueError(f"klockslaget i '{line}' finns inte") from None
        first, last = WEEK[found["first"]], WEEK[found["last"] or found["first"]]
        if last < first:
            raise ValueError(f"dagarna i '{line}' står i fel ordning")
        days.extend((day, hours) for day in range(first, last + 1))
    return WeekHours(tuple(days))


def parse_time(text: str) -> time:
    """Read "08.00"; raises ValueError with words for a person."""
    found = CLOCK_TIME.match(text.strip())
    try:
        return time(int(found["h"]), int(found["m"])) if found is not None else time(99)
    except ValueError:
        raise ValueError(f"klockslaget '{text}' förstås inte; skriv till exempel '08.00'") from None


def _end(hour: int, minute: int) -> time:
    return time(0, 0) if (hour, minute) == (24, 0) else time(hour, minute)


class ClockConfig(_Strict):
    """What a nämnd has decided about its clocks: [namnd.X.clocks]."""

    skydd_late_after: str = "15.00"
    forhand_days: int = Field(14, ge=1, le=60)
    counts_receipt_day: bool = False
    forhand_ladder_days: list[int] = Field(default_factory=lambda: [7, 11])
    utredning_months: int = Field(4, ge=1, le=24)
    utredning_ladder_days: list[int] = Field(default_factory=lambda: [30, 14, 7])
    feedback_days: int = Field(7, ge=1, le=60)
    child_feedback_days: int = Field(7, ge=1, le=60)
    talk_hours: int = Field(48, ge=1, le=240)
    talk_counting: Counting = Counting.ELAPSED
    talk_starts: StartEvent = StartEvent.REPORT_RECEIVED
    talk_ladder_hours: list[int] = Field(default_factory=lambda: [24, 40])
    school_hours: list[str] | str = "mån-fre 08.00-15.00"
    target_percent: int = Field(90, ge=0, le=100)
    mask_at_most: int = Field(3, ge=0, le=20)
    overview_weekday: str = "mån"

    @field_validator("skydd_late_after")
    @classmethod
    def _clock_time(cls, value: str) -> str:
        parse_time(value)
        return value

    @field_validator("school_hours")
    @classmethod
    def _hours(cls, value: list[str] | str) -> list[str] | str:
        parse_week(value)
        return value

    @field_validator("overview_weekday")
    @classmethod
    def _weekday(cls, value: str) -> str:
        if WEEK.get(value.strip().lower(), FREE_DAY) == FREE_DAY:
            raise ValueError("förstås inte; skriv till exempel 'mån'")
        return value.strip().lower()

    def rules(self) -> ClockRules:
        """Return the same as the domain works with."""
        return ClockRules(
            skydd_late_after=parse_time(self.skydd_late_after),
            forhand_days=self.forhand_days,
            counts_receipt_day=self.counts_receipt_day,
            forhand_ladder_days=tuple(self.forhand_ladder_days),
            utredning_months=self.utredning_months,
            utredning_ladder_days=tuple(self.utredning_ladder_days),
            feedback_days=self.feedback_days,
            child_feedback_days=self.child_feedback_days,
            talk_hours=self.talk_hours,
            talk_counting=self.talk_counting,
            talk_starts=self.talk_starts,
            talk_ladder_hours=tuple(self.talk_ladder_hours),
            school_hours=parse_week(self.school_hours),
            target_percent=self.target_percent,
            mask_at_most=self.mask_at_most,
            overview_weekday=WEEK[self.overview_weekday],
        )


class NamndConfig(_Strict):
    """One nämnd in beredskap.toml."""

    name: str
    short_name: str
    team_channel: str = Field(pattern=r"^[CG][A-Z0-9]+$")
    myndighet_channel: str = Field("", pattern=r"^([CG][A-Z0-9]+)?$")
    office_hours: list[str] | str
    beredskap_hours: list[str] | str
    answers_for: dict[str, str] = Field(default_factory=dict)  # another nämnd -> reference of the decision
    chat_content: ChatContent = ChatContent.SEALED
    inline_approval_ref: str = ""
    summary_at: str = "08.00"  # local time of the handover on working days
    office_phone: str = ""
    decision_ref: str = ""  # huvudman and personuppgiftsansvarig
    clocks: ClockConfig = ClockConfig.model_validate({})

    @field_validator("office_hours", "beredskap_hours")
    @classmethod
    def _hours(cls, value: list[str] | str) -> list[str] | str:
        parse_week(value)
        return value

    @field_validator("office_phone")
    @classmethod
    def _phone(cls, value: str) -> str:
        return _number(value) if value else ""

    @field_validator("summary_at")
    @classmethod
    def _clock_time(cls, value: str) -> str:
        parse_time(value)
        return value

    @model_validator(mode="after")
    def _inline_is_approved(self) -> Self:
        if self.chat_content is ChatContent.INLINE and not self.inline_approval_ref:
            raise ValueError(
                "chat_content = 'inline' kräver inline_approval_ref: beslutet om att innehåll får stå i Slack"
            )
        return self


class NumberConfig(_Strict):
    """One of our own sms numbers."""

    number: str
    label: str
    world: World = World.BEREDSKAP
    namnder: list[str] = Field(min_length=1)

    @field_validator("number")
    @classmethod
    def _valid(cls, value: str) -> str:
        return _number(value)


class HelpNumberConfig(_Strict):
    """A number that may be named in a text to a family."""

    key: Literal["socialjour", "bris", "polis", "1177"]
    name: str
    number: str
    verified_on: date | None = None
    verified_by: str = ""


class WaitConfig(_Strict):
    """How long things may wait, in minutes (reopen in days)."""

    untaken_minutes: int = Field(15, ge=1, le=240)
    ping_again_minutes: int = Field(5, ge=1, le=120)
    reopen_days: int = Field(7, ge=0, le=90)
    sms_validity_minutes: int = Field(60, ge=1, le=600)
    uncertain_look_seconds: float = Field(60.0, gt=0, le=600)
    reserve_minutes: float = Field(3.0, gt=0, le=60)


class TrialConfig(_Strict):
    """A trial: a banner in every surface, and only these numbers are texted."""

    on: bool = False
    numbers: list[str] = Field(default_factory=list)

    @field_validator("numbers")
    @classmethod
    def _valid(cls, value: list[str]) -> list[str]:
        return [_number(number) for number in value]


class AlertsConfig(_Strict):
    """Where whoever runs the program is told what they must act on."""

    channel: str = Field("", pattern=r"^([CG][A-Z0-9]+)?$")


class FolderConfig(_Strict):
    """A watched folder: [[case_import.folder]]."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, populate_by_name=True)

    path: Path
    namnd: str
    as_email: str = Field(alias="as", pattern=r"^[^@\s]+@[^@\s]+$")

    @field_validator("path")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        if not value.is_absolute():
            raise ValueError("måste börja med /")
        return value


class CaseImportConfig(_Strict):
    """How an export from the case system is read: [case_import]."""

    columns: dict[str, str]
    kinds: dict[str, list[ClockKind]] = Field(min_length=1)
    genders: dict[str, Gender] = Field(default_factory=lambda: dict(GENDERS))
    outcomes: dict[str, list[Outcome]] = Field(default_factory=dict)
    date_format: str = ""
    folder: list[FolderConfig] = Field(default_factory=list)

    @field_validator("columns")
    @classmethod
    def _known_columns(cls, value: dict[str, str]) -> dict[str, str]:
        unknown, missing = set(value) - set(COLUMNS), [name for name in REQUIRED if not value.get(name, "").strip()]
        if unknown:
            raise ValueError(f"har okända namn: {', '.join(sorted(unknown))}. Det finns: {', '.join(COLUMNS)}")
        if missing:
            raise ValueError(f"saknar {', '.join(missing)}")
        return {name: heading for name, heading in value.items() if heading.strip()}

    @field_validator("kinds")
    @classmethod
    def _starts_something(cls, value: dict[str, list[ClockKind]]) -> dict[str, list[ClockKind]]:
        empty = [name for name, kinds in value.items() if not kinds]
        if empty:
            raise ValueError(f"säger inte vilka frister som börjar av {', '.join(empty)}")
        return value

    @field_validator("date_format")
    @classmethod
    def _reads_days(cls, value: str) -> str:
        try:
            read = datetime.strptime(A_DAY.strftime(value), value) if value else A_DAY  # noqa: DTZ007
        except ValueError:
            read = None
        if read != A_DAY:
            raise ValueError("förstås inte; skriv till exempel '%d/%m/%Y' (år, månad och dag måste finnas)")
        return value

    def rules(self) -> CaseImport:
        """Return the same as the domain works with."""
        return CaseImport(
            columns=self.columns,
            kinds={name: tuple(kinds) for name, kinds in self.kinds.items()},
            genders=self.genders,
            outcomes={name: tuple(outcomes) for name, outcomes in self.outcomes.items()},
            date_format=self.date_format,
            folders=tuple(WatchedFolder(f.path, NamndId(f.namnd), f.as_email) for f in self.folder),
        )


class SlackConfig(_Strict):
    """Which workspace may speak with us."""

    team_id: str = Field(pattern=r"^T[A-Z0-9]+$")
    enterprise_id: str = ""
    app_id: str = Field("", pattern=r"^(A[A-Z0-9]+)?$")
    bot_user_id: str = Field(pattern=r"^[UW][A-Z0-9]+$")
    bot_id: str = Field("", pattern=r"^(B[A-Z0-9]+)?$")


class FileConfig(_Strict):
    """The whole of beredskap.toml."""

    slack: SlackConfig
    namnd: dict[str, NamndConfig] = Field(min_length=1)
    number: list[NumberConfig] = Field(min_length=1)
    help_number: list[HelpNumberConfig] = Field(default_factory=list)
    closed_days: dict[str, date] = Field(default_factory=dict)  # reason -> day
    wait: WaitConfig = WaitConfig.model_validate({})
    trial: TrialConfig = TrialConfig.model_validate({})
    alerts: AlertsConfig = AlertsConfig.model_validate({})
    case_import: CaseImportConfig | None = None
    references: dict[str, str] = Field(default_factory=dict)
    text: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        known = set(self.namnd)
        for key, namnd in self.namnd.items():
            for other, reference in namnd.answers_for.items():
                if other not in known:
                    raise ValueError(f"namnd.{key}.answers_for nämner {other}, som inte finns")
                if not reference.strip():
                    raise ValueError(f"namnd.{key}.answers_for.{other} saknar beslutets beteckning")
        for number in self.number:
            missing = set(number.namnder) - known
            if missing:
                raise ValueError(f"numret {number.label} nämner en nämnd som inte finns: {', '.join(sorted(missing))}")
        if len({n.number for n in self.number}) != len(self.number):
            raise ValueError("samma nummer står två gånger under [[number]]")
        served = {key for n in self.number if n.world is World.BEREDSKAP for key in n.namnder}
        if known - served:
            raise ValueError(f"inget beredskapsnummer betjänar {', '.join(sorted(known - served))}")
        folders = [] if self.case_import is None else self.case_import.folder
        for folder in folders:
            if folder.namnd not in known:
                raise ValueError(f"case_import.folder nämner {folder.namnd}, som inte finns")
        if len({folder.path for folder in folders}) != len(folders):
            raise ValueError("samma mapp står två gånger under [[case_import.folder]]")
        unknown = set(self.references) - set(GO_LIVE_REFERENCES)
        if unknown:
            raise ValueError(f"references har okända namn: {', '.join(sorted(unknown))}")
        return self


def _number(value: str) -> str:
    found = normalise(value)
    if found is None:
        raise ValueError("är inget telefonnummer")
    return found


class Environment(BaseSettings):
    """What the process takes from its environment (see .env.example)."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True)

    slack_bot_token: SecretStr = Field(min_length=1)
    slack_signing_secret: SecretStr = Field(min_length=8)
    slack_app_token: SecretStr | None = None
    slack_api_base_url: str = SLACK_API
    twilio_account_sid: str = Field(pattern=r"^AC[0-9a-fA-F]{32}$")
    twilio_auth_token: SecretStr = Field(min_length=16)
    twilio_auth_token_secondary: SecretStr | None = None
    twilio_api_base_url: str = TWILIO_API
    public_base_url: str
    database_url: str = "sqlite:///beredskap.sqlite3"
    encryption_keys: SecretStr = Field(min_length=1)
    beredskap_config: Path = Path("beredskap.toml")

    @field_validator("slack_signing_secret")
    @classmethod
    def _not_blank(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().strip():
            raise ValueError("är tom")  # Bolt would accept it and answer 500 to every request
        return value

    @field_validator("slack_app_token", "twilio_auth_token_secondary", mode="before")
    @classmethod
    def _blank_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("slack_api_base_url", "twilio_api_base_url", "public_base_url")
    @classmethod
    def _https_or_loopback(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme == "https" and parts.hostname:
            return value
        if parts.scheme == "http" and is_loopback(parts.hostname or ""):
            return value
        raise ValueError("måste börja med https:// (http går bara till den egna maskinen)")

    @field_validator("slack_api_base_url")
    @classmethod
    def _ends_in_slash(cls, value: str) -> str:
        return value if value.endswith("/") else f"{value}/"

    @field_validator("public_base_url", "twilio_api_base_url")
    @classmethod
    def _ends_without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("måste börja med sqlite:/// eller postgresql://")
        return value


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

    def is_only_here(self) -> bool:
        """Tell whether nobody outside this machine can reach the program, through a proxy either."""
        return is_loopback(urlsplit(self.env.public_base_url).hostname or "")

    def missing_for_production(self) -> list[str]:
        """Return the settings that must be there before anybody outside can reach the program."""
        missing = [
            f"references.{name}" for name in GO_LIVE_REFERENCES if not self.file.references.get(name, "").strip()
        ]
        missing += [f"namnd.{key}.decision_ref" for key, namnd in self.file.namnd.items() if not namnd.decision_ref]
        return missing


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def load(*, environment: dict[str, Any] | None = None) -> Settings:
    """Read everything; raises BadSettings with all problems at once.

    `environment` replaces the process environment (keys in lower case), for the sandbox and for tests.
    """
    problems: list[str] = []
    env: Environment | None = None
    try:
        env = Environment(_env_file=None, **environment) if environment is not None else Environment()
    except ValidationError as error:
        problems += [_sentence(str(item["loc"][0]).upper(), item["type"], item["msg"]) for item in error.errors()]
    path = (
        env.beredskap_config if env is not None else Path((environment or {}).get("beredskap_config", "beredskap.toml"))
    )
    file, texts = _load_file(path, problems)
    if env is None or file is None or texts is None or problems:
        raise BadSettings(problems)
    return Settings(env=env, file=file, rules=rules_of(file), texts=texts)


def _load_file(path: Path, problems: list[str]) -> tuple[FileConfig | None, Texts | None]:
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


def rules_of(file: FileConfig) -> Rules:
    """Turn the file into what the domain works with."""
    namnder = {}
    for key, namnd in file.namnd.items():
        lenders = {other for other, config in file.namnd.items() if key in config.answers_for}
        namnder[NamndId(key)] = NamndRules(
            id=NamndId(key),
            name=namnd.name,
            short_name=namnd.short_name,
            team_channel=namnd.team_channel,
            office_hours=parse_week(namnd.office_hours),
            beredskap_hours=parse_week(namnd.beredskap_hours),
            answered_by=frozenset(NamndId(n) for n in {key, *lenders}),
            chat_content=namnd.chat_content,
            office_phone=namnd.office_phone,
            myndighet_channel=namnd.myndighet_channel,
            summary_at=parse_time(namnd.summary_at),
            clocks=namnd.clocks.rules(),
        )
    return Rules(
        namnder=namnder,
        numbers={
            n.number: OurNumber(n.number, n.label, n.world, tuple(NamndId(key) for key in n.namnder))
            for n in file.number
        },
        help_numbers=tuple(HelpNumber(h.key, h.name, h.number, h.verified_on, h.verified_by) for h in file.help_number),
        closed_days=frozenset(file.closed_days.values()),
        untaken_after=timedelta(minutes=file.wait.untaken_minutes),
        ping_again_after=timedelta(minutes=file.wait.ping_again_minutes),
        reopen_within=timedelta(days=file.wait.reopen_days),
        sms_validity=timedelta(minutes=file.wait.sms_validity_minutes),
        uncertain_look_after=timedelta(seconds=file.wait.uncertain_look_seconds),
        reserve_after=timedelta(minutes=file.wait.reserve_minutes),
        alert_channel=file.alerts.channel,
        is_trial=file.trial.on,
        trial_numbers=frozenset(file.trial.numbers),
        case_import=None if file.case_import is None else file.case_import.rules(),
    )
