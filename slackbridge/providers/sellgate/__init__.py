"""Sellgate."""
