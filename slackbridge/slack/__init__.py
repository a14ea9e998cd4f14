"""The Slack side: listeners, calls, and everything that knows Block Kit."""
