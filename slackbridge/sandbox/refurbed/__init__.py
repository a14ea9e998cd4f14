"""refurbed's TicketService as a local HTTP server; start it with `app.RefurbedSandbox.start`."""
