"""Reads an image out of bytes of unknown origin: only formats that are safe, and none that is too large."""

from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageReader

from inspector.signatures import recognised

MOST_PIXELS = 25_000_000  # 100 MB once decoded
ALLOCATION_MB = 4 * MOST_PIXELS // (1024 * 1024) + 32
HEAD = 512  # bytes that tell a format


@dataclass(frozen=True, slots=True)
class Picture:
    """What bytes hold as an image; `image` is None where `refusal` says why it is not shown."""

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


def read_picture(data: bytes) -> Picture:
    """Decode `data`, after its header says that this is worth it."""
    name = image_format(data)
    if not name:
        return Picture("", 0, 0, 0, None, "These bytes are no PNG, JPEG, GIF, WebP, BMP or ICO image.")
    QImageReader.setAllocationLimit(ALLOCATION_MB)
    held = QByteArray(data)
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    # Naming the format keeps Qt from trying others, such as SVG, on the same bytes.
    reader = QImageReader(buffer, QByteArray(name.lower().encode()))
    reader.setAutoDetectImageFormat(False)
    reader.setAutoTransform(True)
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
    image = reader.read()
    if image.isNull():
        return Picture(
            name, width, height, frames, None, f"This {name} image is damaged: {reader.errorString()}."
        )
    return Picture(name, image.width(), image.height(), frames, image, "")
