"""The Redis side: keys, scripts and the adapter that runs them."""
