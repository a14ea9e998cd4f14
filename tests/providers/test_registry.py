"""The registry of marketplaces."""

from __future__ import annotations

import pytest

from slackbridge.ports.settings import AccountSettings
from slackbridge.providers.registry import REGISTRY, build


def test_an_unknown_marketplace_is_named_with_the_known_ones() -> None:
    account = AccountSettings(name="a", provider="ebay", token_env="X")
    with pytest.raises(ValueError, match=r"'ebay' is not known; use one of: .*refurbed"):
        build(account)


def test_every_marketplace_is_called_over_https() -> None:
    assert all(factory.base_url.startswith("https://") for factory in REGISTRY.values())
