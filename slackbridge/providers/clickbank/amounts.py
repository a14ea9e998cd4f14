"""What a refund would come to, as ClickBank's `refundAmounts` tells it. Pure."""

from __future__ import annotations

from slackbridge.providers.clickbank.wire import Figure, Row, nil
from slackbridge.providers.lenient import Text


class Amounts(Row):
    """partialRefundData: what a refund would come to."""

    usd_amount: Figure = ""
    customer_amount: Figure = ""
    customer_currency: Text = ""
    product_amount: Figure = ""
    product_currency: Text = ""

    def __str__(self) -> str:
        """In words; '' if ClickBank names no amount."""
        paid = f"{self.customer_amount} {self.customer_currency}".strip()
        usd = f"{self.usd_amount} USD" if self.usd_amount else ""
        product = f"{self.product_amount} {self.product_currency}".strip()
        rest = [usd, f"{product} of the product's price" if product else ""]
        said = "; ".join(filter(None, rest))
        return f"{paid} ({said})" if paid and said else paid or said


def amounts_in(data: object) -> Amounts | None:
    """The amounts of an answer, wrapped or bare; None for anything else."""
    if isinstance(data, dict) and len(data) == 1:
        (inner,) = data.values()
        data = inner if isinstance(inner, dict) and not nil(inner) else data
    found = Amounts.of(data)
    return found if found is not None and found.model_fields_set else None
