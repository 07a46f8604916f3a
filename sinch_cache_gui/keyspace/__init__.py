"""A live mirror of one cache's keys."""
