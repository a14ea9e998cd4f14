"""What a refusal of Slack's is about: one message, its form, or everything in that place."""

from __future__ import annotations

from enum import StrEnum

from slackbridge.domain.errors import Rejected, Unauthorized
from slackbridge.domain.refusal import Cause


class About(StrEnum):
    """What would have to change for Slack to take the call."""

    FORM = "form"  # another form of the same words
    CONTENT = "content"  # other words
    PLACE = "place"  # the channel, the thread, the app's rights or the token
    UNLISTED = "unlisted"  # Slack says what no list has


WORDS = frozenset({"no_text", "slack_connect_file_link_sharing_blocked"})
SHAPE = frozenset(
    {
        "invalid_arguments",
        "invalid_array_arg",
        "invalid_charset",
        "invalid_form_data",
        "invalid_json",
    }
)
"""What the bridge sends in every call is well formed: what is not must have come with a text."""

FAMILY = "restricted_action", "thread_locked", "no_permission"
FOR_GOOD = frozenset(
    {Cause.UNDELETABLE, Cause.UNEDITABLE, Cause.UNLISTED, Cause.CONTENT, Cause.THREAD_GONE}
)


def about(failure: Rejected) -> About:
    """What a certain refusal of a post, an edit or a view is about."""
    refusal, code = failure.refusal, failure.code
    if isinstance(failure, Unauthorized) or refusal is None or not code or code.startswith(FAMILY):
        return About.PLACE
    if refusal.cause is Cause.CONTENT:
        return About.CONTENT if code in WORDS else About.FORM
    if refusal.cause is Cause.UNLISTED:
        return About.UNLISTED
    return About.FORM if code in SHAPE else About.PLACE


def stays(failure: Rejected) -> bool:
    """Whether the refusal of a deletion means that the message stays for good.

    Not so where nothing can be done in that place or with that token: there it is tried again.
    """
    refusal = failure.refusal
    if isinstance(failure, Unauthorized) or refusal is None or not failure.code:
        return False
    return refusal.cause in FOR_GOOD or failure.code.startswith(FAMILY)
