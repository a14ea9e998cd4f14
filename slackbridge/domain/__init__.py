"""The values that every part shares: tickets, intents, what is stored and what is shown."""
