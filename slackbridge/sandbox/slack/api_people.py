"""The methods about the team: `api.test`, `auth.*`, `team.*`, `bots.*`, `users.*`, groups."""

from __future__ import annotations

from slackbridge.sandbox.slack.call import Call
from slackbridge.sandbox.slack.errors import ApiError
from slackbridge.sandbox.slack.roster import HOME_TEAM, User, UserGroup
from slackbridge.sandbox.slack.shapes import Json


def connect(call: Call) -> Json:
    return {"url": call.connect()}


def api_test(call: Call) -> Json:
    """Echoes an error if asked."""
    if error := call.args.given("error"):
        raise ApiError(error, args={"error": error})
    return {}


def auth_test(call: Call) -> Json:
    """The owner of the token. `enterprise_id` is there on Enterprise Grid only.

    Source: docs.slack.dev/reference/methods/auth.test
    """
    workspace, app = call.workspace, call.app
    return {
        **({"enterprise_id": app.enterprise} if app.enterprise else {}),
        "url": workspace.team_url,
        "team": workspace.team_name,
        "user": workspace.users[app.bot_user].name,
        "team_id": HOME_TEAM,
        "user_id": app.bot_user,
        "bot_id": app.bot_id,
        "is_enterprise_install": app.org_wide,
    }


def team_info(call: Call) -> Json:
    workspace = call.workspace
    team = {
        "id": HOME_TEAM,
        "name": workspace.team_name,
        "url": workspace.team_url,
        "domain": workspace.team_domain,
        "email_domain": "",
        "icon": {"image_default": True},
        "avatar_base_url": "https://ca.slack-edge.com/",
        "is_verified": False,
    }
    return {"team": team}


def bots_info(call: Call) -> Json:
    """The app itself is the only bot."""
    app = call.app
    if call.args.text("bot", app.bot_id) != app.bot_id:
        raise ApiError("bot_not_found")
    return {"bot": {name: value for name, value in app.profile().items() if name != "team_id"}}


def users_info(call: Call) -> Json:
    """Also for deactivated users and those of a Slack Connect team."""
    user = call.workspace.users.get(call.args.text("user"))
    if user is None:
        raise ApiError("user_not_found")
    return {"user": _user(call, user)}


def users_list(call: Call) -> Json:
    """With deactivated users, without those of a Slack Connect team."""
    team = [each for each in call.workspace.users.values() if each.is_member]
    shown, cursor = call.page(team, 1000, lambda each: each.id)
    listed = [_user(call, each) for each in shown]
    return {"members": listed, "cache_ts": int(call.workspace.clock())} | cursor


def users_lookup(call: Call) -> Json:
    """Active users of the team."""
    email = call.args.text("email").lower()
    for user in call.workspace.users.values():
        if user.email.lower() == email and user.is_member and not user.deleted:
            return {"user": _user(call, user)}
    raise ApiError("users_not_found")


def groups(call: Call) -> Json:
    with_users = call.args.flag("include_users")
    listed = call.workspace.groups.values()
    return {"usergroups": [group.as_json(with_users=with_users) for group in listed]}


def group_users(call: Call) -> Json:
    group: UserGroup | None = call.workspace.groups.get(call.args.text("usergroup"))
    if group is None:
        raise ApiError("no_such_subteam")
    return {"users": list(group.users)}


def _user(call: Call, user: User) -> Json:
    bot, channels = call.app.bot_user, call.workspace.channels.values()
    seen = user.is_member or any({bot, user.id} <= set(each.members) for each in channels)
    return user.as_json(with_email="users:read.email" in call.app.scopes, stranger=not seen)
