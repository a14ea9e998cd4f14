"""The protocols between the rooms and the adapters."""
