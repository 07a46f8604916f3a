"""The shared cache interface and everything that implements it."""
