"""How a SellApp account is configured."""

from __future__ import annotations

from typing import Literal

from pydantic import SecretStr

from slackbridge.ports.settings import AccountSettings

BASE_URL = "https://sell.app/api"


class SellAppSettings(AccountSettings):
    """`store` is the store's slug ('' = the key's own store).

    `webhook_secret` '' = webhooks are refused; `webhook_header` '' = the usual header names.
    The address of a ticket's page is not published: `ticket_url` has no default.
    """

    api_version: Literal["v2", "v1"] = "v2"
    store: str = ""
    webhook_secret_env: str = ""
    webhook_secret: SecretStr = SecretStr("")
    webhook_header: str = ""

    def which_store(self) -> str:
        return self.store
