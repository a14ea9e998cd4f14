"""The self-test in a real workspace: what Slack does with what the bridge relies on."""
