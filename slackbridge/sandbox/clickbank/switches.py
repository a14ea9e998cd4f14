"""How the service behaves where its documentation is silent; change them at any time."""

from __future__ import annotations


class Switches:
    """The defaults are what open-source clients report, else the most lenient reading."""

    def __init__(self) -> None:
        # the form of answers
        self.one_as_object = True  # a list of one is sent as the one object
        self.wrapped_ticket = False  # a single ticket comes inside `ticketData` too
        self.bare_list = False  # a list comes without `ticketData` around it
        self.empty_list = "null"  # the whole body where there is no ticket
        self.nil_objects = True  # null is `{"@nil": "true"}`; else the field is left out
        self.numbers_as_strings = True
        self.id_name = "ticketid"  # or ticketId
        self.dates = "offset"  # or utc, compact, zoneless (US Pacific)
        self.comment_ids = True
        self.newest_first = False  # the comments of a ticket
        self.list_comments = True  # lists include the comments
        self.name_source = True  # tickets have `source`
        self.escape_comments = False  # & < > come as entities
        self.line_breaks = "\n"  # or <br />
        self.count_as_text = True
        # behaviour
        self.nickname = "sandbox"  # the account that every key opens
        self.page_size = 100
        self.short_pages = False  # a page that is not the last holds fewer rows
        self.ignore_page = False  # the header `Page` is ignored
        self.list_order = "oldest"  # or "newest", "updated": the last one changed first
        self.future_days = True  # a range of days may end after today
        self.customer_reopens = False  # a customer's comment reopens a CLOSED ticket
        self.comments_update = True  # a comment moves `updateTime`
        self.give_expiration = True
        self.partial_refunds = True  # enabled for this vendor
        self.full_amounts = True  # `refundAmounts` of FULL needs no `refundAmount`; else 400
        self.answer_ships = False  # PUT answers with a list of ship notices
        # limits
        self.bad_key_status = 403  # 401 has been seen
        self.rate_per_second = 10  # by address; 0 = no limit
        self.daily = 25_000  # calls a day and account
        self.longest_url = 2_000
        self.long_url_status = 414
