"""SellApp's ticket API as a local HTTP server; start it with `app.SellAppSandbox.start`."""
