"""Reading [[accounts]]: each table by its marketplace's settings model, with its secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails

from slackbridge.domain.account import BoundStore
from slackbridge.ports.settings import VARIABLE, AccountSettings
from slackbridge.providers.registry import REGISTRY, find, store_of

_TOKEN = re.compile(r"[!-~]+")


def is_token(value: str) -> bool:
    """Whether it has only the characters of a token."""
    return _TOKEN.fullmatch(value) is not None


class Accounts:
    """Reads account tables and collects what is wrong with them.

    `problems` gets sentences, `errors` what pydantic found, `unknown` a sentence for each
    marketplace that is not installed.
    """

    def __init__(self, environ: Mapping[str, str], problems: list[str]) -> None:
        self._environ = environ
        self._problems = problems
        self.errors: list[ErrorDetails] = []
        self.unknown: list[str] = []

    def read(self, table: object, at: int) -> object:
        """The settings of one account; a placeholder that passes validation if they are wrong."""
        if not isinstance(table, dict):
            return table  # the validation of the whole file reports it
        model = self._model(table)
        secrets = {field: self._secret(field, model, table) for field in _secrets(model)}
        try:
            return model.model_validate({**_applicable(table, model), **secrets})
        except ValidationError as error:
            self.errors += [
                {**found, "loc": ("accounts", at, *found["loc"])} for found in error.errors()
            ]
            return AccountSettings.model_construct(name=f"{at}")

    def _model(self, table: Mapping[str, Any]) -> type[AccountSettings]:
        try:
            return find(str(table["provider"])).settings
        except KeyError:
            return AccountSettings
        except ValueError as error:
            self.unknown.append(f"account {table.get('name')!r}: {error}")
            return AccountSettings

    def _secret(self, field: str, model: type[AccountSettings], table: Mapping[str, Any]) -> str:
        """A secret's value, from the environment variable that the table names."""
        key = f"{field}_env"
        account = table.get("name")
        name = str(table.get(key, ""))
        if model.model_fields[key].is_required() and not VARIABLE.fullmatch(name):
            name = ""  # the validation reports it
        value = self._environ.get(name, "").strip() if name else ""
        if field in table:
            self._problems.append(f"accounts.{account}.{field} must not be in the file")
        if name and not value:
            what = f"token of account {account!r}" if field == "token" else key
            self._problems.append(f"{name} is not set in the environment ({what})")
        elif field == "token" and value and not is_token(value):
            self._problems.append(f"{name} holds a character that no token has; copy it again")
        return value


def of_one_store(accounts: Iterable[AccountSettings]) -> str:
    """Which two accounts open the same store with the same token, as a sentence; '' = none."""
    names: dict[tuple[BoundStore, str], str] = {}
    for account in accounts:
        try:
            key = (store_of(account), account.token.get_secret_value())
        except (AttributeError, ValueError):
            continue  # it could not be read, which is reported
        if (other := names.setdefault(key, account.name)) != account.name and key[1]:
            return (
                f"accounts {other!r} and {account.name!r} have the same marketplace, address and "
                "token; each ticket would get two threads, so remove one of the two"
            )
    return ""


def _secrets(model: type[AccountSettings]) -> Iterator[str]:
    """The fields that are read from the environment."""
    for name, field in model.model_fields.items():
        if field.annotation is SecretStr and f"{name}_env" in model.model_fields:
            yield name


def _applicable(table: Mapping[str, Any], model: type[AccountSettings]) -> dict[str, Any]:
    """A table without the keys that only another of our marketplaces has.

    Every account could hold them once, and the example showed them so; they never had an effect.
    """
    others = {n: f for one in REGISTRY.values() for n, f in one.settings.model_fields.items()}
    secrets = {name for name, field in others.items() if field.annotation is SecretStr}
    ignored = others.keys() - model.model_fields.keys() - secrets  # no secret stands in the file
    return {name: value for name, value in table.items() if name not in ignored}
