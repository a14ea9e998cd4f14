"""How a ClickBank account is configured."""

from __future__ import annotations

from slackbridge.ports.settings import AccountSettings

BASE_URL = "https://api.clickbank.com/rest/1.3"


class ClickBankSettings(AccountSettings):
    """The common keys; ClickBank needs no others.

    The address of a ticket's page is not published: `ticket_url` has no default.
    """
