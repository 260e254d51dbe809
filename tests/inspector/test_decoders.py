"""The other readings of a value."""

import base64
import gzip
import json
import pickle
import uuid
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.decoders import LONGEST_OUTPUT, LONGEST_TEXT, MOST_LAYERS, decodings


def named(data: bytes) -> dict[str, str]:
    return {each.name: each.text for each in decodings(data)}


# base64 of gzip of JSON, as a plugin for Dify keeps it.
DIFY_STATE = base64.b64encode(gzip.compress(json.dumps({"packed": list(range(50))}).encode(), mtime=0))


def test_layers_are_unpacked_one_by_one_and_named():
    found = named(DIFY_STATE)
    assert list(found) == ["base64", "base64, gzip"]
    assert found["base64"].startswith("00000000  1f 8b 08 00")
    assert json.loads(found["base64, gzip"]) == {"packed": list(range(50))}


def test_gzip_and_zlib_are_unpacked():
    assert named(gzip.compress(b"ciao a tutti")) == {"gzip": "ciao a tutti"}
    assert named(zlib.compress("Zoë".encode()))["zlib"] == "Zoë"


def test_base64_of_urls_is_read_too():
    text = base64.urlsafe_b64encode(b"\xff\xfe\xfd" * 8 + b"Aa0")
    assert named(text)["base64"].startswith("00000000  ff fe fd")


def test_a_bomb_ends_early_and_says_so():
    bomb = gzip.compress(bytes(50 * LONGEST_OUTPUT))
    (found,) = decodings(bomb)
    assert found.text.startswith("[the first 1,000,000 bytes]\n")
    assert len(found.text) <= LONGEST_TEXT


def test_a_bomb_within_a_bomb_ends_early():
    data = b"x"
    for _ in range(MOST_LAYERS + 3):
        data = gzip.compress(data)
    names = [each.name for each in decodings(data)]
    assert names[-1] == ", ".join(["gzip"] * MOST_LAYERS)


def test_damaged_and_cut_data_show_what_is_there():
    packed = gzip.compress(b"hello " * 1_000)
    assert named(packed[:-10])["gzip"].startswith("[cut short]\nhello hello")
    damaged = gzip.compress(bytes(range(256)) * 40 + b"words")[:-8] + bytes(8)
    assert named(damaged)["gzip"].startswith("[damaged: ")
    assert "00 01 02 03" in named(damaged)["gzip"]
    assert named(packed + packed)["gzip"].startswith("[more follows behind it]\nhello")


# What Airtable's plugin for Dify keeps as its cursor.
def test_a_number_in_four_bytes_is_read_in_both_orders():
    assert named(b"\x00\x00\x01,") == {
        "integer, big-endian": "300",
        "integer, little-endian": "738263040",
    }


@pytest.mark.parametrize("width", [1, 2, 4, 8])
def test_a_number_of_every_width_is_read_with_and_without_a_sign(width):
    found = named(b"\xfe" + b"\xff" * (width - 1))
    name = "integer" if width == 1 else "integer, big-endian"
    unsigned = (0xFE << 8 * (width - 1)) + (1 << 8 * (width - 1)) - 1
    assert found[name] == f"{unsigned}\n{unsigned - (1 << 8 * width)} with a sign"


@pytest.mark.parametrize(
    ("number", "width", "unit", "text"),
    [
        (1_795_224_600, 4, "s", "2026-11-21 01:30:00 UTC"),
        (1_795_224_600, 8, "s", "2026-11-21 01:30:00 UTC"),
        (1_795_224_600_250, 8, "ms", "2026-11-21 01:30:00.250000 UTC"),
        (1_795_224_600_000_001, 8, "µs", "2026-11-21 01:30:00.000001 UTC"),
        (1_795_224_600_000_001_000, 8, "ns", "2026-11-21 01:30:00.000001 UTC"),
    ],
)
def test_a_number_that_may_be_a_time_is_read_as_one(number, width, unit, text):
    assert named(number.to_bytes(width))[f"time in {unit}, big-endian"] == text
    assert named(number.to_bytes(width, "little"))[f"time in {unit}, little-endian"] == text


def test_digits_that_may_be_a_time_are_read_as_one():
    assert named(b"1795224600") == {"time in s": "2026-11-21 01:30:00 UTC"}
    assert named(b"9876540") == {}


def test_a_uuid_is_read_from_bytes_and_from_text():
    random = uuid.UUID("0b7e2a8e-7b4e-4c0d-9d3c-1f0e5a6b7c8d")
    assert named(random.bytes)["UUID"] == f"{random}\nversion 4"
    assert named(str(random).encode()) == {"UUID": f"{random}\nversion 4"}


def test_a_uuid_tells_the_time_that_it_carries():
    by_time = uuid.UUID("c232ab00-9414-11ec-b3c8-9f6bdeced846")  # both from RFC 9562
    by_unix_time = uuid.UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    assert named(by_time.bytes)["UUID"].splitlines()[1:] == ["version 1", "2022-02-22 19:22:22 UTC"]
    assert named(by_unix_time.bytes)["UUID"].splitlines()[1:] == ["version 7", "2022-02-22 19:22:22 UTC"]


def test_messagepack_and_cbor_are_read():
    assert named(b"\x81\xa4name\xa3Ann")["MessagePack"] == '{\n  "name": "Ann"\n}'
    assert named(b"\xa1dnamecAnn\xff"[:-1])["CBOR"] == '{\n  "name": "Ann"\n}'


class Trap:
    """Leaves a mark where it is loaded."""

    loaded = 0

    def __reduce__(self):
        return (sprung, ())


def sprung():
    Trap.loaded += 1
    return Trap()


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_is_taken_apart_and_never_loaded(protocol):
    found = named(pickle.dumps([Trap()], protocol))
    assert "REDUCE" in found["pickle, taken apart"]
    assert "sprung" in found["pickle, taken apart"]
    assert Trap.loaded == 0


def test_a_long_or_damaged_pickle_shows_its_start():
    long = named(pickle.dumps(list(range(100_000)), 2))["pickle, taken apart"]
    assert long.endswith("[more follows]\n")
    assert len(long) <= LONGEST_TEXT
    damaged = named(b"\x80\x04K\x01\x94\x94R.")["pickle, taken apart"]
    assert "[ends here: " in damaged


@pytest.mark.parametrize(
    "value", [b"", b"John Doe!", b'{"ok": true}', b"a\x00b\xff\xfe", b"(just text).", b"]...."]
)
def test_plain_values_have_no_other_reading(value):
    assert decodings(value) == []


@given(st.binary(max_size=400))
@settings(max_examples=200)
def test_any_bytes_can_be_read_and_the_texts_are_bounded(data):
    for prefix in (b"", b"\x80\x04", b"(", b"\x1f\x8b\x08\x00", b"x\x9c"):
        for each in decodings(prefix + data):
            assert each.name
            assert len(each.text) <= LONGEST_TEXT


def test_what_comes_after_eight_megabytes_is_not_looked_for():
    empty_block, last_block = b"\x00\x00\x00\xff\xff", b"\x01\x04\x00\xfb\xfflate"
    header = gzip.compress(b"")[:10]
    assert named(header + empty_block * 10 + last_block)["gzip"] == "[cut short]\nlate"
    assert named(header + empty_block * 1_700_000 + last_block) == {"gzip": "[cut short]\n"}
