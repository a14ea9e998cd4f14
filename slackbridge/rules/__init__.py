"""Pure decisions on the domain's values."""
