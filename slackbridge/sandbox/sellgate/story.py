"""The tickets of `seed/tickets.toml`.

The file is a list of `[[ticket]]` with email, subject, optionally order, invoice, product, amount
and currency, and `[[ticket.message]]` with `by` (a sender), `ago` (hours before the start) and
`text`; optionally `closed` (hours before the start).
"""

from __future__ import annotations

from collections.abc import Callable

from slackbridge.sandbox.seeds import BaseStory, Json
from slackbridge.sandbox.sellgate.drivers import Drivers

ABOUT = ("email", "subject", "invoice_id", "product", "amount", "currency")


class Story(BaseStory[Drivers, str]):
    def _open(self, entry: Json) -> None:
        about = {name: self._story[name] for name in ABOUT if name in self._story}
        order_id = self._story.get("order_id")
        self._id = self._drivers.customer_opens(text=entry["text"], order_id=order_id, **about)

    def _add(self, entry: Json) -> None:
        self._drivers.someone_writes(self._id, entry["by"], entry["text"])

    def _ends(self) -> dict[str, Callable[[str], None]]:
        return {"closed": self._drivers.close}
