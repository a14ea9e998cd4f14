"""How a refurbed account is configured."""

from __future__ import annotations

from slackbridge.ports.settings import AccountSettings

BASE_URL = "https://api.refurbed.com"


class RefurbedSettings(AccountSettings):
    """The common keys; refurbed needs no others.

    The address of a ticket's page in the merchant portal is not published: `ticket_url` has no
    default.
    """
