"""The marketplaces: one folder each, and what they share. `registry` lists them."""
