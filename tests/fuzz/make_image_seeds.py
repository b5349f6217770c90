"""Writes the seeds of fuzz_image, small pictures of every kind that decode_image reads, and of fuzz_jpeg, those of them
that are sequential JPEG files. Run it by hand; they are kept.

Usage: .deps/venv/bin/python tests/fuzz/make_image_seeds.py
Made with Pillow 13.0.0, numpy 2.4.6. Four bytes that choose a window stand before each picture (tests/fuzz/image.cpp).
"""
import io
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image

SEEDS = pathlib.Path(__file__).resolve().parent / "seeds"
WINDOW = bytes([40, 70, 160, 120])


def keep(name, content):
    is_sequential = name.endswith(".jpg") and name not in ("progressive.jpg", "cmyk.jpg")
    for target in ("image", "jpeg") if is_sequential else ("image",):
        (SEEDS / target).mkdir(parents=True, exist_ok=True)
        (SEEDS / target / name).write_bytes(WINDOW + content)


def saved(picture, kind, **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def turned(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pngs():
    """By hand: Pillow writes none of these."""
    start = b"\x89PNG\r\n\x1a\n"
    rows = b"".join(b"\0" + bytes(range(n)) for n in (3, 3, 3, 3, 3) for _ in range(2))
    keep("interlaced.png", start + chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 8, 8, 0, 0, 0, 1)) +
         chunk(b"tEXt", b"key\0text") + chunk(b"IDAT", zlib.compress(rows + bytes(200))) + chunk(b"IEND", b""))
    pixels, frame = zlib.compress(b"\0\1\2\0\3\4"), struct.pack(">4I6x", 2, 2, 0, 0)
    keep("pieces.png", start + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0)) +
         chunk(b"fcTL", bytes(4) + frame) + chunk(b"fdAT", b"\0\0\0\1" + pixels[:5]) + chunk(b"fdAT", b"\0\0\0\2" + pixels[5:]) +
         chunk(b"fcTL", b"\0\0\0\3" + frame) + chunk(b"zTXt", b"key\0\0" + zlib.compress(b"text")) + chunk(b"IDAT", b"more"))


def tiles_tif():
    """By hand: three planes of two tiles each, the bits of each byte and the bytes of each number the other way round."""
    tags = {256: [18], 257: [5], 258: [16, 16, 16], 262: [2], 266: [2], 277: [3], 284: [2], 322: [16], 323: [16],
            324: [512 + n * 512 for n in range(6)], 325: [512] * 6}
    entries, values = b"", b""
    for tag, numbers in tags.items():
        data = struct.pack(f">{len(numbers)}H", *numbers)
        entries += struct.pack(">HHI", tag, 3, len(numbers))
        entries += data.ljust(4, b"\0") if len(data) <= 4 else struct.pack(">I", 14 + 12 * len(tags) + len(values))
        values += data if len(data) > 4 else b""
    head = b"MM\0*" + struct.pack(">IH", 8, len(tags)) + entries + bytes(4) + values
    return head.ljust(512, b"\0") + bytes(n * 7 % 256 for n in range(6 * 512))


def bitmaps():
    def bmp(depth, compression, rest, masks=()):
        header = b"".join(n.to_bytes(4, "little") for n in (40, 6, 4, 1 | depth << 16, compression, 0, 0, 0, 4 if depth < 9 else 0, 0))
        header += b"".join(n.to_bytes(4, "little") for n in masks)
        header += bytes(range(16)) if depth < 9 else b""
        return b"BM" + bytes(8) + (14 + len(header)).to_bytes(4, "little") + header + rest

    keep("rle8.bmp", bmp(8, 1, bytes([3, 1, 0, 3, 2, 3, 1, 0, 0, 0, 6, 2, 0, 2, 1, 1, 4, 0, 0, 1])))
    keep("rle4.bmp", bmp(4, 2, bytes([6, 0x12, 0, 0, 0, 5, 0x12, 0x31, 0x20, 0, 0, 0, 6, 0x33, 6, 0x11, 0, 1])))
    keep("bitfields.bmp", bmp(16, 3, bytes(range(48)), (0xF800, 0x7E0, 0x1F)))


def main():
    rng = np.random.default_rng(0)
    colour = Image.fromarray(rng.integers(0, 256, (3, 4, 3), np.uint8)).resize((23, 19), Image.Resampling.BICUBIC)
    deep = Image.fromarray(rng.integers(0, 600, (5, 7)).astype(np.uint16))
    small = colour.resize((9, 7))
    for name, options in {"plain": {}, "progressive": {"progressive": True}, "full_chroma": {"subsampling": 0},
                          "half_chroma": {"subsampling": 1}, "turned": {"exif": turned(6)},
                          "restart": {"restart_marker_rows": 1}}.items():
        keep(f"{name}.jpg", saved(colour, "JPEG", quality=60, **options))
    keep("grey.jpg", saved(colour.convert("L"), "JPEG"))
    keep("cmyk.jpg", saved(colour.convert("CMYK"), "JPEG", quality=60))
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA"):
        keep(f"{mode}.png", saved(small.convert(mode), "PNG"))
    keep("deep.png", saved(deep, "PNG"))
    keep("turned.png", saved(small, "PNG", exif=turned(7)))
    keep("animated.png", saved(small, "PNG", save_all=True, append_images=[small.rotate(180)]))
    keep("lossless.webp", saved(small, "WEBP", lossless=True))
    keep("lossy.webp", saved(colour, "WEBP", quality=40, exif=turned(3)))
    keep("animated.webp", saved(small.convert("RGBA"), "WEBP", save_all=True, append_images=[small.rotate(180)]))
    for mode in ("1", "L", "P", "RGB"):
        keep(f"{mode}.bmp", saved(small.convert(mode), "BMP"))
    bitmaps()
    pngs()
    keep("tiles.tif", tiles_tif())
    for name, picture, options in (("lzw", colour, {"compression": "tiff_lzw"}), ("jpeg", colour, {"compression": "jpeg"}),
                                   ("fax", colour.convert("1"), {"compression": "group4"}), ("deep", deep, {}),
                                   ("float", deep.convert("F"), {}), ("cmyk", small.convert("CMYK"), {}),
                                   ("palette", small.convert("P"), {}), ("turned", small, {"exif": turned(5)}),
                                   ("deflate", small.convert("RGBA"), {"compression": "tiff_adobe_deflate"})):
        keep(f"{name}.tif", saved(picture, "TIFF", **options))
    keep("palette.gif", saved(small.convert("P"), "GIF"))
    keep("animated.gif", saved(small, "GIF", save_all=True, append_images=[small.rotate(180)], transparency=1))
    keep("grey.gif", saved(small.convert("L"), "GIF", interlace=0))
    for mode in ("1", "L", "RGB", "I"):
        keep(f"{mode}.pnm", saved(small.convert(mode), "PPM"))
    keep("plain.pgm", b"P2 # c\n3 2 7\n0 1 2\n3 5 7\n")
    keep("plain.pbm", b"P1\n3 2\n1 0 1\n011")
    keep("float.pfm", b"Pf 2 2 -1.0\n" + np.array([-3, 10.9, 254.99, 400], "<f4").tobytes())
    keep("colours.qoi", saved(small, "QOI"))


if __name__ == "__main__":
    main()
