"""The tree of a JSON text, beside the text."""
