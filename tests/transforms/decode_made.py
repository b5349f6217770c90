"""Pictures for decode_python.py, written to a folder: what Pillow writes, and what it reads but does not write."""
import itertools
import struct

import numpy as np
from PIL import Image, TiffImagePlugin


def pictures(folder):
    """Pictures of every mode that Pillow writes, with and without an orientation."""
    rng = np.random.default_rng(1)
    colour = Image.fromarray(rng.integers(0, 256, (19, 37, 3), np.uint8)).resize((61, 45), Image.Resampling.BICUBIC)
    modes = {"PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"), "WEBP": ("RGB", "RGBA"), "BMP": ("1", "L", "P", "RGB"),
             "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"), "GIF": ("L", "P"),
             "PPM": ("1", "L", "RGB", "I"), "JPEG": ("L", "RGB", "CMYK")}
    deep = Image.fromarray(rng.integers(0, 600, (45, 61)).astype(np.uint16))
    for kind, names in modes.items():
        for mode in names:
            picture = deep.convert("I").convert(mode) if mode in ("I", "F") else deep if mode == "I;16" else colour.convert(mode)
            for turn in (1, 6, 7) if kind in ("PNG", "WEBP", "TIFF", "JPEG") else (1,):
                exif = Image.Exif()
                exif[0x0112] = turn
                for number, extra in enumerate(_options(kind, mode)):
                    path = folder / f"{mode.replace(';', '_')}_{turn}_{number}.{kind.lower()}"
                    picture.save(path, kind, **extra, **({"exif": exif} if turn > 1 else {}))
                    yield path
    yield from _made_by_hand(folder, rng)


def _options(kind, mode):
    if kind == "TIFF" and mode in ("RGB", "L"):
        return [{}, {"compression": "tiff_lzw"}, {"compression": "tiff_adobe_deflate", "tiffinfo": {317: 2}},
                {"compression": "packbits"}, {"compression": "jpeg"}]
    if kind == "TIFF" and mode == "1":
        return [{}, {"compression": "group3"}, {"compression": "group4"}]
    if kind == "JPEG":
        return [{"subsampling": s, "progressive": p} for s, p in itertools.product((0, 1, 2), (False, True))]
    return [{"lossless": True}, {"quality": 60}] if kind == "WEBP" else [{}]


def _made_by_hand(folder, rng):
    texts = {"plain.pbm": b"P1 # c\n3 2\n1 0 1\n0#x\n11", "plain.pgm": b"P2\n3 2 7\n0 1 2\n3 5 7\n",
             "deep.pgm": b"P2 2 2 1000 0 3 500 1000 ", "plain.ppm": b"P3 2 1 15 0 1 2 15 14 13\n",
             "scaled.ppm": b"P6 2 2 100\n" + bytes(range(0, 96, 8)), "deep.ppm": b"P6 1 2 65535\n" + bytes(range(12)),
             "odd.pgm": b"P5 3 1 300\n" + bytes([0, 1, 1, 0, 1, 44]),
             "too_large.pgm": b"P2 1 1 7 8 ", "negative.pgm": b"P2 1 1 7 -1 "}
    for name, content in texts.items():
        (folder / name).write_bytes(content)
        yield folder / name
    for depth, masks in ((16, (0xF800, 0x7E0, 0x1F)), (16, (0x7C00, 0x3E0, 0x1F)), (32, (0xFF, 0xFF00, 0xFF0000))):
        head = b"".join(n.to_bytes(4, "little") for n in (40, 5, 3)) + (1).to_bytes(2, "little") + depth.to_bytes(2, "little")
        head += b"".join(n.to_bytes(4, "little") for n in (3, 0, 0, 0, 0, 0, *masks))
        rows = rng.integers(0, 256, (5 * depth + 31) // 32 * 4 * 3, np.uint8).tobytes()
        path = folder / f"bits_{depth}_{masks[0]}.bmp"
        path.write_bytes(b"BM" + bytes(8) + (14 + len(head)).to_bytes(4, "little") + head + rows)
        yield path


def uncompressed_tiffs(folder):
    """Of each kind that Pillow knows, in strips, tiles and planes.

    In planes only 8 bits in the usual order: Pillow takes each byte for a sample there, and turns no bits.
    """
    rng = np.random.default_rng(2)
    for number, (order, photometric, sample_format, fill, bits, extra) in enumerate(TiffImagePlugin.OPEN_INFO):
        if photometric == 8 or (photometric == 6 and len(bits) == 1):
            continue  # LAB, which is not read; a single sample of YCbCr, which libtiff refuses
        layouts = [(37, 21, 1), (37, 4, 1), (16, 16, 1)]
        if fill == 1 and ((photometric == 2 and bits == (8, 8, 8)) or (photometric == 5 and bits == (8, 8, 8, 8))):
            layouts += [(37, 4, 2), (16, 16, 2)]
        for width, height, planar in layouts:
            tags = {256: 37, 257: 21, 258: bits, 259: 1, 262: photometric, 266: fill, 277: len(bits), 284: planar, 339: sample_format}
            if extra:
                tags[338] = extra
            if photometric == 3:
                tags[320] = rng.integers(0, 2**16, 3 << bits[0]).tolist()
            if photometric == 6:
                tags[530] = (1, 1)
            content = _tiff(rng, order, tags, width, height)
            path = folder / f"{number}_{width}_{height}_{planar}.tif"
            path.write_bytes(content)
            try:
                Image.open(path).convert("RGB")
            except (OSError, ValueError):  # the table has kinds that Pillow cannot unpack
                continue
            yield path


def _tiff(rng, order, tags, width, height):
    """`tags` and random pixels in blocks of width x height; tiles unless they are as wide as the picture."""
    endian, bits, planes = "<" if order == b"II" else ">", tags[258], len(tags[258]) if tags[284] == 2 else 1
    is_tiled, across, down = width != tags[256], -(-tags[256] // width), -(-tags[257] // height)
    row = (width * sum(bits) // planes + 7) // 8
    rows = [height if is_tiled else min(height, tags[257] - y * height) for y in range(down)]
    sizes = [row * n for _ in range(planes) for n in rows for _ in range(across)]
    pixels = rng.integers(0, 256, sum(sizes), np.uint8).tobytes()
    if tags[339] == (3,):
        pixels = rng.uniform(-50, 300, len(pixels) // 4).astype(endian + "f4").tobytes()
    places, counts = (324, 325) if is_tiled else (273, 279)
    tags |= {322: width, 323: height} if is_tiled else {278: height}
    start = 4096
    tags |= {places: [start + n for n in itertools.accumulate(sizes, initial=0)][:-1], counts: sizes}
    entries, values, place = b"", b"", 8 + 2 + 12 * len(tags) + 4
    for tag, numbers in sorted(tags.items()):
        numbers = numbers if isinstance(numbers, (tuple, list)) else (numbers,)
        data = struct.pack(f"{endian}{len(numbers)}{'L' if tag in (places, counts) else 'H'}", *numbers)
        entries += struct.pack(endian + "HHL", tag, 4 if tag in (places, counts) else 3, len(numbers))
        entries += data.ljust(4, b"\0") if len(data) <= 4 else struct.pack(endian + "L", place + len(values))
        values += data if len(data) > 4 else b""
    head = order + struct.pack(endian + "HLH", 42, 8, len(tags)) + entries + bytes(4) + values
    return head.ljust(start, b"\0") + pixels
