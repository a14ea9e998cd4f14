"""A customer's file on its way into a thread, as it is stored."""

from __future__ import annotations

from enum import StrEnum

from slackbridge.domain.attempt import Frozen


class UploadState(StrEnum):
    """Where it stands."""

    WANTED = "wanted"  # to be shared, perhaps under way
    SHARED = "shared"
    LEFT = "left"  # only its link is shown


class FileUpload(Frozen):
    """One attachment of a message. Times are Unix seconds by the store's clock.

    It is due at `due`. `deadline` is until when the last try may have shared it (0 = none was
    made), `id` is Slack's for that try. `unsure`: it may be there from a time that Redis has
    forgotten. `since`: nothing of it is older in the thread. The name and the address are dropped
    at the end.
    """

    state: UploadState = UploadState.WANTED
    name: str = ""
    url: str = ""
    since: float = 0.0
    due: float = 0.0
    deadline: float = 0.0
    tries: int = 0
    id: str = ""
    unsure: bool = False

    @property
    def open(self) -> bool:
        return self.state is UploadState.WANTED

    def taken(self, now: float, lasts: float, settle: float) -> FileUpload:
        """A try has begun, which changes nothing after `lasts` seconds."""
        deadline = now + lasts
        return self.model_copy(
            update={"deadline": deadline, "due": deadline + settle, "tries": self.tries + 1}
        )

    def reserved(self, id: str) -> FileUpload:
        """It may be shared from now on, under this id."""
        return self.model_copy(update={"id": id, "unsure": False})

    def later(self, due: float) -> FileUpload:
        """It is tried again at `due`; if it has an id, it is looked for first."""
        return self.model_copy(update={"due": due})

    def ended(self, state: UploadState, id: str = "") -> FileUpload:
        return FileUpload(state=state, id=id, tries=self.tries)
