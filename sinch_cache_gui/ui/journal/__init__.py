"""The journal: every write of this window, to search, to compare, and to take back."""
