"""How Sellgate behaves where its tickets page is silent; change the switches at any time.

Source of what is known: docs.sellgate.cc/tickets. It shows one example answer of each read, no
answer of a write, no error and no limit.
"""

from __future__ import annotations

from enum import StrEnum


class Order(StrEnum):
    """The order of the list; the page names none."""

    NEWEST = "newest"
    OLDEST = "oldest"
    UPDATED = "updated"  # the last one changed first


class Answer(StrEnum):
    """What the answer of a write shows."""

    TICKET = "ticket"  # as GET shows it
    MESSAGE = "message"  # the new message, or the new status
    WORDS = "words"  # {"message": "..."}
    EMPTY = "empty"  # 204 without a body


class ErrorForm(StrEnum):
    """The format of errors."""

    TEXT = "text"  # {"error": "..."}
    OBJECT = "object"  # {"error": {"message", "code"}}
    MESSAGE = "message"  # {"message": "..."}
    HTML = "html"


class ToClosed(StrEnum):
    """What a reply to a closed ticket does."""

    STAYS = "stays"  # it is added, the ticket stays closed
    REOPENS = "reopens"
    REFUSED = "refused"


class Switches:
    """The defaults are what the example answers show, else the most lenient reading."""

    def __init__(self) -> None:
        self.order = Order.NEWEST
        self.answer = Answer.TICKET
        self.error_form: str = ErrorForm.TEXT
        self.customer_reopens = False  # a customer's message reopens a closed ticket
        self.to_closed = ToClosed.STAYS
        self.full_detail = False  # GET of one ticket has every field of its list row
        self.omit_nulls = False  # leave null fields out
        self.with_meta = True  # the list has `meta`
        self.with_limit = True  # `meta` has `limit`
        self.limit_cap = 100  # most rows of a page; `meta.limit` has the limit applied
        self.offset_moves = False  # `meta.offset` counts rows; else it is always 0
        self.total_of_all = False  # `meta.total` counts tickets of any status
        self.stats_of_filter = False  # `stats` counts the filtered tickets only
        self.seller = "seller"  # the sender of the seller's messages
        self.message_limit = 0  # characters of a reply; 0 = no limit
        self.rate_per_second = 0  # calls per second; 0 = no limit
        self.retry_after = True  # a 429 has Retry-After
        self.rate_headers = False  # answers have X-RateLimit-*
