"""Things done to many keys at once, and searching through their values."""
