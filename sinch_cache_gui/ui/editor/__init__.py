"""Editors of one key's value, in tabs."""
