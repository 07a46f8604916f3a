"""The phone and what a call did to the cache."""
