"""The four marketplaces as their customers see them, in one form for the page."""
