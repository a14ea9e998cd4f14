"""The Block Kit reference as a table: every block and element, its fields and their limits.

Source: Slack's Block Kit reference and the comments of `@slack/types`. Blocks newer than 2025 are
checked for their published limits only and may carry other fields.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from slackbridge.sandbox.slack.schema import (
    Problems,
    Rule,
    anything,
    array,
    boolean,
    integer,
    matching,
    one_of,
    report,
    shape,
    string,
    variant,
)

BLOCK_ID = {"block_id": string(255)}
ACTION_ID = {"action_id": string(255)}
URL = string(3000)
DATE = matching(r"\d{4}-\d{2}-\d{2}", "a date YYYY-MM-DD")
TIME = matching(r"\d{2}:\d{2}", "a time HH:mm")
ID = string(64)
IDS = array(ID, 1000, 0)


def text(high: int, *kinds: str) -> Rule:
    """A text object; `kinds` are the text types allowed (default both)."""
    body = {"text": string(high)}
    table = {
        "plain_text": shape(body, {"emoji": boolean}),
        "mrkdwn": shape(body, {"verbatim": boolean}),
    }
    return variant(table, kinds or None)


def plain(high: int) -> Rule:
    """A plain_text object."""
    return text(high, "plain_text")


CONFIRM = shape(
    {"title": plain(100), "text": text(300)},
    {"confirm": plain(30), "deny": plain(30), "style": one_of("primary", "danger")},
)


def option(*kinds: str) -> Rule:
    """An option: text 75, value 150, description 75."""
    return shape(
        {"text": text(75, *kinds), "value": string(150)},
        {"description": text(75, *kinds), "url": URL},
    )


OPTION = option("plain_text")
RICH_OPTION = option()
OPTIONS = array(OPTION, 100)
GROUPS = array(shape({"label": plain(75), "options": OPTIONS}), 100)
COMMON = {**ACTION_ID, "confirm": CONFIRM, "focus_on_load": boolean, "placeholder": plain(150)}
MULTI = {**COMMON, "max_selected_items": integer(1, 1000)}
CHOICE = {**ACTION_ID, "confirm": CONFIRM, "focus_on_load": boolean}
DISPATCH = shape({"trigger_actions_on": array(anything, 2)})
FILTER = shape(
    {},
    {
        "include": array(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
INPUT = {**ACTION_ID, "placeholder": plain(150), "focus_on_load": boolean}
TYPED = {**INPUT, "initial_value": string(3000, 0), "dispatch_action_config": DISPATCH}
IMAGE = shape(
    {"alt_text": string(2000)},
    {"image_url": URL, "slack_file": anything},
    one_needed=("image_url", "slack_file"),
)
CHOOSE: dict[str, Rule] = {"options": OPTIONS, "option_groups": GROUPS}
RESPOND: dict[str, Rule] = {"response_url_enabled": boolean}


def _selects(
    kind: str,
    one: str,
    rule: Rule,
    fields: dict[str, Rule],
    single: dict[str, Rule] | None = None,
    needed: tuple[str, ...] = (),
) -> dict[str, Rule]:
    """A select menu and its `multi_` form; `single` are fields that only the former has."""
    many = IDS if rule is ID else array(rule, 100)
    first = {**COMMON, **fields, **(single or {}), f"initial_{one}": rule}
    several = {**MULTI, **fields, f"initial_{one}s": many}
    return {
        f"{kind}_select": shape({}, first, one_needed=needed),
        f"multi_{kind}_select": shape({}, several, one_needed=needed),
    }


ELEMENTS: dict[str, Rule] = {
    "button": shape(
        {"text": plain(75)},
        {
            **ACTION_ID,
            "url": URL,
            "value": string(2000, 0),
            "style": one_of("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
        },
    ),
    "workflow_button": shape({"text": plain(75), "workflow": anything}, ACTION_ID, extra=True),
    "image": IMAGE,
    **_selects("static", "option", OPTION, CHOOSE, needed=("options", "option_groups")),
    **_selects("external", "option", OPTION, {"min_query_length": integer(0, 3000)}),
    **_selects("users", "user", ID, {}),
    **_selects(
        "conversations",
        "conversation",
        ID,
        {"default_to_current_conversation": boolean, "filter": FILTER},
        single=RESPOND,
    ),
    **_selects("channels", "channel", ID, {}, single=RESPOND),
    "overflow": shape({"options": array(OPTION, 5)}, {**ACTION_ID, "confirm": CONFIRM}),
    "datepicker": shape({}, {**COMMON, "initial_date": DATE}),
    "timepicker": shape({}, {**COMMON, "initial_time": TIME, "timezone": string(100)}),
    "datetimepicker": shape(
        {}, {**CHOICE, "initial_date_time": integer(1_000_000_000, 9_999_999_999)}
    ),
    "checkboxes": shape(
        {"options": array(RICH_OPTION, 10)}, {**CHOICE, "initial_options": array(RICH_OPTION, 10)}
    ),
    "radio_buttons": shape(
        {"options": array(RICH_OPTION, 10)}, {**CHOICE, "initial_option": RICH_OPTION}
    ),
    "plain_text_input": shape(
        {},
        {
            **TYPED,
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
    ),
    "email_text_input": shape({}, TYPED),
    "url_text_input": shape({}, TYPED),
    "number_input": shape(
        {"is_decimal_allowed": boolean}, {**TYPED, "min_value": anything, "max_value": anything}
    ),
    "rich_text_input": shape({}, {**TYPED, "initial_value": anything}),
    "file_input": shape(
        {}, {**ACTION_ID, "filetypes": array(string(20), 100), "max_files": integer(1, 10)}
    ),
    "icon_button": shape({"icon": string(100), "text": plain(75)}, ACTION_ID, extra=True),
    "feedback_buttons": shape(
        {"positive_button": anything, "negative_button": anything}, ACTION_ID, extra=True
    ),
}

PICKERS = ("datepicker", "timepicker", "datetimepicker")
SELECTS = tuple(name for name in ELEMENTS if name.endswith("_select"))
TYPEABLE = tuple(name for name in ELEMENTS if name.endswith("_input"))
CHECKS = ("checkboxes", "radio_buttons")
PRESSED = ("button", "overflow", "workflow_button")
ELEMENTS_OF = {
    "section": (*PRESSED, "image", *PICKERS, *SELECTS, *CHECKS),
    "actions": (*PRESSED, *PICKERS, *SELECTS, *CHECKS, "rich_text_input"),
    "input": (*TYPEABLE, *PICKERS, *SELECTS, *CHECKS),
    "context_actions": ("feedback_buttons", "icon_button"),
}

CONTEXT_ITEM = variant({"image": IMAGE, "plain_text": plain(2000), "mrkdwn": text(2000, "mrkdwn")})
LEAF_TEXT = string(12_000)


def _leaf(value: object, at: str, problems: Problems) -> None:
    """An element of a run; of texts and links the published fields are checked."""
    if not isinstance(value, dict):
        report(problems, "must be an object", at)
    elif value.get("type") == "text":
        shape({"text": LEAF_TEXT}, {"style": anything})(value, at, problems)
    elif value.get("type") == "link":
        shape({"url": URL}, {"text": LEAF_TEXT, "style": anything, "unsafe": boolean})(
            value, at, problems
        )


# Slack refuses a rich text without content, and texts of no characters (hermes-agent pull request
# 59621; Slack.NetStandard issue 100). Whether it lets an empty run pass is told both ways
# (python-slack-sdk pull request 1576): here it does not.
RUN = shape({"elements": array(_leaf, 10_000)}, extra=True)
RICH = variant(
    {
        **dict.fromkeys(("rich_text_section", "rich_text_preformatted", "rich_text_quote"), RUN),
        "rich_text_list": shape(
            {"elements": array(RUN, 10_000), "style": one_of("bullet", "ordered")},
            {"indent": integer(0, 8), "border": anything, "offset": anything},
        ),
    }
)


def block(required: dict[str, Rule], optional: dict[str, Rule] | None = None, **how: Any) -> Rule:
    """An established block: unknown fields are refused."""
    return shape(required, {**BLOCK_ID, **(optional or {})}, **how)


# A recent block: only the published limits are checked.
newer = partial(block, extra=True)


def _child(value: object, at: str, problems: Problems) -> None:
    variant(BLOCKS)(value, at, problems)


BLOCKS: dict[str, Rule] = {
    "section": block(
        {},
        {
            "text": text(3000),
            "fields": array(text(2000), 10),
            "accessory": variant(ELEMENTS, ELEMENTS_OF["section"]),
            "expand": boolean,
        },
        one_needed=("text", "fields"),
    ),
    "header": block({"text": plain(150)}),
    "divider": block({}),
    "image": block(
        {"alt_text": string(2000)},
        {"image_url": URL, "slack_file": anything, "title": plain(2000)},
        one_needed=("image_url", "slack_file"),
    ),
    "context": block({"elements": array(CONTEXT_ITEM, 10)}),
    "actions": block({"elements": array(variant(ELEMENTS, ELEMENTS_OF["actions"]), 25)}),
    "context_actions": block(
        {"elements": array(variant(ELEMENTS, ELEMENTS_OF["context_actions"]), 5)}
    ),
    "input": block(
        {"label": plain(2000), "element": variant(ELEMENTS, ELEMENTS_OF["input"])},
        {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "rich_text": block({"elements": array(RICH, 10_000)}),
    "file": block({"external_id": string(255), "source": one_of("remote")}),
    "video": block(
        {"title": plain(200), "video_url": URL, "thumbnail_url": URL, "alt_text": string(2000)},
        {
            "description": plain(200),
            "title_url": URL,
            "author_name": string(50),
            "provider_name": string(100),
            "provider_icon_url": URL,
        },
    ),
    "markdown": block({"text": string(12_000)}),
    "table": block(
        {"rows": array(array(anything, 20, 1), 100)}, {"column_settings": array(anything, 20, 0)}
    ),
    "alert": newer(
        {"text": anything}, {"level": one_of("default", "info", "warning", "error", "success")}
    ),
    "card": newer({}, {"title": text(150), "subtitle": text(150), "body": text(200)}),
    "carousel": newer({"elements": array(_child, 10)}),
    "container": newer(
        {"title": plain(150), "child_blocks": array(_child, 10)}, {"collapsible": boolean}
    ),
    "data_table": newer({"caption": anything}, {"page_size": integer(1, 100)}),
    "task_card": newer({"task_id": string(255), "title": anything}),
    "plan": newer({"title": anything}),
    "auth_provider": newer({}),
}
MESSAGE_ONLY = frozenset({"file", "markdown", "table", "context_actions", "task_card", "plan"})
