"""The tickets of `seed/*.toml`.

A file is a list of `[[ticket]]` with email, title, optionally order_id, product_id, reason, and
`closed`, `archived` (hours before the start), and of `[[ticket.message]]` with `by` (customer or
store), `ago` (hours before the start) and `text`.
"""

from __future__ import annotations

from collections.abc import Callable

from slackbridge.sandbox.seeds import BaseStory, Json
from slackbridge.sandbox.sellapp.drivers import Drivers


class Story(BaseStory[Drivers, int]):
    def _open(self, entry: Json) -> None:
        about = ("title", "email", "order_id", "product_id", "reason")
        given = {key: self._story[key] for key in about if key in self._story}
        self._id = self._drivers.customer_opens(**given, text=entry["text"])

    def _add(self, entry: Json) -> None:
        if entry["by"] == "store":
            self._drivers.merchant_writes(self._id, entry["text"])
        else:
            self._drivers.customer_writes(self._id, entry["text"])

    def _ends(self) -> dict[str, Callable[[int], None]]:
        return {"closed": self._drivers.close, "archived": self._drivers.archive}
