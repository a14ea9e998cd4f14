"""The values that every part speaks: tickets, intents, what is stored and what is shown."""
