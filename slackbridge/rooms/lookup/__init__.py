"""The look-up: answers questions of one person."""
