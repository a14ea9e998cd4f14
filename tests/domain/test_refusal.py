"""The table of Slack's refusals: each documented code has a cause, and words for a person."""

from __future__ import annotations

import pytest

from slackbridge.domain.refusal import REFUSALS, Cause, cause, refusal


def words(text: str) -> set[str]:
    return set(text.split())


# docs.slack.dev/reference/methods (August 2026): the errors of the methods that the bridge calls.
DOCUMENTED = words("""
access_denied accesslimited account_inactive already_reacted app_access_restricted
as_user_not_supported attachment_payload_limit_exceeded bad_timestamp block_mismatch
cannot_reply_to_message cant_broadcast_message cant_delete_message cant_update_message
channel_is_limited_access channel_not_found deprecated_endpoint duplicate_channel_not_found
duplicate_external_id duplicate_message_not_found edit_window_closed ekm_access_denied
enterprise_is_restricted exchanged_trigger_id expired_trigger_id external_channel_migrating
fatal_error forbidden_team hash_conflict insecure_request internal_error invalid_arg_name
invalid_array_arg invalid_attachments invalid_auth invalid_blocks invalid_blocks_format
invalid_charset invalid_cursor invalid_form_data invalid_limit invalid_metadata_filter_keys
invalid_metadata_format invalid_metadata_schema invalid_name invalid_post_type invalid_trigger_id
invalid_ts_latest invalid_ts_oldest invalid_types is_archived is_bot is_inactive
markdown_text_conflict message_limit_exceeded message_not_found metadata_must_be_sent_from_app
metadata_too_large method_deprecated method_not_supported_for_channel_type missing_args
missing_argument missing_post_type missing_scope msg_blocks_too_long msg_too_long no_access
no_dual_broadcast_content_update no_item_specified no_permission no_reaction no_such_subteam
no_text not_allowed_token_type not_authed not_enabled not_found not_in_channel not_reactable
org_login_required plan_upgrade_required rate_limited ratelimited request_timeout
restricted_action restricted_action_non_threadable_channel restricted_action_read_only_channel
restricted_action_thread_locked restricted_action_thread_only_channel service_unavailable
slack_connect_file_link_sharing_blocked streaming_state_conflict team_added_to_org team_not_found
thread_locked thread_not_found token_expired token_revoked too_many_attachments too_many_emoji
too_many_reactions too_many_users two_factor_setup_required unknown_method update_failed
user_not_found user_not_in_channel user_not_visible view_too_large
""")
NEVER_SENT = words("""
blocked_file_type draft_already_deleted draft_already_sent draft_has_conflict draft_not_found
file_comment_not_found file_deleted file_is_deleted file_not_found file_share_limit_reached
list_record_comment_fetch_failed max_file_sharing_exceeded messages_tab_disabled missing_file_data
posting_to_channel_denied send_on_behalf_not_allowed slack_connect_blocked_file_type
slack_connect_canvas_sharing_blocked slack_connect_clip_sharing_blocked
slack_connect_file_upload_sharing_blocked slack_connect_lists_sharing_blocked
too_many_contact_cards unable_to_share_files
""")
"""Those of drafts, contact cards and streams, which the bridge never sends, and of files, which it
shows as they are: a file is left out, and nothing waits for it."""

# Seen elsewhere: in older pages, in public issues, and of our own.
SEEN = words("""
compliance_exports_prevent_deletion invalid_arguments invalid_auth_type invalid_json
invalid_thread_ts json_not_object team_access_not_granted thread_gone trigger_exchanged
""")

CAUSES = {
    Cause.LIMITED: "ratelimited rate_limited",
    Cause.PASSING: "org_login_required team_added_to_org external_channel_migrating",
    Cause.DOUBTFUL: "fatal_error internal_error request_timeout service_unavailable update_failed",
    Cause.INSTALL: "invalid_auth token_revoked account_inactive accesslimited forbidden_team "
    "team_access_not_granted two_factor_setup_required enterprise_is_restricted",
    Cause.CLOSED: "is_archived is_inactive not_in_channel channel_not_found missing_scope "
    "no_permission ekm_access_denied access_denied restricted_action "
    "restricted_action_read_only_channel restricted_action_thread_locked thread_locked "
    "restricted_action_non_threadable_channel restricted_action_thread_only_channel",
    Cause.THREAD_GONE: "cannot_reply_to_message thread_not_found",
    Cause.MESSAGE_GONE: "message_not_found",
    Cause.UNEDITABLE: "edit_window_closed cant_update_message",
    Cause.UNDELETABLE: "cant_delete_message compliance_exports_prevent_deletion",
    Cause.CONTENT: "invalid_blocks invalid_blocks_format msg_blocks_too_long msg_too_long "
    "block_mismatch no_text",
    Cause.REACTION: "too_many_emoji too_many_reactions",
    Cause.PERSON: "user_not_found user_not_visible no_such_subteam plan_upgrade_required",
    Cause.WINDOW: "expired_trigger_id trigger_exchanged hash_conflict",
    Cause.DONE: "already_reacted no_reaction",
    Cause.REQUEST: "invalid_arguments metadata_too_large invalid_cursor unknown_method",
}


def test_every_documented_code_is_listed() -> None:
    assert not DOCUMENTED - set(REFUSALS)
    assert not set(REFUSALS) - DOCUMENTED - SEEN
    assert not NEVER_SENT & set(REFUSALS)


@pytest.mark.parametrize(
    ("code", "expected"), [(code, kind) for kind, text in CAUSES.items() for code in text.split()]
)
def test_the_cause_of_a_code(code: str, expected: Cause) -> None:
    assert cause(code) is expected


def test_every_cause_is_asked_for() -> None:
    assert set(CAUSES) == set(Cause) - {Cause.UNLISTED}


@pytest.mark.parametrize("code", [*REFUSALS, "never_heard_of", ""])
def test_every_remedy_is_a_sentence(code: str) -> None:
    """Plain words, that may stand in mrkdwn as they are."""
    remedy = refusal(code).remedy
    assert remedy[:1].isupper()
    assert remedy.endswith(".")
    assert len(remedy) > 15
    assert not set("<>&*`\n") & set(remedy)


def test_what_is_not_listed_is_quoted() -> None:
    assert cause("never_heard_of") is Cause.UNLISTED
    assert "never_heard_of" in refusal("never_heard_of").remedy
