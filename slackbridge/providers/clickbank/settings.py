"""How a ClickBank account is configured."""

from __future__ import annotations

from slackbridge.ports.settings import AccountSettings

BASE_URL = "https://api.clickbank.com/rest/1.3"
PER_SECOND = 8.0


class ClickBankSettings(AccountSettings):
    """The common keys; ClickBank needs no others."""
