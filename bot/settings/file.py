"""The whole of beredskap.toml, and what must fit together in it."""

from datetime import date
from typing import Any, Final, Self

from pydantic import Field, model_validator

from bot.domain.people import World
from bot.domain.rota.rules import WeeklyRest
from bot.domain.socialjour import place_key, places_of
from bot.settings.audit import AuditConfig
from bot.settings.base import Strict
from bot.settings.case_import import CaseImportConfig
from bot.settings.consent import ConsentConfig
from bot.settings.duty import EscalationConfig, ReadyConfig, SwapConfig, WaitConfig
from bot.settings.edge import EdgeConfig
from bot.settings.go_live import GO_LIVE_REFERENCES, IN_DAYS, decisions
from bot.settings.help import HelpNumberConfig, SocialjourConfig
from bot.settings.information import InformationConfig
from bot.settings.namnder import NamndConfig, NumberConfig
from bot.settings.rest import RestConfig
from bot.settings.retention import RetentionConfig
from bot.settings.rota import RotaConfig
from bot.settings.running import AlertsConfig, IncidentConfig, SlackConfig, TrialConfig

MOST_PLACES: Final = 100  # what a menu in Slack can hold


class FileConfig(Strict):
    """The whole of beredskap.toml."""

    slack: SlackConfig
    namnd: dict[str, NamndConfig] = Field(min_length=1)
    number: list[NumberConfig] = Field(min_length=1)
    help_number: list[HelpNumberConfig] = Field(default_factory=list)
    closed_days: dict[str, date] = Field(default_factory=dict)  # reason -> day
    wait: WaitConfig = WaitConfig.model_validate({})
    escalation: EscalationConfig = EscalationConfig.model_validate({})
    trial: TrialConfig = TrialConfig.model_validate({})
    alerts: AlertsConfig = AlertsConfig.model_validate({})
    incident: IncidentConfig = IncidentConfig.model_validate({})
    case_import: CaseImportConfig | None = None
    rest: RestConfig = RestConfig.model_validate({})
    ready: ReadyConfig = ReadyConfig.model_validate({})
    swap: SwapConfig = SwapConfig.model_validate({})
    rota: RotaConfig = RotaConfig.model_validate({})
    information: InformationConfig = InformationConfig.model_validate({})
    audit: AuditConfig = AuditConfig.model_validate({})
    consent: ConsentConfig = ConsentConfig.model_validate({})
    socialjour: list[SocialjourConfig] = Field(default_factory=list)
    edge: EdgeConfig = EdgeConfig.model_validate({})
    references: dict[str, str | int] = Field(default_factory=dict)
    valid_until: dict[str, date] = Field(default_factory=dict)  # a decision, as `check` names it -> its last day
    retention: RetentionConfig = RetentionConfig.model_validate({})
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
        for key in (*self.rest.dygnsbryt_for, *(e.namnd for e in self.rest.exception)):
            if key not in known:
                raise ValueError(f"rest nämner {key}, som inte finns")
        unknown = set(self.references) - set(GO_LIVE_REFERENCES)
        if unknown:
            raise ValueError(f"references har okända namn: {', '.join(sorted(unknown))}")
        strangers = set(self.rota.max_share) - known
        if strangers:
            raise ValueError(f"rota.max_share nämner {', '.join(sorted(strangers))}, som inte finns")
        not_words = [n for n, said in self.references.items() if isinstance(said, int) is not (n == IN_DAYS)]
        if not_words:
            kind = "ett tal" if not_words[0] == IN_DAYS else "en text"
            raise ValueError(f"references.{not_words[0]} ska vara {kind}")
        unknown = set(self.valid_until) - {decision.where for decision in decisions(self, date.min)}
        if unknown:
            raise ValueError(f"valid_until har okända beslut: {', '.join(sorted(unknown))}")
        has_agreement = bool(str(self.references.get("local_agreement_ref", "")).strip())
        if self.rota.weekly_rest is WeeklyRest.AGREEMENT and not has_agreement:
            raise ValueError("rota.weekly_rest = 'agreement' kräver references.local_agreement_ref")
        return self

    @model_validator(mode="after")
    def _retention_fits(self) -> Self:
        strangers = self.retention.strangers(set(self.namnd))
        if strangers:
            raise ValueError(f"retention nämner {', '.join(sorted(strangers))}, som inte finns")
        soonest = self.retention.soonest()
        if soonest is not None and soonest <= self.wait.reopen_days:
            raise ValueError(
                f"retention gallrar samtal efter {soonest} dagar, men ett sms öppnar dem igen i "
                f"{self.wait.reopen_days} dagar (wait.reopen_days); ge gallringen fler dagar"
            )
        return self

    @model_validator(mode="after")
    def _directory_is_clear(self) -> Self:
        names = [place_key(jour.name) for jour in self.socialjour]
        if len(set(names)) != len(names):
            raise ValueError("samma namn står två gånger under [[socialjour]]")
        jours = [jour.rules() for jour in self.socialjour]
        if len(places_of(jours, (namnd.place for namnd in self.namnd.values()))) > MOST_PLACES:
            raise ValueError(f"[[socialjour]] har fler än {MOST_PLACES} orter; ta bort dem som ligger längst bort")
        return self
