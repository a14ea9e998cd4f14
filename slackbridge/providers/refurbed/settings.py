"""How a refurbed account is configured."""

from __future__ import annotations

from slackbridge.ports.settings import AccountSettings

BASE_URL = "https://api.refurbed.com"
PER_SECOND = 8.0


class RefurbedSettings(AccountSettings):
    """The common keys; refurbed needs no others."""
