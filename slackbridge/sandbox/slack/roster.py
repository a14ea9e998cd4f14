"""The team: its users, user groups and channels, and the app installed in it.

Their JSON is as the Web API shows it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from slackbridge.sandbox.slack.shapes import Json

CREATED = 1_700_000_000
HOME_TEAM = "T0SANDBOX"
PARTNER_TEAM = "T0PARTNER"
SISTER_TEAM = "T0SISTER"
ENTERPRISE = "E0SANDBOX"
"""The organisation of `grid_users`, and another of its workspaces."""
_SCOPES = """
app_mentions:read channels:history channels:join channels:read chat:write chat:write.customize
commands files:read files:write groups:history groups:read im:history im:read im:write
metadata.message:read reactions:read reactions:write team:read usergroups:read users:read
users:read.email
"""
_EVENTS = """
app_home_opened app_mention channel_archive channel_unarchive member_joined_channel
member_left_channel message.channels message.groups message.im reaction_added reaction_removed
"""
BOT_SCOPES = frozenset(_SCOPES.split())
BOT_EVENTS = frozenset(_EVENTS.split())
_AVATAR = "https://secure.gravatar.com/avatar/0.png?s="
_EMPTY_PROFILE = ("title", "phone", "skype", "status_text", "status_emoji")


@dataclass(frozen=True, slots=True)
class User:
    """One account. `team` differs from the home team for users of a Slack Connect team.

    On Enterprise Grid an account belongs to an organisation (`enterprise`) and to several
    workspaces (`teams`): `team` is any of these, or '' where Slack does not say.
    """

    id: str
    name: str
    real_name: str
    email: str = ""
    team: str = HOME_TEAM
    is_bot: bool = False
    deleted: bool = False
    is_restricted: bool = False
    is_admin: bool = False
    enterprise: str = ""
    teams: tuple[str, ...] = ()

    @property
    def is_member(self) -> bool:
        """Whether the account is one of the home team."""
        return HOME_TEAM in (self.team, *self.teams)

    def as_json(self, *, with_email: bool, stranger: bool = False) -> Json:
        """The user object of `users.info`; the e-mail only with `users:read.email`.

        `stranger`: the app sees no channel in which the user of another workspace is.
        Source: docs.slack.dev/reference/objects/user-object
        """
        profile: Json = {
            **dict.fromkeys(_EMPTY_PROFILE, ""),
            "real_name": self.real_name,
            "display_name": self.name,
            "real_name_normalized": self.real_name,
            "display_name_normalized": self.name,
            "avatar_hash": "0",
            "team": self.team,
            **{f"image_{size}": f"{_AVATAR}{size}" for size in (24, 32, 48, 72, 192, 512)},
        }
        if with_email and self.email:
            profile["email"] = self.email
        own = ("id", "name", "real_name", "deleted", "is_bot", "is_admin", "is_restricted")
        never = ("is_app_user", "is_owner", "is_primary_owner", "is_ultra_restricted")
        return {
            **{name: getattr(self, name) for name in own},
            **dict.fromkeys(never, False),
            **({"team_id": self.team} if self.team else {}),
            "is_stranger": stranger,
            "tz": "Europe/Vienna",
            "tz_label": "Central European Time",
            "tz_offset": 3600,
            "updated": CREATED,
            "profile": profile,
            **self._grid(),
        }

    def _grid(self) -> Json:
        """What Slack adds on Enterprise Grid; `teams` may be missing.

        Sources: bolt-js issue 1875 (`team_id` is the same in each workspace), lookerbot issue 184
        (`team_id` is missing).
        """
        if not self.enterprise:
            return {}
        where: Json = {"enterprise_id": self.enterprise, "enterprise_name": "Sandbox Org"}
        where |= {"teams": list(self.teams)} if self.teams else {}
        never = dict.fromkeys(("is_admin", "is_owner", "is_primary_owner"), False)
        return {**where, "enterprise_user": {"id": self.id, **where, **never}}


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A group that can be mentioned by its handle."""

    id: str
    handle: str
    name: str
    users: tuple[str, ...]

    def as_json(self, *, with_users: bool) -> Json:
        """The subteam object of `usergroups.list`."""
        shown: Json = {
            "id": self.id,
            "team_id": HOME_TEAM,
            **dict.fromkeys(("is_usergroup", "is_subteam"), True),
            **dict.fromkeys(("is_external", "auto_provision"), False),
            **dict.fromkeys(("date_create", "date_update"), CREATED),
            **dict.fromkeys(("created_by", "updated_by"), "USLACKBOT"),
            "name": self.name,
            "handle": self.handle,
            "description": "",
            "date_delete": 0,
            "auto_type": None,
            "enterprise_subteam_id": "",
            "deleted_by": None,
            "prefs": {"channels": [], "groups": []},
            "user_count": len(self.users),
        }
        return shown | ({"users": list(self.users)} if with_users else {})


@dataclass(slots=True)
class Channel:
    """A conversation. `kind` is `channel`, `group` (private) or `im`."""

    id: str
    name: str
    members: list[str]
    kind: str = "channel"
    archived: bool = False
    shared: bool = False

    def as_json(self, viewer: str) -> Json:
        """The conversation object as `viewer` (a user id) sees it."""
        if self.kind == "im":
            return self._im(viewer)
        text: Json = {"value": "", "creator": "", "last_set": 0}
        never = ("is_im", "is_mpim", "is_general", "is_org_shared", "is_pending_ext_shared")
        return {
            **dict.fromkeys(never, False),
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_private": self.kind == "group",
            "created": CREATED,
            "creator": "USLACKBOT",
            "updated": CREATED * 1000,
            "is_archived": self.archived,
            "unlinked": 0,
            "is_shared": self.shared,
            "is_ext_shared": self.shared,
            "context_team_id": HOME_TEAM,
            "is_member": viewer in self.members,
            "topic": text,
            "purpose": dict(text),
            "previous_names": [],
            "num_members": len(self.members),
        }

    def _im(self, viewer: str) -> Json:
        other = next((user for user in self.members if user != viewer), viewer)
        return {
            "id": self.id,
            "created": CREATED,
            "is_archived": self.archived,
            "is_im": True,
            "is_org_shared": False,
            "context_team_id": HOME_TEAM,
            "user": other,
            "is_user_deleted": False,
            "is_open": True,
            "priority": 0,
        }


@dataclass(slots=True)
class Installation:
    """The app as installed in the team: identity, secrets, granted scopes, event subscriptions.

    `enterprise` is the organisation of the team, '' = none; `org_wide` says that the app is
    installed to all of it.
    """

    bot_token: str = "xoxb-sandbox-bot"
    app_token: str = "xapp-1-A0SANDBOX-sandbox"
    signing_secret: str = "8f742231b10e8888abcd99yyyzzz85a5"
    verification_token: str = "sandbox-verification"
    app_id: str = "A0SANDBOX"
    bot_id: str = "B0SANDBOX"
    bot_user: str = "U0SANDBOX"
    name: str = "slackbridge"
    scopes: set[str] = field(default_factory=lambda: set(BOT_SCOPES))
    subscriptions: set[str] = field(default_factory=lambda: set(BOT_EVENTS))
    revoked: bool = False
    enterprise: str = ""
    org_wide: bool = False

    def profile(self) -> Json:
        """`bot_profile` as messages of the app carry it."""
        return {
            "id": self.bot_id,
            "app_id": self.app_id,
            "user_id": self.bot_user,
            "name": self.name,
            "icons": bot_icons(),
            "deleted": False,
            "updated": CREATED,
            "team_id": HOME_TEAM,
        }


def bot_icons() -> Json:
    """The icons of an app that has set none."""
    base = "https://a.slack-edge.com/80588/img/plugins/app/bot"
    return {f"image_{size}": f"{base}_{size}.png" for size in (36, 48, 72)}


def default_users(app: Installation) -> list[User]:
    """Two members, a guest, a user of a Slack Connect team, a deactivated account, and the bots."""
    return [
        User("U0ANNA", "anna", "Anna Auer", "anna@sandbox.example", is_admin=True),
        User("U0BEN", "ben", "Ben Berger", "ben@sandbox.example"),
        User("U0GIL", "gil", "Gil Gast", "gil@guest.example", is_restricted=True),
        User("U0EXT", "ext", "Exa Extern", "ext@partner.example", team=PARTNER_TEAM),
        User("U0BO", "bo", "Bo Bach", "bo@sandbox.example", deleted=True),
        User(app.bot_user, app.name, app.name, is_bot=True),
        User("USLACKBOT", "slackbot", "Slackbot"),
    ]


def grid_users() -> list[User]:
    """Colleagues of one organisation: in both workspaces, of an unknown one, in the other only."""
    return [
        User(
            "W0GRETA", "greta", "Greta Grid", team=SISTER_TEAM, **_on_grid(SISTER_TEAM, HOME_TEAM)
        ),
        User("W0GUSTAV", "gustav", "Gustav Grid", team="", **_on_grid()),
        User("W0GWEN", "gwen", "Gwen Grid", team=SISTER_TEAM, **_on_grid(SISTER_TEAM)),
    ]


def _on_grid(*teams: str) -> dict[str, Any]:
    return {"enterprise": ENTERPRISE, "teams": teams}


def default_channels(app: Installation) -> list[Channel]:
    """Three channels shared with the bot, and one without it."""
    people = ["U0ANNA", "U0BEN", "U0GIL", "U0EXT"]
    names = {"C0SUPPORT": "support", "C0REFUNDS": "refunds", "C0OPS": "support-ops"}
    with_bot = [
        Channel(id_, name, [app.bot_user, *people], shared=True) for id_, name in names.items()
    ]
    return [*with_bot, Channel("C0OTHER", "other", people[:2])]


def default_groups() -> list[UserGroup]:
    """Two groups, to which a ticket can be assigned."""
    return [
        UserGroup("S0AGENTS", "agents", "Support agents", ("U0ANNA", "U0BEN")),
        UserGroup("S0LEADS", "leads", "Team leads", ("U0ANNA",)),
    ]
