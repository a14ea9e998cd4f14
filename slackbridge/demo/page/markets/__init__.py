"""The four marketplaces as the page shows them: their customers' side, in one form."""
