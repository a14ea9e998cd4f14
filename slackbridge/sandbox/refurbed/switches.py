"""How the service behaves where the published description is silent; change them at any time."""

from __future__ import annotations


class Switches:
    """The defaults are the most lenient reading of the description."""

    def __init__(self) -> None:
        self.omit_defaults = True  # leave zero, false and empty fields out of answers
        self.rewrite_html = False  # change the markup of merchants' messages beyond sanitising
        self.update_sets_pending = True  # an update that names no status sets PENDING
        self.customer_reopens = True  # a customer's message reopens a SOLVED ticket
        self.label_delay = 0.0  # seconds until a return label is posted; 0 = at once
        self.rate_per_second = 10  # calls per second; 0 = no limit and no rate headers
        self.unimplemented: set[str] = set()  # methods answered with 501; "*" = all
        self.lagging_reads = 0  # so many GetTicket answers repeat the one before, as a replica may
