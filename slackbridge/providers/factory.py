"""What a marketplace registers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from slackbridge.domain.model import Capabilities
from slackbridge.ports.provider import Provider
from slackbridge.ports.settings import AccountSettings


@dataclass(frozen=True, slots=True)
class Factory:
    """How the bridge makes a marketplace's provider for an account.

    `provider` is called with the account's name, its settings and an HttpClient; a `counted` one
    also gets `spend` (see `pacing.Spend`). `headers` makes the credential's headers from a token.
    `base_url` and `per_second` (calls) are the defaults of the account's settings; so is
    `ticket_url`, but not for an account with a `base_url` of its own. '' = no page is known.
    `file_hosts` keep what customers attach (`*.example.com` = all below it).
    """

    provider: Callable[..., Provider]
    capabilities: Capabilities
    base_url: str
    headers: Callable[[str], dict[str, str]]
    settings: type[AccountSettings] = AccountSettings
    per_second: float = 8
    counted: bool = False
    ticket_url: str = ""
    file_hosts: tuple[str, ...] = ()

    def page_of(self, settings: AccountSettings) -> str:
        """Where people see a ticket, `{id}` standing for its id; '' = nowhere."""
        return settings.ticket_url or ("" if settings.base_url else self.ticket_url)
