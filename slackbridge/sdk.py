"""The only module that a marketplace in another package needs to import.

Every name in `__all__` keeps its meaning within a major version: nothing is removed, and what is
added (a field, an argument, an optional capability) has a default. All else of slackbridge, except
`slackbridge.testing`, may change in any release. docs/providers.md has a whole provider.
"""

from __future__ import annotations

from pydantic import SecretStr

from slackbridge.domain.days import Days
from slackbridge.domain.errors import (
    Code,
    Failure,
    Later,
    Rejected,
    Unauthorized,
    Unknown,
    Unsupported,
    of_status,
    other_ticket,
    unreadable,
)
from slackbridge.domain.files import File, FileLimits
from slackbridge.domain.model import (
    ENDED,
    QUERY_FIELDS,
    Act,
    Action,
    Attachment,
    Author,
    Capabilities,
    Conversation,
    Field,
    Kind,
    Message,
    Person,
    Query,
    Scope,
    Status,
    Ticket,
    TicketKey,
    fingerprint,
)
from slackbridge.domain.order import Fact, Order
from slackbridge.domain.page import Page
from slackbridge.ports.capabilities import (
    Adapts,
    Counts,
    Hinted,
    Identifies,
    Measures,
    Orders,
    Pins,
    Previews,
    Settles,
    Stretches,
    Warns,
    Watches,
)
from slackbridge.ports.provider import ProbeResult, Provider
from slackbridge.ports.settings import AccountSettings
from slackbridge.providers.answer import Answer, refused
from slackbridge.providers.base import BaseProvider, existing, unsupported
from slackbridge.providers.factory import Factory
from slackbridge.providers.http import HttpClient, credential
from slackbridge.providers.lenient import EPOCH, Lenient, Moment, Names, Rows, Shaped, Text
from slackbridge.providers.pacing import Spend
from slackbridge.text.clean import clean, digest, normalise
from slackbridge.text.document import Document, from_text, plain
from slackbridge.text.html import from_plain as to_html
from slackbridge.text.html import parse as from_html

# fmt: off
__all__ = [  # noqa: RUF022 - grouped by purpose
    "Act", "Action", "Attachment", "Author", "Capabilities", "Conversation", "Field", "Kind",
    "Message", "Page", "Person", "Query", "Scope", "Status", "Ticket", "TicketKey", "fingerprint",
    "Fact", "Order", "Days", "ENDED", "QUERY_FIELDS", "File", "FileLimits",

    "Code", "Failure", "Later", "Rejected", "Unauthorized", "Unknown", "Unsupported",
    "of_status", "other_ticket", "refused", "unreadable", "unsupported",

    "Document", "clean", "digest", "from_html", "from_text", "normalise", "plain", "to_html",

    "BaseProvider", "Factory", "ProbeResult", "Provider", "existing",
    "Adapts", "Counts", "Hinted", "Identifies", "Measures", "Orders", "Pins", "Previews", "Settles",
    "Stretches", "Warns", "Watches",
    "AccountSettings", "SecretStr",

    "Answer", "HttpClient", "Spend", "credential",
    "EPOCH", "Lenient", "Moment", "Names", "Rows", "Shaped", "Text",
]
# fmt: on
