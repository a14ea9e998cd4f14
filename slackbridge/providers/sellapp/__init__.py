"""SellApp."""
