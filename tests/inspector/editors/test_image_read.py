"""Images out of bytes of unknown origin."""

import struct
import zlib

import pytest

from inspector.editors.image_read import image_format, is_quick, read_picture

GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff"
    + b"!\xf9\x04\x00\x0a\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00" * 3
    + b";"
)

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'


@pytest.mark.parametrize("name", ["PNG", "JPEG", "WebP", "BMP", "ICO"])
def test_the_formats_that_are_shown_are_known_by_their_content(name, encoded):
    data = encoded(name)
    assert image_format(data) == name
    picture = read_picture(data)
    assert picture.refusal == ""
    assert picture.image is not None
    assert (picture.format, picture.width, picture.height, picture.frames) == (name, 7, 5, 1)


def test_the_first_frame_of_an_animation_is_read_and_the_frames_are_counted():
    picture = read_picture(GIF)
    assert (picture.format, picture.width, picture.height, picture.frames) == ("GIF", 1, 1, 3)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        SVG,
        b"%PDF-1.7",
        b"\x1f\x8b" + SVG,
        b"xxxx\x00\x00\x00\x00WEBP",
        b"II*\x00",
        b"P3 1 1 1 1 1 1",
    ],
)
def test_what_is_none_of_these_formats_is_not_even_tried(data):
    assert image_format(data) == ""
    assert read_picture(data).image is None
    assert "no PNG" in read_picture(data).refusal


def test_a_drawing_behind_the_signature_of_an_image_is_not_drawn():
    picture = read_picture(b"\x89PNG\r\n\x1a\n" + SVG)
    assert picture.image is None
    assert "damaged" in picture.refusal


def with_texts(png: bytes) -> bytes:
    """A PNG with texts that are packed 1,000 to 1, before its pixels and behind them."""

    def chunk(kind: bytes, held: bytes) -> bytes:
        return struct.pack(">I", len(held)) + kind + held + struct.pack(">I", zlib.crc32(kind + held))

    packed = zlib.compress(bytes(1_000_000))
    texts = (
        chunk(b"tEXt", b"a\0b") + chunk(b"zTXt", b"k\0\0" + packed) + chunk(b"iTXt", b"i\0\1\0\0\0" + packed)
    )
    header, end = 8 + 25, len(png) - 12
    return png[:header] + texts + png[header:end] + texts + png[end:]


def test_texts_in_an_image_are_left_packed_and_its_pixels_are_read(encoded):
    plain = encoded("PNG", 7, 5)
    hostile = with_texts(plain)
    assert len(hostile) < 10_000
    assert is_quick(hostile)
    picture = read_picture(hostile)
    assert picture.image == read_picture(plain).image
    assert picture.image.textKeys() == []


@pytest.mark.parametrize(
    "damage", [lambda png: png[:40], lambda png: png[:8], lambda png: png[:33] + b"\xff" * 9]
)
def test_a_damaged_image_with_texts_is_refused_in_words(encoded, damage):
    picture = read_picture(damage(with_texts(encoded("PNG", 7, 5))))
    assert picture.image is None
    assert "damaged" in picture.refusal


def test_an_icon_that_holds_an_image_with_texts_is_not_read_on_the_spot(encoded):
    png = with_texts(encoded("PNG", 7, 5))
    icon = struct.pack("<HHHBBBBHHII", 0, 1, 1, 7, 5, 0, 0, 1, 32, len(png), 22) + png
    assert image_format(icon) == "ICO"
    assert read_picture(icon).image is not None
    assert not is_quick(icon)
    assert is_quick(encoded("ICO", 7, 5)) == (b"PNG" not in encoded("ICO", 7, 5))


def test_an_image_that_claims_to_be_huge_is_refused_by_its_header(png_claiming):
    picture = read_picture(png_claiming(60_000, 60_000))
    assert picture.image is None
    assert picture.refusal == (
        "This PNG image of 60,000 x 60,000 pixels is not shown: the limit is 25 megapixels."
    )


@pytest.mark.parametrize("size", [(999_999, 26), (26, 999_999), (5001, 5000)])
def test_the_limit_is_one_of_pixels_whatever_the_shape(size, png_claiming):
    assert "is not shown" in read_picture(png_claiming(*size)).refusal


def test_an_image_that_is_cut_short_is_said_to_be_damaged(encoded):
    data = encoded("WebP", 64, 64)
    assert "damaged" in read_picture(data[: len(data) // 2]).refusal
