"""What somebody could store to harm who looks at it: names and values that must be shown, never rendered or run."""

import base64
import gzip
import pickle
import struct
import zlib
from functools import cache
from pathlib import Path

PLANTED = "state-inspector-planted"
"""Part of the names of files that must never be opened or made by looking at anything."""


class _Malicious:
    """Runs a command when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self._target = target

    def __reduce__(self) -> tuple[object, ...]:
        return (exec, (f"open({str(self._target)!r}, 'w').close()",))


def names(folder: Path) -> dict[str, str]:
    """Texts that are allowed as keys, users and workspaces, by what is odd about them."""
    image = folder / f"{PLANTED}.png"
    return {
        "image tag": f'<img src="{image}">',
        "image behind a closed tag": f'</p></qt><img src="{image}">',
        "link": '<a href="file:///etc/passwd">click</a>',
        "style": f"<div style=\"background-image:url('{image}')\"><h1>huge</h1></div>",
        "entity": "&lt;b&gt; &amp;amp; &#60;i&#62;",
        "mnemonic": "&Save && &Quit",
        "format": "%s %d %n {0} {key!r} ${HOME} %1 %L2",
        "markdown": "# head **bold** [x](file:///etc/passwd)",
        "bidi override": "\u202egnp.exe\u202c",
        "bidi isolate": "a\u2067b\u2066c\u2069",
        "right to left": "\u05e9\u05dc\u05d5\u05dd:\u0645\u0631\u062d\u0628\u0627",
        "right to left mark": "\u200fadmin",
        "zero width": "ad\u200bmin\ufeff",
        "controls": "\x01\x07\x08\x1b[31mred\x7f\x85\x9f",
        "line breaks": "first\nsecond\r\nthird\u2028fourth\u2029fifth",
        "tabs": "\ta\tb\t",
        "blanks": "  at both ends  ",
        "one blank": " ",
        "no-break blank": "\xa0",
        "empty segments": "::a::b::",
        "delimiters alone": ":/.",
        "path": "../../../etc/passwd",
        "backslashes": "\\n\\\\server\\share\\u202e",
        "quotes": "'\"`'; DROP TABLE entries; --",
        "astral": "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U00020000 \U0010ffff",
        "combining": "Z" + "\u0301\u0335\u0489" * 40,
        "noncharacter": "\ufffe\uffff\ufdd0",
        "long": "long-" * 51,
    }


def keys(folder: Path) -> dict[str, str]:
    """As `names`, and what only keys can be."""
    return names(folder) | {
        "1,024 characters": "k" * 1_024,
        "1,024 wide characters": "漢" * 1_024,
        "300 segments": "a:" * 300,
        "a secret with markup": '<img src="token">',
    }


def json_texts(folder: Path) -> dict[str, str]:
    """JSON texts that the storage takes, each awkward to show or to keep as it is."""
    image = folder / f"{PLANTED}.png"
    return {
        "markup in strings": f'{{"<img src=\\"{image}\\">": "<img src=\\"{image}\\">", "ok": 1}}',
        "lone surrogates": '{"\\ud800": "\\udfff", "ok": 1}',
        "nul and controls": '{"nul": "a\\u0000b", "esc": "\\u001b[31m", "ok": 1}',
        "bidi": '{"\u202eevil": "\u2066x\u202e", "ok": 1}',
        "1e400": '{"huge": 1e400, "tiny": -1e-400, "ok": 1}',
        "digits": '{"price": 22.00, "big": 1180591620717411303424, "zero": -0, "e": 1E+5, "ok": 1}',
        "duplicate keys": '{"a": 1, "a": 2, "": 3, "ok": 1}',
        "odd spacing": '\t{ "b" :1 ,\r\n "a":[ ] , "ok": 1 }\n\n',
        "line separators": '{"text": "a\u2028b\u2029c\xa0d", "ok": 1}',
        "500 levels": "[" * 499 + "1" + "]" * 499,
        "names of 10,000 characters": '{"' + "n" * 10_000 + '": 1, "ok": 1}',
        "a field that is masked": '{"password": "hunter2", "ok": 1}',
        "bare text": '"<h1>huge</h1>"',
        "a link": '"file:///etc/passwd"',
        "null": "null",
    }


def blobs(folder: Path) -> dict[str, bytes]:
    """Bytes that try to be more than bytes."""
    target = folder / f"{PLANTED}-by-pickle"
    malicious = pickle.dumps(_Malicious(target))
    return {
        "pickle": malicious,
        "pickle, protocol 0": pickle.dumps(_Malicious(target), protocol=0),
        "pickle in gzip": gzip.compress(malicious, mtime=0),
        "pickle in base64": base64.b64encode(malicious),
        "10,000 levels": b"[" * 10_000 + b"]" * 10_000,
        "10,000 levels, open": b'{"a":' * 10_000,
        "1 MB on one line": b"x" * 1_000_000,
        "1 MB of JSON on one line": b'["' + b"y" * 999_000 + b'"]',
        "invalid UTF-8": b"caf\xe9 \xff\xfe\x80",
        "invalid UTF-8 in JSON": b'{"a": "\xff", "ok": 1}',
        "encoded surrogate": b"\xed\xa0\x80",
        "UTF-8 with a mark": b"\xef\xbb\xbf{}",
        "UTF-16": "<img src=x>".encode("utf-16"),
        "nul bytes": b"\0" * 64,
        "empty": b"",
        "markup": f'<img src="{folder / PLANTED}.png"><script>alert(1)</script>'.encode(),
        "controls": bytes(range(32)) + b"\x7f\x1b]0;title\x07",
        "SVG": f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{folder / PLANTED}.png"/></svg>'.encode(),
        "PNG of 60,000 x 60,000": _png(60_000, 60_000),
        "PNG that is cut off": _png(8, 8)[:40],
        "PNG without anything": b"\x89PNG\r\n\x1a\n",
        "GIF of 65,535 x 65,535": b"GIF89a"
        + struct.pack("<HH", 65_535, 65_535)
        + b"\xf7\x00\x00"
        + b"\0" * 768,
        "BMP of 2^31 - 1": b"BM"
        + struct.pack("<IHHIIiiHH", 100, 0, 0, 54, 40, 2**31 - 1, 1, 1, 24)
        + b"\0" * 24,
        "WebP without a picture": b"RIFF\xff\xff\xff\x7fWEBPVP8 \xff\xff\xff\x7f",
        "JPEG without a picture": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\xff" * 40,
        "ICO that points nowhere": b"\0\0\1\0\1\0\0\0\0\0\1\0\x20\0\xff\xff\xff\x7f\xff\xff\xff\x7f",
        "gzip bomb": _bomb(),
        "zlib that is cut off": zlib.compress(b"a" * 1_000)[:-4],
        "MessagePack of 4 GB": b"\xdd\xff\xff\xff\xff",
        "CBOR of 2^64": b"\x9b" + b"\xff" * 8,
        "CBOR, nested": b"\x81" * 10_000,
    }


@cache
def _bomb() -> bytes:
    return gzip.compress(b"\0" * 50_000_000, mtime=0)


def _png(width: int, height: int) -> bytes:
    """A PNG whose header claims this size, with next to nothing in it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1_000))
        + chunk(b"IEND", b"")
    )
