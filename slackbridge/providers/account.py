"""What a provider needs to know of a configured account. Only shapes; the values are config's."""

from __future__ import annotations

from typing import Protocol


class Secret(Protocol):
    """A value that does not show itself."""

    def get_secret_value(self) -> str: ...


class Account(Protocol):
    """One store on one marketplace; `base_url` '' = the marketplace's own.

    `per_second` None = as the marketplace allows. `ticket_url` is where people see a ticket,
    `{id}` standing for its id; '' = nowhere.
    """

    @property
    def name(self) -> str: ...
    @property
    def provider(self) -> str: ...
    @property
    def base_url(self) -> str: ...
    @property
    def ticket_url(self) -> str: ...
    @property
    def token(self) -> Secret: ...
    @property
    def timeout_seconds(self) -> float: ...
    @property
    def per_second(self) -> float | None: ...
