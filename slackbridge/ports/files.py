"""Files of both sides, as the rooms ask for them."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from slackbridge.domain.files import File, SharedFile


class SharedFiles(Protocol):
    """The files that agents share in Slack."""

    async def fetch(self, file: SharedFile, most: int) -> File:
        """The file with its bytes, at most `most` of them.

        Raises Later, or Rejected where trying again does not help; both certainly changed nothing.
        """


class MarketplaceFiles(Protocol):
    """The files that one account's marketplace keeps for customers."""

    async def fetch(self, name: str, url: str, most: int) -> File:
        """The file with its bytes, at most `most` of them. Raises Later and Rejected."""


class Place(NamedTuple):
    """A thread: its channel and the ts of its root."""

    channel: str
    root: str


class ThreadFiles(Protocol):
    """Files that the bridge shares in a thread. Slack keeps no mark of ours with them."""

    async def reserve(self, name: str, size: int) -> tuple[str, str]:
        """The id of a new file and where its bytes go. Nothing is visible yet.

        Raises Later and Rejected.
        """

    async def upload(self, url: str, data: bytes) -> None:
        """Bring the bytes. Nothing is visible yet. Raises Later and Rejected."""

    async def share(self, id: str, title: str, place: Place) -> None:
        """Show the file in the thread. Raises the four failures.

        Not idempotent: after Unknown it must be looked for.
        """

    async def find(self, place: Place, since: float, id: str, name: str) -> str:
        """The id of our file in a thread since a time (Unix seconds); '' = it is not there.

        By its id, or without one by its name.
        """
