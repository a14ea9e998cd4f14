"""Settings: one model for each section, read from slackbridge.toml and the environment."""
