"""What a stored value is, and the words for it."""

import base64
import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector import formats
from inspector.formats import HEAD, Medium, looks_secret, preview, sniff
from storage_core import Kind


def sniffed(kind: Kind, value: bytes) -> formats.Format:
    return sniff(kind, value[:HEAD], len(value))


@pytest.mark.parametrize(
    ("text", "badge", "label"),
    [
        ('{"a": 1, "b": {"c": 2}, "a": 3}', "{} 3", "object of 3 fields"),
        ('{"a": 1}', "{} 1", "object of 1 field"),
        ("{}", "{} 0", "empty object"),
        (" [1, [2, 3]]\n", "[] 2", "list of 2"),
        ("[]", "[] 0", "empty list"),
        ('"abc"', '"abc"', "text"),
        ('"a longer text than fits a badge"', '"a longer text t…"', "text"),
        ('"\\ud800"', '"\ud800"', "text"),
        ("42", "42", "number"),
        ("22.00", "22.00", "number"),
        ("-0", "-0", "number"),
        ("1e400", "1e400", "number"),
        ("1180591620717411303424", "11805916207174113…", "number"),
        ("true", "yes", "yes or no"),
        ("false", "no", "yes or no"),
        ("null", "null", "null"),
    ],
)
def test_json_shows_what_it_is_in_the_digits_that_are_stored(text, badge, label):
    found = sniffed(Kind.JSON, text.encode("utf-8", "surrogatepass"))
    assert (found.badge, found.label, found.medium) == (badge, label, Medium.JSON)


@pytest.mark.parametrize(
    ("text", "badge"),
    [
        (json.dumps({str(n): n for n in range(2_000)}), "{}"),
        (json.dumps(list(range(5_000))), "[]"),
        (json.dumps("é" * 5_000, ensure_ascii=False), '"ééééééééééééééé…"'),
        ("9" * 5_000, "99999999999999999…"),
        ("[" * 1_500 + "]" * 1_500, "[]"),
    ],
)
def test_what_is_too_large_to_count_still_shows_its_kind(text, badge):
    found = sniffed(Kind.JSON, text.encode())
    assert (found.badge, found.medium) == (badge, Medium.JSON)


@pytest.mark.parametrize("value", [b"NaN", b"{not json", b"", b"\xff\xfe\x00", b"[1, 2", b"1 2"])
def test_a_json_row_that_is_no_json_says_so(value):
    assert sniffed(Kind.JSON, value).badge == "not JSON"


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00@\x00\x00\x00@\x08\x02\x00\x00\x00%\x0b\xe6\x89"


# What Dify's plugins keep, as their system wrote it.
@pytest.mark.parametrize(
    ("value", "badge", "medium"),
    [
        (b'{"filename": "avatar.png", "mime_type": "image/png", "size": 1234}', "bytes {} 3", Medium.JSON),
        (b'[{"role": "user", "content": "ciao \xf0\x9f\x90\xb1"}]', "bytes [] 1", Medium.JSON),
        (b"[]", "bytes [] 0", Medium.JSON),
        (PNG, "PNG", Medium.IMAGE),
        (b"John Doe", "text", Medium.TEXT),
        (b"processing", "text", Medium.TEXT),
        (b"42", "text", Medium.TEXT),
        (b"eyJhbGciOiJIUzI1NiJ9.FAKE.FAKE", "text", Medium.TEXT),
        (b"0b7e2a8e-7b4e-4c0d-9d3c-1f0e5a6b7c8d", "UUID", Medium.TEXT),
        (b"a\x00b\xff\xfe", "bytes", Medium.BINARY),
        (b"\x00\x00\x01,", "bytes", Medium.BINARY),
        (b"1\xbc\xa0 \x94\xebx\x12jQ{ j\x88\xc7<\xfa\x9e\xc6", "bytes", Medium.BINARY),
        (b"", "empty", Medium.BINARY),
    ],
)
def test_what_plugins_keep_as_bytes_is_recognised(value, badge, medium):
    found = sniffed(Kind.BYTES, value)
    assert (found.badge, found.medium) == (badge, medium)


@pytest.mark.parametrize(
    ("value", "badge"),
    [
        ("Zoë 键\r\n".encode(), "text"),
        ("Zoë".encode("utf-16"), "UTF-16"),
        ("{}".encode("utf-16"), "UTF-16"),
        (b"\xef\xbb\xbfwith a mark", "text"),
        (b"\x1b[1mbold\x1b[0m", "text"),
        (b"{ is no JSON", "text"),
        (b'"quoted"', 'bytes "quoted"'),
        (base64.b64encode(bytes(range(60))), "base64"),
        (b"0123456789abcdef0123456789abcdef", "text"),
        (b"\x82\xa4name\xa3Ann\xa3age\x1e", "MessagePack"),
        (b"\xa2dname\xc3cage", "bytes"),
        (b"\xa2dnamecAnncage\x18\x1e", "CBOR"),
    ],
)
def test_text_and_packed_data_are_told_apart(value, badge):
    assert sniffed(Kind.BYTES, value).badge == badge


def test_a_character_cut_in_two_by_the_end_of_the_head_is_still_text():
    value = b"x" + "é".encode() * HEAD
    assert sniffed(Kind.BYTES, value).badge == "text"
    assert sniffed(Kind.BYTES, value[: HEAD - 1] + b"\xc3").badge == "bytes"


@given(st.binary(max_size=200), st.sampled_from(Kind))
def test_any_bytes_have_a_short_badge(value, kind):
    found = sniffed(kind, value)
    assert 0 < len(found.badge) <= formats.LONGEST_BADGE + len("bytes ")
    assert found.label


@pytest.mark.parametrize(
    "name",
    [
        "token",
        "tokens",
        "access_token",
        "refresh-token",
        "oauth_tokens",
        "apiKey",
        "API_KEY",
        "X-Api-Key",
        "AWS_SECRET_ACCESS_KEY",
        "password",
        "dbPassword",
        "client_secret",
        "credentials",
        "Authorization",
        "privateKey",
        "gmail:sub_0:access_token",
        "settings/openai_api_key",
        "accesstoken",
    ],
)
def test_names_of_secrets_are_recognised(name):
    assert looks_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "tokens_used",
        "tokenizer",
        "max_tokens",
        "token_count",
        "token_type",
        "access_token_expires_at",
        "author",
        "key",
        "primaryKey",
        "monkey",
        "keyboard",
        "passenger",
        "secretary",
        "todos",
        "",
    ],
)
def test_names_that_only_sound_like_secrets_are_left_alone(name):
    assert not looks_secret(name)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 B"),
        (212, "212 B"),
        (999, "999 B"),
        (1_000, "1 KB"),
        (1_449, "1.4 KB"),
        (9_949, "9.9 KB"),
        (9_951, "10 KB"),
        (38_200, "38 KB"),
        (999_499, "999 KB"),
        (999_500, "1 MB"),
        (34_000_000, "34 MB"),
        (2_500_000_000, "2.5 GB"),
        (1_000_000_000_000, "1 TB"),
        (12_345_000_000_000_000, "12,345 TB"),
    ],
)
def test_a_size_is_said_in_few_digits(size, words):
    assert formats.human_size(size) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "now"),
        (0.9, "now"),
        (4.7, "4 s ago"),
        (59.9, "59 s ago"),
        (60, "1 min ago"),
        (7_200, "2 h ago"),
        (3 * 86_400, "3 d ago"),
        (400 * 86_400, "1 y ago"),
        (-300, "in 5 min"),
    ],
)
def test_an_age_is_said_in_its_largest_unit(seconds, words):
    assert formats.human_age(seconds) == words


def test_an_expiry_says_what_is_left():
    assert formats.human_expiry(7_300) == "in 2 h"
    assert formats.human_expiry(0.2) == "in 0 s"
    assert formats.human_expiry(0) == "expired"


def test_numbers_have_separators():
    assert formats.thousands(8_310) == "8,310"


def test_a_preview_is_text_where_it_can_be_and_else_hexadecimal():
    assert preview(b'{"ok": true}') == '{"ok": true}'
    assert preview("é".encode() * 1_000, 10) == "é" * 9 + "…"
    assert preview(b"x" * 10, 10) == "x" * 10
    assert preview(b"\x89PNG") == "89 50 4e 47"
    assert len(preview(uuid.uuid4().bytes * 100, 30)) == 30
