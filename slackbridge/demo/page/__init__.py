"""The demo as a web page: a Slack-like workspace, its customers' side, and what can go wrong."""
