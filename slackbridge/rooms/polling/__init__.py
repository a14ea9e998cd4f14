"""The poll: finds out which tickets changed."""
