"""refurbed's merchant API as a local HTTP server; start it with `app.RefurbedSandbox.start`."""
