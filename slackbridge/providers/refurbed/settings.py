"""How a refurbed account is configured."""

from __future__ import annotations

from slackbridge.ports.settings import AccountSettings

BASE_URL = "https://api.refurbed.com"


class RefurbedSettings(AccountSettings):
    """The common keys; refurbed needs no others."""
