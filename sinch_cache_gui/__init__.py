"""A window on the key-value cache of Sinch Functions."""

__version__ = "0.1.0"
