"""refurbed."""
