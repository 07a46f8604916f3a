"""Choosing, reaching and losing a cache."""
