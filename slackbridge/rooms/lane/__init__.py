"""The lane: the only room that changes Slack and the marketplaces."""
