"""Whether a user may act."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

May = Callable[[str, bool], Awaitable[str]]  # user, money -> why they may not; '' = they may
