"""What people typed in Slack, as plain text. Pure."""
