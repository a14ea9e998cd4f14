"""What packages with a marketplace of their own need to test it; see `contract`."""
