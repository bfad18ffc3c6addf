"""What all instances must agree on, as one hash from which nothing can be told.

It is keyed with the encryption keys, which are long and random: numbers in the settings cannot be guessed from it
either. What a newer version merely adds a default for is left out, so that two versions agree while one replaces
the other.
"""

import hashlib
import hmac
import json

from bot.settings import Settings
from storage.vault import parse_keys

PURPOSE = b"beredskapsbot/settings hash"


def settings_hash(settings: Settings) -> str:
    """Return the same hash for settings under which two instances may run side by side.

    In it are beredskap.toml with its texts, the encryption keys in their order, the Slack token and secret, the
    Twilio account and tokens, and our public address. Not the database: they meet in it.
    """
    env = settings.env
    keys = parse_keys(env.encryption_keys.get_secret_value())
    secret = hashlib.sha256(PURPOSE + b"".join(name.encode() + b":" + key for name, key in keys.items())).digest()
    agreed = {
        "file": settings.file.model_dump(mode="json", exclude_unset=True),
        "slack": [env.slack_bot_token.get_secret_value(), env.slack_signing_secret.get_secret_value()],
        "slack_url": env.slack_api_base_url,
        "twilio": [env.twilio_account_sid, *settings.twilio_tokens],
        "twilio_url": env.twilio_api_base_url,
        "public_url": env.public_base_url,
    }
    said = json.dumps(agreed, sort_keys=True, ensure_ascii=False).encode()
    return hmac.new(secret, said, hashlib.sha256).hexdigest()[:32]
