"""slackbridge: marketplace support tickets as Slack threads."""
