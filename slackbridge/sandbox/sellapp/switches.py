"""How the server behaves where the vendor's description is silent; change them at any time."""

from __future__ import annotations


class Switches:
    """The defaults are the likeliest reading: as Laravel and its Orion package do it."""

    def __init__(self) -> None:
        self.store_id = 4201  # the store that every key opens
        self.wrapped = True  # a single object is wrapped in `data`, else bare
        # or "flat" (meta beside data), "simple" (without last_page and total), "none" (only data),
        # "bare": Laravel's paginators
        self.paginator = "resource"
        self.page_cap = 100  # most rows of a page, whatever was asked for
        self.gaps = False  # lists as objects with numeric keys, as PHP writes a filtered list
        self.empty_as_list = False  # an empty `customer` or `reference` is []
        self.customer_form = "object"  # or "list" (of one object), "fields" (of name and value)
        # or "list" (of objects), "model" (`App\Models\Order`), "words" ("Order model"), "nested"
        self.reference_form = "object"
        self.list_order = "newest"  # or "oldest", "updated"
        self.list_archived = True  # the list includes archived tickets
        self.message_counts = True  # tickets have `message_count`
        self.message_moves = True  # a new message moves `updated_at`
        self.reading_marks = False  # reading a ticket's messages marks it read by the store
        self.zone = True  # times have an offset
        self.content = "plain"  # or "html": messages are stored as HTML
        self.customer_reopens = False  # a customer's message reopens a CLOSED ticket
        self.closed_reply = "accepts"  # or "reopens", "refuses": a reply to a CLOSED ticket
        self.searches = True  # else /search is answered with `search_status`
        self.search_status = 404  # or 500, or 302 with a page of HTML, while the list works
        self.search_filters = {"id", "status", "order_id", "created_at", "updated_at"}
        self.search_sorts = {"id", "created_at", "updated_at"}
        self.search_text = True  # `search.value` searches titles, addresses and orders
        self.search_ignores: set[str] = set()  # of "filters", "sort", "page"
        self.refund_status = "effective"  # or "pending", "failed"
        self.refund_times = False  # refunds have `created_at`, which the SDKs do not name
        self.error_form = "laravel"  # or "sdk" (type, code, param), "oauth" (error_description)
        self.retry_after = "seconds"  # or "date", "" (no header), with 429
        self.rate_per_second = 0  # 0 = no limit
        self.unimplemented: set[str] = set()  # operations answered with 501; "*" = all
        self.hook_header = "Signature"  # as SellApp's dynamic webhooks have it
        self.hook_form = "hex"  # or "base64"
        self.hook_prefix = ""  # or "sha256=", "v1="; after "t=1," it is part of a list
        self.hook_timestamp = ""  # name of a header with the Unix time, "" = none
        self.hook_store_messages = True  # the store's own replies are delivered too
