"""The tickets of `seed/*.toml`.

A file is a list of `[[ticket]]` with the arguments of `customer_opens`, `ago` (hours before the
start), and `[[ticket.then]]` with `by` (a role), `ago`, `text` and optionally `action` (CLOSED and
REOPENED close and reopen the ticket).
"""

from __future__ import annotations

from slackbridge.sandbox.clickbank.drivers import Drivers
from slackbridge.sandbox.seeds import BaseStory, Json


class Story(BaseStory[Drivers, int]):
    def _entries(self) -> list[Json]:
        return [self._story, *self._story.get("then", [])]

    def _open(self, entry: Json) -> None:
        about = {key: value for key, value in entry.items() if key not in ("ago", "then")}
        self._id = self._drivers.customer_opens(**about)

    def _add(self, entry: Json) -> None:
        text, role = entry.get("text", ""), entry["by"]
        match entry.get("action", "COMMENTED"):
            case "CLOSED":
                self._drivers.close(self._id, role, text)
            case "REOPENED":
                self._drivers.reopen(self._id, text, role)
            case action:
                self._drivers.someone_writes(self._id, role, text, action)
