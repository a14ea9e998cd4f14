"""What the bridge has to say and no channel takes: for the Home tab and `/readyz`."""

from __future__ import annotations

from collections.abc import Sequence

from slackbridge.domain.model import TicketKey
from slackbridge.ports.store import Store
from slackbridge.rules import notice

PATIENCE_SECONDS = 10.0


class Unposted:
    """The notices of all accounts that are not in Slack."""

    def __init__(self, store: Store, accounts: Sequence[str]) -> None:
        self._store = store
        self._accounts = accounts

    async def texts(self) -> tuple[str, ...]:
        """Each in mrkdwn, oldest first; one that is on its way is left out. Raises Later."""
        found = []
        before = self._store.now() - PATIENCE_SECONDS
        for account in self._accounts:
            record = await self._store.load(TicketKey.of_account(account))
            over = notice.over(record.intents)
            found += [
                (intent.created, intent.text)
                for intent in record.intents
                if notice.waits(intent) and intent.id not in over
            ]
        return tuple(text for created, text in sorted(found) if created < before)
