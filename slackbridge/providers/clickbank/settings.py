"""How a ClickBank account is configured."""

from __future__ import annotations

from collections.abc import Iterator

from slackbridge.ports.settings import AccountSettings

BASE_URL = "https://api.clickbank.com/rest/1.3"


class ClickBankSettings(AccountSettings):
    """The common keys; ClickBank needs no others.

    The address of a ticket's page is not published: `ticket_url` has no default.
    """

    def secrets(self) -> Iterator[str]:
        """A legacy token is two keys, `DEV-...:API-...`: each is a secret by itself."""
        for secret in super().secrets():
            yield secret
            yield from filter(None, map(str.strip, secret.split(":")))
