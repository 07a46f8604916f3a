"""The key tree: a flat table that reads as a tree."""
