"""What is copied as code writes the very key it was copied from, run where it can be run."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import redis

from sinch_cache_gui.cache.interface import Snapshot
from sinch_cache_gui.values.copy_as import MOST_BYTES, Language, NotSayable, copy_as

NOW = 1_763_800_000_000
AWKWARD_TEXTS = [
    "session:4f1c",
    "",
    " a b ",
    'it\'s "quoted" \\ and `ticked` ${not} $HOME %s',
    "line\nfeed\r\ttab\x00nul\x7f\x1b",
    "åäö 🙂 \u2028\u2029\u202e\ufeff",
    "{braces}",
]
VALUES = [
    '{"callerNumber":"+46701234567","startTime":1763800000000}',
    '{"__proto__":{"a":1},"\\u005f_proto__":2}',
    '["\\u2028","\u2028", "it\'s `x` ${y}", "\\\\", "\\""]',
    "12.50",
    "null",
    '"text"',
    " [1, 2]\n",
]
AWKWARD_IN_CSHARP = [
    "a\\u0041\\x41\\U00010000 \x1b[0m",
    "\x001 \x0b\x0c\x07\x08",
    '\'; /* */ // #if {0} $"{x}" @""',
    "\ud7ff\ue000\U0010ffff\x85\xad\xa0\ufffe\uffff",
]
AWKWARD_JSON = [
    '{"n":1e400,"m":-0,"big":123456789012345678901234567890.10,"a":1,"a":2}',
    '["\\ud800","\\udc00\\ud800","\U0010ffff\x7f\x85"]',
    '{\r\n\t"a": "\\r\\n"\n}',
]


def snapshot(key: str | bytes, value: str | bytes, left_ms: int | None = 600_000) -> Snapshot:
    return Snapshot(
        key.encode() if isinstance(key, str) else key,
        "string",
        value.encode() if isinstance(value, str) else value,
        None if left_ms is None else NOW + left_ms,
    )


def run_in_node(code: list[str]) -> list[list[object]]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    script = (
        "const calls = [];"
        "const context = {cache: {set: async (k, v, t) => calls.push([k, JSON.stringify(v), t])}};"
        "(async () => {" + "\n".join(code) + "\nconsole.log(JSON.stringify(calls));})();"
    )
    done = subprocess.run([node, "-"], input=script.encode(), capture_output=True, check=True)
    calls: list[list[object]] = json.loads(done.stdout)
    return calls


def run_in_mono(code: list[str], folder: Path) -> list[tuple[str, str, int]]:
    """Compile and run C#; answer each call's key, JSON text and seconds, unit by unit.

    The types stand for those of the runtime, which takes the text as it is handed over.
    """
    compiler, runtime = shutil.which("mcs"), shutil.which("mono")
    if compiler is None or runtime is None:
        pytest.skip("no C# here: mcs and mono (mono-mcs and mono-runtime in Debian)")
    (folder / "copied.cs").write_text(CSHARP % "\n".join(code), encoding="utf-8", newline="")
    compiled = subprocess.run([compiler, "copied.cs"], cwd=folder, capture_output=True, text=True)
    assert compiled.returncode == 0, compiled.stderr
    told = subprocess.run([runtime, "copied.exe"], cwd=folder, capture_output=True, check=True)
    calls = [line.split(",") for line in told.stdout.decode().splitlines()]
    return [(text_of(key), text_of(value), int(ttl)) for key, value, ttl in calls]


CSHARP = """
using System;
using System.Threading.Tasks;
public struct JsonElement { public string Text; }
public static class JsonSerializer {
    public static T Deserialize<T>(string json) {
        return (T)(object)new JsonElement { Text = json };
    }
}
public class FunctionCache {
    public Task Set(string key, object value, int ttlSeconds = 3600) {
        Console.WriteLine(Hex(key) + "," + Hex(((JsonElement)value).Text) + "," + ttlSeconds);
        return Task.CompletedTask;
    }
    static string Hex(string text) {
        return BitConverter.ToString(System.Text.Encoding.Unicode.GetBytes(text)).Replace("-", "");
    }
}
public class FunctionContext { public FunctionCache Cache = new FunctionCache(); }
public static class Program {
    static FunctionContext Context = new FunctionContext();
    public static void Main() { Run().Wait(); }
    static async Task Run() {
%s
    }
}
"""


def text_of(told: str) -> str:
    return bytes.fromhex(told).decode("utf-16-le")


def test_typescript_sets_the_same_key_to_the_same_value() -> None:
    code = [copy_as(Language.TYPESCRIPT, snapshot(key, "1"), NOW) for key in AWKWARD_TEXTS]
    code += [copy_as(Language.TYPESCRIPT, snapshot("k", value), NOW) for value in VALUES]
    calls = run_in_node(code)
    assert [call[0] for call in calls[: len(AWKWARD_TEXTS)]] == AWKWARD_TEXTS
    for value, (_key, stored, ttl) in zip(VALUES, calls[len(AWKWARD_TEXTS) :], strict=True):
        assert isinstance(stored, str)
        assert json.loads(stored) == json.loads(value)
        assert ttl == 600


def test_typescript_reads_as_the_document_writes_it() -> None:
    assert (
        copy_as(Language.TYPESCRIPT, snapshot("session:1", '{"a":1}', 1_001), NOW)
        == 'await context.cache.set("session:1", {"a":1}, 2);'
    )


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ('{"id":12345678901234567890}', "reads this number as 12345678901234567000"),
        ('{"a":1,"a":2}', "stands twice"),
        ("1e400", "reads this number as Infinity"),
        (
            "[1e400,\n1e401]",
            "line 1. JavaScript reads this number as Infinity. (1 more",
        ),
    ],
)
def test_what_javascript_does_not_keep_is_told_above_the_code(value: str, part: str) -> None:
    code = copy_as(Language.TYPESCRIPT, snapshot("a", value), NOW)
    note, _, rest = code.partition("\n")
    assert note.startswith("// Not stored as it is: ")
    assert part in note
    assert rest.startswith("await context.cache.set(")
    assert len(run_in_node([code])) == 1
    assert "Not stored" not in copy_as(Language.CSHARP, snapshot("a", value), NOW)


@pytest.mark.parametrize("language", Language)
def test_what_is_too_long_to_be_said_in_code_is_refused(language: Language) -> None:
    with pytest.raises(NotSayable, match="too long to be copied as code"):
        copy_as(language, snapshot("a", "1" * (MOST_BYTES + 1)), NOW)


def test_csharp_hands_the_json_over_untouched() -> None:
    assert copy_as(Language.CSHARP, snapshot('a"\n', '{"n":1.0}'), NOW) == (
        r'await Context.Cache.Set("a\"\n", '
        r'JsonSerializer.Deserialize<JsonElement>("{\"n\":1.0}"), ttlSeconds: 600);'
    )


def test_csharp_sets_the_same_key_to_the_same_text(tmp_path: Path) -> None:
    keys = [*AWKWARD_TEXTS, *AWKWARD_IN_CSHARP]
    values = [*VALUES, *AWKWARD_JSON, json.dumps("\x01" * (MOST_BYTES // 6 - 1))]
    code = [copy_as(Language.CSHARP, snapshot(key, "1"), NOW) for key in keys]
    code += [copy_as(Language.CSHARP, snapshot("k", value), NOW) for value in values]
    code += [copy_as(Language.CSHARP, snapshot("k", "1", ms), NOW) for ms in (None, 2**60)]
    expected = [(key, "1", 600) for key in keys]
    expected += [("k", value.strip(" \t\r\n"), 600) for value in values]
    assert run_in_mono(code, tmp_path) == [*expected, *[("k", "1", 2**31 - 1)] * 2]


@pytest.mark.parametrize(
    ("language", "seconds"), [(Language.TYPESCRIPT, 3_153_600_000), (Language.CSHARP, 2**31 - 1)]
)
def test_a_key_without_expiry_is_told_of_where_the_cache_always_sets_one(
    language: Language, seconds: int
) -> None:
    code = copy_as(language, snapshot("a", "1", None), NOW)
    assert code.startswith("// This key has no expiry.")
    assert str(seconds) in code
    code = copy_as(language, snapshot("a", "1", seconds * 1000), NOW)
    assert str(seconds) in code
    assert "//" not in code
    code = copy_as(language, snapshot("a", "1", seconds * 1000 + 1), NOW)
    assert code.startswith("// This key has more time left than is written here")
    assert str(seconds) in code


@pytest.mark.parametrize("language", [Language.TYPESCRIPT, Language.CSHARP])
@pytest.mark.parametrize(
    ("key", "value", "part"),
    [
        (b"\xff", b"1", "name of this key is not text"),
        (b"a", b"\xff", "not text"),
        (b"a", b"plain", "not JSON"),
    ],
)
def test_what_a_function_could_not_store_is_refused(
    language: Language, key: bytes, value: bytes, part: str
) -> None:
    with pytest.raises(NotSayable, match=part):
        copy_as(language, snapshot(key, value), NOW)


def keys_and_values() -> list[Snapshot]:
    blobs = [text.encode() for text in (*AWKWARD_TEXTS, *VALUES)]
    blobs += [
        b"\xff\x00\xfe",
        bytes(range(256)),
        "å".encode()[:1],
        b"\xed\xa0\x80",
        b"x" * MOST_BYTES,
    ]
    return [snapshot(b"k%d" % at + blob[:256], blob, 600_000) for at, blob in enumerate(blobs)]


def test_redis_cli_writes_the_same_bytes(redis_url: str, raw: redis.Redis) -> None:
    lines = [copy_as(Language.REDIS_CLI, each, NOW) for each in keys_and_values()]
    assert all("\n" not in line for line in lines)
    subprocess.run(
        ["redis-cli", "-u", redis_url],
        input="\n".join(lines).encode(),
        check=True,
        capture_output=True,
    )
    for each in keys_and_values():
        assert raw.get(each.key) == each.payload
        assert 500_000 < raw.pttl(each.key) <= 600_000


def test_python_writes_the_same_bytes(raw: redis.Redis) -> None:
    for each in keys_and_values():
        eval(copy_as(Language.PYTHON, each, NOW), {"client": raw})
        assert raw.get(each.key) == each.payload
        assert 500_000 < raw.pttl(each.key) <= 600_000


@pytest.mark.parametrize("language", [Language.REDIS_CLI, Language.PYTHON])
def test_other_types_are_restored_whole(
    language: Language, redis_url: str, raw: redis.Redis
) -> None:
    raw.hset("hash", mapping={"a": b"\xff"})
    code = copy_as(language, Snapshot(b"copy", "hash", raw.dump("hash"), None), NOW)
    if language is Language.PYTHON:
        eval(code, {"client": raw})
    else:
        subprocess.run(["redis-cli", "-u", redis_url], input=code.encode(), check=True)
    assert raw.hgetall("copy") == {b"a": b"\xff"}
    assert raw.pttl("copy") == -1
