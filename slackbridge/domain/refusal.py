"""Slack's error codes: for each what it means, and what a person can do. The only such table.

`refusal(code)` answers for every code, also one that is not listed. What code branches on is the
`Cause`, never the code:

| cause | what was asked | what the bridge does |
|---|---|---|
| `LIMITED` | too much at once | waits as long as Slack says |
| `PASSING` | certainly not done | tries again by itself |
| `DOUBTFUL` | perhaps done | looks, then tries again |
| `INSTALL` | anything: this token is refused for all | waits for a person |
| `CLOSED` | nothing is done in this place, or of this kind | waits for a person |
| `THREAD_GONE` | a reply, to a root that is deleted | a new thread |
| `MESSAGE_GONE` | something about a message that is deleted | nothing more of it |
| `UNEDITABLE` | an edit, of a message that stays as it is | says it in another way |
| `UNDELETABLE` | a deletion, of a message that stays | lets it stand, and says so |
| `CONTENT` | a message with content that Slack does not take | a plainer form |
| `REACTION` | a reaction that Slack does not take | leaves it out |
| `PERSON` | something about a person or a group | as for one who is unknown |
| `WINDOW` | a window for somebody who waited too long | they press again |
| `DONE` | what is so already | nothing |
| `REQUEST` | a call that the bridge should not have made | says it; it is a fault of ours |
| `UNLISTED` | anything | tries again, and quotes the code |

Source: docs.slack.dev/reference/methods, the errors of each method that `slack.manifest` names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """Why Slack refused; see the module."""

    LIMITED = "limited"
    PASSING = "passing"
    DOUBTFUL = "doubtful"
    INSTALL = "install"
    CLOSED = "closed"
    THREAD_GONE = "thread gone"
    MESSAGE_GONE = "message gone"
    UNEDITABLE = "uneditable"
    UNDELETABLE = "undeletable"
    CONTENT = "content"
    REACTION = "reaction"
    PERSON = "person"
    WINDOW = "window"
    DONE = "done"
    REQUEST = "request"
    UNLISTED = "unlisted"

    @property
    def needs_person(self) -> bool:
        """Whether it ends only when a person acts: trying again at once is of no use."""
        return self in (Cause.INSTALL, Cause.CLOSED)


@dataclass(frozen=True, slots=True)
class Refusal:
    """`remedy`: what a person can do, or why nobody must, as sentences without mrkdwn."""

    cause: Cause
    remedy: str


_WAITS = "The bridge tries again by itself."
_REDRAWN = "The bridge shows the same words in a plainer form."
_FAULT = "Please report this with the log: it is a fault of the bridge."
_UPDATE = "Slack has withdrawn a method: update slackbridge."
_LINK = "Nothing is lost: what is new is written into the thread."
_GONE = "Somebody deleted it; nothing needs to be done."
_ANEW = "Install the app again and put its bot token into SLACK_BOT_TOKEN."
_XOXB = "Put the app's bot token (xoxb-...) into SLACK_BOT_TOKEN."
_REINSTALL = "Add the scope in the app's settings, or paste the manifest, and reinstall the app."
_ADMIN = "Ask an admin of the workspace to let the app post there, or route its tickets elsewhere."
_UNARCHIVE = "Unarchive the channel, or route its tickets elsewhere."
_INVITE = "Invite the app to the channel, or correct its id in the settings."
_UNLOCK = "Ask an admin of the workspace to unlock the thread."
_MIGRATING = f"Slack is moving the workspace or channel; that ends by itself. {_WAITS}"
_AGAIN = "Press the button once more: Slack allows three seconds for a window."

_CODES: Mapping[Cause, Mapping[str, str]] = {
    Cause.LIMITED: dict.fromkeys(("ratelimited", "rate_limited"), _WAITS),
    Cause.PASSING: {
        "org_login_required": _MIGRATING,
        "team_added_to_org": _MIGRATING,
        "external_channel_migrating": _MIGRATING,
        "message_limit_exceeded": (
            "The workspace has used up the messages of Slack's free plan for now; "
            f"wait, or upgrade it. {_WAITS}"
        ),
    },
    Cause.DOUBTFUL: dict.fromkeys(
        (
            *("fatal_error", "internal_error", "request_timeout", "service_unavailable"),
            *("duplicate_message_not_found", "duplicate_channel_not_found", "update_failed"),
        ),
        _WAITS,
    ),
    Cause.INSTALL: {
        "account_inactive": f"The app was removed or its workspace deleted. {_ANEW}",
        "invalid_auth": f"The token is wrong, or Slack does not take it from here. {_ANEW}",
        "not_authed": _XOXB,
        "token_expired": _ANEW,
        "token_revoked": f"The app was removed from the workspace. {_ANEW}",
        "not_allowed_token_type": _XOXB,
        "is_bot": f"This is the token of a legacy bot. {_ANEW}",
        "accesslimited": (
            "Ask an admin of the workspace to add this machine's address to Slack's list of "
            "allowed networks."
        ),
        "enterprise_is_restricted": (
            "Install the app to one workspace, not to the whole organisation, and put the bot "
            "token of that workspace into SLACK_BOT_TOKEN."
        ),
        "forbidden_team": f"The token is not of this workspace. {_ANEW}",
        "team_access_not_granted": (
            "Ask an admin of the organisation to grant the app this workspace, and install it."
        ),
        "two_factor_setup_required": (
            "The workspace demands two-factor authentication: whoever installed the app has to set "
            "it up, and then to install the app again."
        ),
    },
    Cause.CLOSED: {
        "access_denied": _ADMIN,
        "app_access_restricted": "Ask an admin of the workspace to approve the app for everybody.",
        "channel_is_limited_access": _ADMIN,
        "channel_not_found": _INVITE,
        "ekm_access_denied": (
            "The organisation's admins have suspended messages in this channel (key management): "
            "ask them to allow them again, or route its tickets elsewhere."
        ),
        "is_archived": _UNARCHIVE,
        "is_inactive": f"The channel is archived, frozen or deleted. {_UNARCHIVE}",
        "method_not_supported_for_channel_type": "Name a channel, not a conversation of persons.",
        "missing_scope": _REINSTALL,
        "not_enabled": "Switch on the Home tab of the app (App Home, in its settings).",
        "no_permission": f"{_INVITE} If it is a member, ask an admin what the app may do there.",
        "not_in_channel": "Invite the app to the channel.",
        "restricted_action": _ADMIN,
        "restricted_action_non_threadable_channel": (
            "The channel takes no replies in threads: allow threads there, or route its tickets "
            "elsewhere."
        ),
        "restricted_action_read_only_channel": f"Few may post in this channel. {_ADMIN}",
        "restricted_action_thread_locked": _UNLOCK,
        "restricted_action_thread_only_channel": (
            "The channel takes replies in threads only, and a ticket begins outside of one: route "
            "its tickets elsewhere."
        ),
        "team_not_found": "Correct the channel's id in the settings: it must begin with C or G.",
        "thread_locked": _UNLOCK,
    },
    Cause.THREAD_GONE: dict.fromkeys(
        ("cannot_reply_to_message", "thread_not_found", "thread_gone"),
        "Somebody deleted the root of the thread; what comes next begins a new one.",
    ),
    Cause.MESSAGE_GONE: {"message_not_found": _GONE},
    Cause.UNEDITABLE: {
        "cant_update_message": f"Slack does not let the app edit its message. {_LINK}",
        "edit_window_closed": (
            "The workspace allows edits for some time only. Ask an admin to allow edits at any "
            f"time (in the workspace's permissions). {_LINK}"
        ),
        "cant_broadcast_message": _LINK,
        "no_dual_broadcast_content_update": _LINK,
        "streaming_state_conflict": _LINK,
    },
    Cause.UNDELETABLE: {
        "cant_delete_message": (
            "Slack does not let the app delete its message, so it stays; an admin can delete it."
        ),
        "compliance_exports_prevent_deletion": (
            "The workspace's compliance export forbids deletions, so the message stays."
        ),
    },
    Cause.CONTENT: dict.fromkeys(
        (
            *("attachment_payload_limit_exceeded", "block_mismatch", "invalid_attachments"),
            *("invalid_blocks", "invalid_blocks_format", "markdown_text_conflict"),
            *("msg_blocks_too_long", "msg_too_long", "no_text", "too_many_attachments"),
            *("slack_connect_file_link_sharing_blocked", "view_too_large"),
        ),
        _REDRAWN,
    ),
    Cause.REACTION: dict.fromkeys(
        ("invalid_name", "no_access", "not_reactable", "too_many_emoji", "too_many_reactions"),
        "The reaction is left out; nothing needs to be done.",
    ),
    Cause.PERSON: {
        "no_such_subteam": "Correct the id of the user group in the settings.",
        "plan_upgrade_required": (
            "User groups need a paid plan of Slack: name persons in the settings instead."
        ),
        "user_not_found": "There is no such person in this workspace; correct the id.",
        "user_not_in_channel": "Invite the person to the channel.",
        "user_not_visible": "Slack does not show this person to the app; they cannot act.",
    },
    Cause.WINDOW: dict.fromkeys(
        (
            *("exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id"),
            *("trigger_exchanged", "duplicate_external_id", "hash_conflict", "not_found"),
        ),
        _AGAIN,
    ),
    Cause.DONE: dict.fromkeys(
        ("already_reacted", "no_reaction"), "It is so already; nothing needs to be done."
    ),
    Cause.REQUEST: {
        **dict.fromkeys(
            (
                *(
                    "bad_timestamp",
                    "as_user_not_supported",
                    "invalid_arg_name",
                    "invalid_array_arg",
                ),
                *("invalid_arguments", "invalid_auth_type", "invalid_charset", "invalid_cursor"),
                *("invalid_form_data", "invalid_json", "invalid_limit", "invalid_metadata_format"),
                *("invalid_metadata_filter_keys", "invalid_metadata_schema", "invalid_post_type"),
                *("invalid_thread_ts", "invalid_ts_latest", "invalid_ts_oldest", "invalid_types"),
                *("json_not_object", "metadata_must_be_sent_from_app", "metadata_too_large"),
                *("insecure_request", "missing_args", "missing_argument", "missing_post_type"),
                *("no_item_specified", "too_many_users"),
            ),
            _FAULT,
        ),
        **dict.fromkeys(("deprecated_endpoint", "method_deprecated", "unknown_method"), _UPDATE),
    },
}

REFUSALS: Mapping[str, Refusal] = {
    code: Refusal(cause, remedy)
    for cause, remedies in _CODES.items()
    for code, remedy in remedies.items()
}
"""Every code that Slack documents for what the bridge asks, but those of what it never sends."""


def refusal(code: str) -> Refusal:
    """What a code means. One that is not listed gets a sentence that quotes it."""
    if known := REFUSALS.get(code):
        return known
    quoted = f"“{code}”" if code else "no reason"
    words = f"Slack gives {quoted}, which this version does not know. {_WAITS}"
    return Refusal(Cause.UNLISTED, words)


def cause(code: str) -> Cause:
    """The cause of a code; see the module."""
    return refusal(code).cause
