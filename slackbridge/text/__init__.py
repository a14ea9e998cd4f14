"""Strings and documents: cleaning, cutting, sanitizing, HTML. Knows no tickets and no Slack."""
