"""What stands in a key."""
