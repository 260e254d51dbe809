"""Reads an image out of bytes of unknown origin: only formats that are safe, and none that is too large."""

from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize
from PySide6.QtGui import QImage, QImageIOHandler, QImageReader

from inspector.signatures import recognised

MOST_PIXELS = 25_000_000  # 100 MB once decoded
ALLOCATION_MB = 4 * MOST_PIXELS // (1024 * 1024) + 32
HEAD = 512  # bytes that tell a format
QUICK_PIXELS = 1_000_000  # are decoded and reduced without being felt
QUICK_BYTES = 256 * 1024

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_CHUNK = 12  # bytes of each chunk around what it holds
_PNG_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_LARGEST_SIDE = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Picture:
    """What bytes hold as an image; `image` is None where `refusal` says why it is not shown.

    `image` may have fewer pixels than the one in the bytes, whose `width` and `height` these are.
    """

    format: str
    width: int
    height: int
    frames: int
    image: QImage | None
    refusal: str


def image_format(data: bytes) -> str:
    """The name of the image format that `data` begins like; empty where it is none that is shown."""
    signature = recognised(data[:HEAD], len(data))
    return signature.badge if signature is not None and signature.image else ""


def is_quick(data: bytes) -> bool:
    """Whether `read_picture` of `data` takes no longer than a person should wait, as its header says."""
    name = image_format(data)
    if not name:
        return True
    if name == "ICO" and _PNG in data:
        return False  # and its texts are unpacked with it
    size = _png_size(data) if name == "PNG" else _Reader(name, data).size()
    pixels = size.width() * size.height()
    return pixels > MOST_PIXELS or (pixels <= QUICK_PIXELS and len(data) <= QUICK_BYTES)


def read_picture(data: bytes, most_pixels: int = MOST_PIXELS) -> Picture:
    """Decode `data`, after its header says that this is worth it. May be called in any thread.

    An image of more than `most_pixels` is reduced to half its width and height, or a quarter, until it has fewer.
    """
    name = image_format(data)
    if not name:
        return Picture("", 0, 0, 0, None, "These bytes are no PNG, JPEG, GIF, WebP, BMP or ICO image.")
    reader = _Reader(name, data)
    size = reader.size()
    width, height = size.width(), size.height()
    if not size.isValid() or width < 1 or height < 1:
        return Picture(name, 0, 0, 0, None, f"This {name} image is damaged: it does not say how large it is.")
    if width * height > MOST_PIXELS:
        refusal = (
            f"This {name} image of {width:,} x {height:,} pixels is not shown: "
            f"the limit is {MOST_PIXELS // 1_000_000} megapixels."
        )
        return Picture(name, width, height, 0, None, refusal)
    frames = max(1, reader.imageCount()) if name in ("GIF", "WebP") else 1
    reduced = size
    while reduced.width() * reduced.height() > most_pixels:
        reduced = QSize(max(1, reduced.width() // 2), max(1, reduced.height() // 2))
    if reduced != size:
        # By the reader, which does not hold Python's lock meanwhile; an image that is scaled does.
        reader.setScaledSize(reduced)
    image = reader.read()
    if image.isNull():
        return Picture(
            name, width, height, frames, None, f"This {name} image is damaged: {reader.errorString()}."
        )
    if reader.is_turned():
        width, height = height, width
    return Picture(name, width, height, frames, image, "")


def _png_size(data: bytes) -> QSize:
    """As its header says: to ask a reader is to have all texts unpacked that come before the pixels."""
    return QSize(*(min(int.from_bytes(data[at : at + 4]), _LARGEST_SIDE) for at in (16, 20)))


def _without_texts(data: bytes) -> bytes:
    """A PNG without its texts: nobody sees them, and a few kilobytes can be packed to hundreds of megabytes."""
    if not any(kind in data for kind in _PNG_TEXTS):
        return data
    kept, at = [data[: len(_PNG)]], len(_PNG)
    while at < len(data):
        end = at + _PNG_CHUNK + int.from_bytes(data[at : at + 4])
        if data[at + 4 : at + 8] not in _PNG_TEXTS:
            kept.append(data[at:end])
        at = end
    return b"".join(kept)


class _Reader(QImageReader):
    """Reads bytes of a format that is known, and of no other: Qt would try SVG on them too."""

    def __init__(self, name: str, data: bytes) -> None:
        super().__init__()
        QImageReader.setAllocationLimit(ALLOCATION_MB)
        self._held = QByteArray(_without_texts(data) if name == "PNG" else data)
        self._buffer = QBuffer(self._held)
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self.setDevice(self._buffer)
        self.setFormat(QByteArray(name.lower().encode()))
        self.setAutoDetectImageFormat(False)
        self.setAutoTransform(True)

    def is_turned(self) -> bool:
        """Whether the image lies on its side in the bytes."""
        return bool(self.transformation() & QImageIOHandler.Transformation.TransformationRotate90)
