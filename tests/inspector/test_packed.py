"""MessagePack and CBOR, read into text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.packed import DEEPEST, LONGEST, Packed, read_cbor, read_messagepack


def flat(packed: Packed | None) -> str | None:
    """The text in one line."""
    return None if packed is None else " ".join(packed.text.split())


# The examples of the two specifications, and the edges of each length.
@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("00", "0"),
        ("7f", "127"),
        ("ff", "-1"),
        ("e0", "-32"),
        ("cc80", "128"),
        ("cdffff", "65535"),
        ("ce00010000", "65536"),
        ("cfffffffffffffffff", "18446744073709551615"),
        ("d080", "-128"),
        ("d18000", "-32768"),
        ("d280000000", "-2147483648"),
        ("d38000000000000000", "-9223372036854775808"),
        ("ca3fc00000", "1.5"),
        ("cb4009000000000000", "3.125"),
        ("c0", "null"),
        ("c2", "false"),
        ("c3", "true"),
        ("a0", '""'),
        ("a3c3a978", '"éx"'),
        ("d90161", '"a"'),
        ("da000161", '"a"'),
        ("db0000000161", '"a"'),
        ("c402beef", "h'beef'"),
        ("c50002beef", "h'beef'"),
        ("c600000002beef", "h'beef'"),
        ("90", "[]"),
        ("93010203", "[ 1, 2, 3 ]"),
        ("dc000101", "[ 1 ]"),
        ("dd0000000101", "[ 1 ]"),
        ("80", "{}"),
        ("82a7636f6d70616374c3a6736368656d6100", '{ "compact": true, "schema": 0 }'),
        ("de0001a16101", '{ "a": 1 }'),
        ("df00000001a16101", '{ "a": 1 }'),
        ("82a16101a16102", '{ "a": 1, "a": 2 }'),
        ("8190a0", '{ []: "" }'),
        ("d4010a", "extension 1 (h'0a')"),
        ("d6ff00000001", "extension -1 (h'00000001')"),
        ("c70305010203", "extension 5 (h'010203')"),
    ],
)
def test_messagepack_is_read(data, text):
    assert flat(read_messagepack(bytes.fromhex(data))) == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("00", "0"),
        ("17", "23"),
        ("1818", "24"),
        ("1903e8", "1000"),
        ("1a000f4240", "1000000"),
        ("1bffffffffffffffff", "18446744073709551615"),
        ("20", "-1"),
        ("3bffffffffffffffff", "-18446744073709551616"),
        ("f93c00", "1.0"),
        ("f97e00", "nan"),
        ("fa47c35000", "100000.0"),
        ("fb3ff199999999999a", "1.1"),
        ("f4", "false"),
        ("f5", "true"),
        ("f6", "null"),
        ("f7", "undefined"),
        ("f0", "simple(16)"),
        ("f8ff", "simple(255)"),
        ("40", "h''"),
        ("4401020304", "h'01020304'"),
        ("62c3bc", '"ü"'),
        ("80", "[]"),
        ("8301820203820405", "[ 1, [ 2, 3 ], [ 4, 5 ] ]"),
        ("a201020304", "{ 1: 2, 3: 4 }"),
        ("c11a514b67b0", "1(1363896240)"),
        ("c249010000000000000000", "2(h'010000000000000000')"),
        ("d9d9f7a16161f5", '55799({ "a": true })'),
        ("5f42010243030405ff", "h'0102030405'"),
        ("7f657374726561646d696e67ff", '"streaming"'),
        ("9f018202039f0405ffff", "[ 1, [ 2, 3 ], [ 4, 5 ] ]"),
        ("bf6346756ef563416d7421ff", '{ "Fun": true, "Amt": -2 }'),
        ("9fff", "[]"),
    ],
)
def test_cbor_is_read(data, text):
    assert flat(read_cbor(bytes.fromhex(data))) == text


@pytest.mark.parametrize("read", [read_messagepack, read_cbor])
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",  # never used in MessagePack; a tag without a value in CBOR
        b"\x82\xa1a",  # cut short
        b"\x61\xff\xff",  # more behind it
        b"\xdf\xff\xff\xff\xff",
        b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xdd\xff\xff\xff\xff" + b"\x00" * 1_000,
        b"\x91" * (DEEPEST + 2) + b"\x00",
        b"\x81" * (DEEPEST + 2) + b"\x00",
        b"\x00" * (LONGEST + 1),
    ],
)
def test_what_is_malformed_or_boundless_is_refused(read, data):
    assert read(data) is None


@pytest.mark.parametrize("data", ["61ff", "1c", "fc", "ff", "5f6161ff", "1f", "9f00"])
def test_malformed_cbor_is_refused(data):
    assert read_cbor(bytes.fromhex(data)) is None


def test_what_would_take_long_to_write_is_refused():
    wide_and_deep = b"\x81" * 60 + b"\x99\xc3\x00" + b"\x61a" * 0xC300
    assert read_cbor(b"\x99\xc3\x00" + b"\x61a" * 0xC300) is not None
    assert read_cbor(wide_and_deep) is None
    assert read_cbor(b"\x7f" + b"\x61a" * 1000 + b"\xff") == Packed('"' + "a" * 1000 + '"', is_certain=False)
    assert read_cbor(b"\x7f" + b"\x60" * 900_000 + b"\xff") is None


def test_text_that_is_not_utf8_is_refused():
    assert read_messagepack(b"\xa1\xff") is None


def test_nesting_is_indented():
    packed = read_messagepack(bytes.fromhex("81a1619102"))
    assert packed is not None
    assert packed.text == '{\n  "a": [\n    2\n  ]\n}'


@pytest.mark.parametrize(
    ("data", "certain"),
    [("81a16101", True), ("01", False), ("80", False), ("93010203", False), ("a161", False)],
)
def test_only_a_container_with_text_is_certain(data, certain):
    packed = read_messagepack(bytes.fromhex(data))
    assert packed is not None
    assert packed.is_certain is certain


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    for read in (read_messagepack, read_cbor):
        packed = read(data)
        assert packed is None or packed.text
