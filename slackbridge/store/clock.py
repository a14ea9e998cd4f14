"""The clock of the store, the same for all processes, and how the servers' clocks differ from it.

One server's clock is read with every lease. On a Redis Cluster each account's server has its own:
there the clock is that of the server that holds one certain key, so that the time does not jump
from server to server, and a time is moved by the difference where an account's server reads it.
The difference is measured with every lease, to within a round trip.
"""

from __future__ import annotations

from collections.abc import Callable


class StoreClock:
    """`many` = the keys lie on several servers. Times are Unix seconds, a server's are ms."""

    def __init__(
        self, clock: Callable[[], float], monotonic: Callable[[], float], *, many: bool
    ) -> None:
        self.monotonic = monotonic
        self.offset = clock() - monotonic()
        self.many = many
        self._ahead: dict[str, float] = {}
        self._set_at = -float("inf")

    def now(self) -> float:
        return self.monotonic() + self.offset

    def set(self, server_ms: float) -> None:
        """The clock's own server says this now."""
        self._set_at = self.monotonic()
        self.offset = server_ms / 1000 - self._set_at

    def age(self) -> float:
        """For how many seconds it has not been set."""
        return self.monotonic() - self._set_at

    def heard(self, account: str, server_ms: float) -> None:
        """The account's server says this now."""
        if self.many:
            self._ahead[account] = server_ms / 1000 - self.now()
        else:
            self.set(server_ms)

    def there(self, account: str, at: float | None) -> int:
        """A time as the account's server reads it; -1 = none."""
        return -1 if at is None else max(0, int((at + self._ahead.get(account, 0.0)) * 1000))

    def here(self, account: str, server_ms: float) -> float | None:
        """A time as the account's server wrote it; None = none."""
        return None if server_ms < 0 else server_ms / 1000 - self._ahead.get(account, 0.0)
