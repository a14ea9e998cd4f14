"""ClickBank."""
