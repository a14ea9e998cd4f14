"""The store on Redis: keys, scripts and the adapter that runs them."""
