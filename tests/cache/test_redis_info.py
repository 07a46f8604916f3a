"""What follows from what a server says of itself."""

from __future__ import annotations

import pytest

from sinch_cache_gui.cache.redis_info import may_read_untouched, parse_info


@pytest.mark.parametrize(
    ("info", "is_safe"),
    [
        (b"# Server\r\nredis_version:7.2.4\r\nredis_mode:standalone\r\n", True),
        (b"redis_version:7.4.1\r\n", True),
        (b"redis_version:7.9.240\r\n", False),
        (b"redis_version:8.0.2\r\n", False),
        (b"redis_version:8.2.1\r\n", False),
        (b"redis_version:8.4.0\r\n", True),
        (b"redis_version:10.0.0\r\n", True),
        (b"redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1\r\n", True),
        (b"redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.2\r\n", False),
        (b"redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:9.0.0\r\n", True),
        (b"redis_version:none of your business\r\n", False),
        (b"", False),
        (PermissionError("no permissions to run INFO"), False),
    ],
)
def test_no_server_is_asked_for_what_would_crash_it(info: object, is_safe: bool) -> None:
    assert may_read_untouched(parse_info(info)) is is_safe
