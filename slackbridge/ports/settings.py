"""The settings of an account: the keys that every marketplace has.

A marketplace adds keys by a subclass, which its `Factory` names. A field of type SecretStr with a
sibling `<field>_env` is read from the environment variable that the sibling names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from slackbridge.domain.model import ACCOUNT_NAME

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
Seconds = Annotated[float, Field(ge=0)]


class Section(BaseModel):
    """A table of the file: unknown keys are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    def secrets(self) -> Iterator[str]:
        """The values that must not be logged or shown."""
        for name in type(self).model_fields:
            if isinstance(value := getattr(self, name), SecretStr):
                yield value.get_secret_value()


def web_address(url: str) -> str:
    if url and not url.startswith(("https://", "http://")):
        raise ValueError("must begin with https:// or http://")
    return url


def _variable(name: str) -> str:
    if not VARIABLE.fullmatch(name):
        raise ValueError(
            "names the environment variable that holds the token, such as REFURBED_TOKEN; "
            "the token itself must not be in the file"
        )
    return name


def _account_name(name: str) -> str:
    if not ACCOUNT_NAME.fullmatch(name):
        raise ValueError("use 1-40 lower-case letters, digits and hyphens")
    return name


class AccountSettings(Section):
    """[[accounts]]: one store on one marketplace. The token is read from `token_env`.

    `base_url` '' = the marketplace's own; `per_second` None = as many calls as the marketplace
    allows. `ticket_url` is where people see a ticket, `{id}` standing for its id; '' = where the
    marketplace's `Factory` says. `order`: the order behind a ticket is shown to agents who ask for
    it, where the marketplace can tell (`capabilities.Orders`). For `watch_ended_days` after a
    ticket's end, customers are heard on it; 0 = not at all.
    """

    name: Annotated[str, AfterValidator(_account_name)]
    provider: str
    base_url: Annotated[str, AfterValidator(web_address)] = ""
    token_env: Annotated[str, AfterValidator(_variable)]
    poll_seconds: Annotated[float, Field(ge=0.05)] = 30
    full_walk_seconds: Seconds = 300
    watch_ended_days: Annotated[float, Field(ge=0, le=90)] = 14
    per_second: Annotated[float, Field(gt=0)] | None = None
    ticket_url: Annotated[str, AfterValidator(web_address)] = ""
    order: bool = True
    token: SecretStr = SecretStr("")
    timeout_seconds: Annotated[float, Field(gt=0)] = 10

    def which_store(self) -> str:
        """Which of several stores that the token opens; '' = its own. Override it for a key of
        your own that names one: an account whose store changes is not taken for the old one.
        """
        return ""
