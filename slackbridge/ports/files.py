"""Files of both sides, as the rooms ask for them."""

from __future__ import annotations

from typing import Protocol

from slackbridge.domain.files import File, SharedFile


class SharedFiles(Protocol):
    """The files that agents share in Slack."""

    async def fetch(self, file: SharedFile, most: int) -> File:
        """The file with its bytes, at most `most` of them.

        Raises Later, or Rejected where trying again does not help; both certainly changed nothing.
        """
