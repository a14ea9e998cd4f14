"""What a package with a marketplace needs to test it; see `contract`."""
