"""A local server that behaves like ClickBank's Tickets API, REST 1.3."""
