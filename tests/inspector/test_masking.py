"""What counts as a secret, and the text in which dots stand for it."""

import json

import pytest

from inspector.lossless import Document
from inspector.masking import LARGEST_SHOWN, document_has_secret, masked, masked_text, mentions_secret


@pytest.mark.parametrize(
    "data",
    [
        b'{"password": "x"}',
        b'{"a": {"apiKey" : 1',
        b'"{\\"password\\": \\"x\\"}"',
        b"DEBUG=1\nexport API_KEY=x\n",
        b"user: ann\npassword: x\n",
        b"Authorization: Bearer x",
        b"\x82\xa4name\xa3Ann\xa8password\xa7hunter2",  # MessagePack
        b'\x00\xff{"token": "x"}',
        "user=ann\npassword=x\n".encode("utf-16"),
        b"\xfe\xff" + '{"token": "x"}'.encode("utf-16-be"),
    ],
)
def test_what_is_named_as_secrets_are_is_noticed_in_any_bytes(data):
    assert mentions_secret(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'{"name": "Ann", "max_tokens": 9, "monkey": 1}',
        b"Remember to change the password some day.",
        b"\x89PNG\r\n\x1a\n\x00keyboard",
        b'["password", "token"]',
    ],
)
def test_what_only_talks_of_secrets_is_not(data):
    assert not mentions_secret(data)


def test_the_text_around_a_secret_stays_to_the_last_blank():
    text = '{ "name":"Ann",\r\n  "keys": {"api_key": [1, {"a": "b"}]},\t"n": 1e5, "token" : null }\n'
    shown = text.replace("1, {", '"••••", {').replace('"b"', '"••••"').replace("null", '"••••"')
    assert masked_text(text.encode()) == shown


def test_a_name_that_is_spelled_in_escapes_is_a_name():
    text = rb'{"pass\u0077ord": "hunter2"}'
    assert document_has_secret(Document.parse(text))
    assert "hunter2" not in (masked_text(text) or "")


def test_json_inside_of_text_is_looked_into():
    text = json.dumps({"note": json.dumps({"password": "hunter2"}), "b": 1})
    assert document_has_secret(Document.parse(text.encode()))
    assert masked_text(text.encode()) == '{"note": "••••", "b": 1}'
    assert "hunter2" not in masked("$.note", json.dumps(json.dumps({"password": "hunter2"})))


@pytest.mark.parametrize(
    "data",
    [
        b'{"password": "hunter2"',
        b"password=hunter2",
        b'{"a": 1}',
        b'{"token": "%s"}' % (b"a" * LARGEST_SHOWN),
    ],
)
def test_where_secrets_cannot_be_told_from_the_rest_there_is_no_text(data):
    assert masked_text(data) is None


def test_looking_for_secrets_changes_nothing():
    document = Document.parse(b'{"password": "hunter2"}')
    assert document_has_secret(document)
    assert document.serialise() == b'{"password": "hunter2"}'


@pytest.mark.parametrize("word", [b"pwd", b"jwt", b"PWD", b"a key b"])
def test_a_few_letters_among_bytes_are_chance(word):
    assert not mentions_secret(bytes(range(128, 256)) + b"\x00" + word + b"\x01" + bytes(range(128, 256)))
