"""How a Sellgate account is configured."""

from __future__ import annotations

from slackbridge.ports.settings import AccountSettings

BASE_URL = "https://api.sellgate.cc/v1"
PER_SECOND = 1.5  # no limit is published


class SellgateSettings(AccountSettings):
    """The common keys; Sellgate needs no others.

    The address of a ticket's page is not published: `ticket_url` has no default.
    """
