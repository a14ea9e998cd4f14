"""What people see in Slack, as Block Kit: messages, cards, receipts, modals. Pure."""
