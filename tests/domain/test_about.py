"""What a refusal of Slack's is about, and whether a refused deletion is for good."""

from __future__ import annotations

import pytest

from slackbridge.domain.about import About, about, stays
from slackbridge.domain.errors import Rejected, Unauthorized
from slackbridge.domain.refusal import refusal

TABLE = {
    About.FORM: (
        "invalid_blocks invalid_blocks_format msg_blocks_too_long msg_too_long block_mismatch "
        "invalid_arguments view_too_large"
    ),
    About.CONTENT: "no_text slack_connect_file_link_sharing_blocked",
    About.PLACE: (
        "is_archived is_inactive not_in_channel channel_not_found thread_not_found thread_gone "
        "message_not_found cant_update_message edit_window_closed cannot_reply_to_message "
        "no_permission missing_scope ekm_access_denied team_access_not_granted restricted_action "
        "restricted_action_some_day message_limit_exceeded metadata_too_large"
    ),
    About.UNLISTED: "a_new_error_of_slack too_many_blocks",
}


def refused(code: str, kind: type[Rejected] = Rejected) -> Rejected:
    """As the client raises it."""
    failure = kind("refused", code=code)
    failure.refusal = refusal(code)
    return failure


@pytest.mark.parametrize(
    ("code", "kind"), [(code, kind) for kind, codes in TABLE.items() for code in codes.split()]
)
def test_what_a_refusal_is_about(code: str, kind: About) -> None:
    assert about(refused(code)) is kind


def test_a_token_a_proxy_and_our_own_refusals_are_never_about_a_message() -> None:
    assert about(refused("a_new_error_of_slack", Unauthorized)) is About.PLACE
    assert about(refused("")) is About.PLACE
    assert about(Rejected("internal error")) is About.PLACE


@pytest.mark.parametrize(
    ("code", "stay"),
    [
        ("cant_delete_message", True),
        ("compliance_exports_prevent_deletion", True),
        ("no_permission", True),
        ("restricted_action", True),
        ("restricted_action_read_only_channel", True),
        ("a_new_error_of_slack", True),
        ("is_archived", False),
        ("channel_not_found", False),
        ("missing_scope", False),
        ("", False),
    ],
)
def test_which_refused_deletions_are_for_good(code: str, stay: bool) -> None:
    assert stays(refused(code)) is stay
    assert not stays(refused(code, Unauthorized))
