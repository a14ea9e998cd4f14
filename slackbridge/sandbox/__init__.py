"""A local Slack workspace and local marketplaces as real HTTP servers, for demo and tests."""
