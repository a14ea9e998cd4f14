"""The accounts at the marketplaces."""

from __future__ import annotations

import asyncio

from slackbridge.cli.checks.clock import skew
from slackbridge.cli.checks.finding import Finding
from slackbridge.cli.checks.orders import orders_finding
from slackbridge.cli.checks.patience import in_time
from slackbridge.cli.checks.patient import Patient
from slackbridge.domain.errors import Failure
from slackbridge.ports.provider import Provider
from slackbridge.rooms.recovery.store_binding import unbound

UNANSWERED = "Look at the way to base_url; if it is only slow, raise the account's timeout_seconds."


async def examined(patient: Patient) -> list[Finding]:
    """All accounts side by side."""
    tokens = {account.name: account.token_env for account in patient.settings.accounts}
    groups = await asyncio.gather(
        *(
            in_time(f"account {name}", _account(patient, name, each, tokens[name]), UNANSWERED)
            for name, each in patient.providers.items()
        )
    )
    return [finding for group in groups for finding in group]


async def _account(patient: Patient, name: str, provider: Provider, token: str) -> list[Finding]:
    with unbound():
        health = await provider.probe()
        orders = await orders_finding(name, provider) if health.ok else []
    remedy = (
        f"Check base_url and the token in {token}. Where the service is not switched on yet, ask "
        "the marketplace to do so; the bridge then begins by itself."
    )
    findings = [Finding(f"account {name}", health.ok, health.detail, remedy)]
    findings += [*orders, *await _binding(patient, name)]
    if health.skew is not None:
        findings.append(skew(f"clock of {name}", health.skew))
    return findings


async def _binding(patient: Patient, name: str) -> list[Finding]:
    """Which store the account is bound to."""
    try:
        return [Finding(f"store of {name}", *await patient.binding.told(name))]
    except Failure:
        return []  # Redis does not answer, which is among the findings already
