"""Environment and beredskap.toml become one frozen object; the program refuses to start on anything unsafe.

Secrets come from the environment only. Errors name the setting and what is wrong, never the value. A module for each
subject; what the rest of the program needs is here.
"""

from bot.settings.environment import Environment, is_loopback
from bot.settings.file import MOST_PLACES, FileConfig
from bot.settings.go_live import CLOCK_REFERENCES, GO_LIVE_REFERENCES, decisions
from bot.settings.hours import ROTA_DAYS, parse_week
from bot.settings.loading import BadSettings, Settings, load, load_file
from bot.settings.rest import RestConfig
from bot.settings.rules import rules_of

__all__ = [
    "CLOCK_REFERENCES",
    "GO_LIVE_REFERENCES",
    "MOST_PLACES",
    "ROTA_DAYS",
    "BadSettings",
    "Environment",
    "FileConfig",
    "RestConfig",
    "Settings",
    "decisions",
    "is_loopback",
    "load",
    "load_file",
    "parse_week",
    "rules_of",
]
