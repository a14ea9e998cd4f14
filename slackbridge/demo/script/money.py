"""Money at a marketplace that pays it back itself: asked twice, with its own figures, done once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from slackbridge.demo import views
from slackbridge.demo.markets import MarketSandbox
from slackbridge.demo.script.agent import Agent


@dataclass(frozen=True, slots=True)
class Refund:
    """A form as it is filled in, what the second step says then, and what confirms it."""

    values: Mapping[str, str]
    says: str
    typed: str


async def is_paid_back(anna: Agent, market: MarketSandbox, name: str, refund: Refund) -> None:
    """The form, the marketplace's own figures, the typed amount, and one entry in its ledger."""
    before = len(paid(market))
    view = await anna.form("refund")
    entered = ", ".join(refund.values.values())
    anna.tell.say("agent", f"Anna presses Refund and fills in: {entered}")
    await anna.submit(view, **refund.values)
    sure = await anna.modal("money")
    anna.tell.say("slack", f"before anything happens: {' '.join(views.texts(sure['blocks'][:2]))}")
    anna.must(refund.says in views.shown(sure), f"{name} itself was asked: {refund.says}")
    anna.must(len(paid(market)) == before, "no money has moved")
    anna.tell.say("agent", f"Anna types {refund.typed}")
    await anna.submit(sure, typed=refund.typed)
    await anna.until("the refund", lambda: len(paid(market)) > before)
    await anna.told_receipt(f"v:{view['id']}", "✅")
    anna.must(len(paid(market)) == before + 1, f"{name}'s ledger has it once")


def paid(market: MarketSandbox) -> list[Mapping[str, object]]:
    """The refunds in a marketplace's ledger."""
    return [entry.data for entry in market.ledger.all("refund")]
