"""Holds decode_image against Pillow and OpenCV: the odd pictures whole, cut off and turned, and pictures made here.

  decode_python.py PROBE      the built decode_probe; the pictures come from $ZOO_CORPUS, else ../shared/corpus
Exits 77 (skipped) without the pictures or the reference libraries.
"""
import collections
import csv
import hashlib
import io
import itertools
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
import corpus  # noqa: E402

PROBE, ODD = sys.argv[1], corpus.require("odd_images")
try:
    import cv2
    import numpy as np
    import PIL
    from PIL import Image, ImageFile, ImageOps
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)
if PIL.__version__ != "13.0.0":
    print(f"skipped: Pillow {PIL.__version__}, the expectations are 13.0.0's")
    sys.exit(77)
warnings.simplefilter("ignore")
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # Pillow's libtiff complains there, at length

Case = collections.namedtuple("Case", "path exif truncated length backend", defaults=(False, False, -1, "pillow"))


def digest(rgb):
    rgb = np.ascontiguousarray(rgb)
    return f"ok {rgb.shape[1]} {rgb.shape[0]} {hashlib.sha256(rgb.tobytes()).hexdigest()}"


def pillow(case):
    content = case.path.read_bytes()
    if case.length >= 0:
        content = content[:case.length]
    ImageFile.LOAD_TRUNCATED_IMAGES = case.truncated
    try:
        picture = Image.open(io.BytesIO(content))
        if case.exif:
            picture = ImageOps.exif_transpose(picture)
        return digest(np.asarray(picture.convert("RGB")))
    except Exception as error:
        return f"error {type(error).__name__}: {error}"
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def opencv(case):
    mode = cv2.IMREAD_COLOR if case.exif else cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    picture = cv2.imdecode(np.fromfile(case.path, np.uint8), mode)
    return "error: nothing" if picture is None else digest(picture[:, :, ::-1])


def probe(cases):
    lines = [f"{c.backend} {int(c.exif)} {int(c.truncated)} {c.length} {c.path}\n" for c in cases]
    done = subprocess.run([PROBE], input="".join(lines), check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def excused(case, found, expected):
    """The listed exceptions (docs/decoding.md); each is a file that is damaged or cut off."""
    suffix = case.path.suffix.lower()
    if suffix == ".png":  # the pixels are whole, and what is behind them is not looked at
        behind = ("Truncated File Read", "APNG contains frame sequence errors")
        return found.startswith("ok") and expected.endswith(behind)
    if suffix in (".tif", ".tiff"):  # libtiff reads no cut strip and no cut directory
        return case.length >= 0 and found.startswith("error")
    if suffix == ".jpg" and case.truncated and case.length >= 0:
        if expected.endswith("Truncated File Read"):  # Pillow asks for the second picture of an MPO
            return found.startswith("ok")
        # libjpeg-turbo 3 guesses what the missing scans would bring otherwise than 2.1: by 2 grey levels at most.
        return case.path.name in ("jpg__progressive__cat.jpg", "app13-multiple.jpg", "truncated_jpeg.jpg")
    return False


def compare(title, cases, reference):
    counts, wrong = collections.Counter(), []
    for case, found in zip(cases, probe(cases), strict=True):
        expected = reference(case)
        if found == expected:
            counts["equal"] += 1
        elif found.startswith("error") and expected.startswith("error"):
            counts["both refuse"] += 1
        elif excused(case, found, expected):
            counts["listed exception"] += 1
        else:
            wrong.append(f"{case}: {found}, expected {expected}")
    print(f"{title}: {', '.join(f'{n} {what}' for what, n in sorted(counts.items()))}; {len(wrong)} wrong")
    for line in wrong[:8]:
        print("  " + line)
    return len(wrong)


def odd_pictures():
    with open(ODD / "pillow.tsv", encoding="utf-8") as table:
        return [ODD / row["path"] for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)]


def cuts(paths):
    """Each file cut in its head, in its middle and near its end."""
    for path in paths:
        size = path.stat().st_size
        if size > 300_000:
            continue
        for length in sorted({size * part // 17 for part in (2, 9, 16)} | {max(size - 20, 1), size - 3, size - 1}):
            yield path, length


def made(folder):
    """Pictures of every mode that Pillow writes, with and without an orientation."""
    rng = np.random.default_rng(1)
    colour = Image.fromarray(rng.integers(0, 256, (19, 37, 3), np.uint8)).resize((61, 45), Image.Resampling.BICUBIC)
    modes = {"PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"), "WEBP": ("RGB", "RGBA"), "BMP": ("1", "L", "P", "RGB"),
             "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"), "GIF": ("L", "P"),
             "PPM": ("1", "L", "RGB", "I"), "JPEG": ("L", "RGB", "CMYK"), "QOI": ("RGB", "RGBA")}
    deep = Image.fromarray(rng.integers(0, 600, (45, 61)).astype(np.uint16))
    for kind, names in modes.items():
        for mode in names:
            picture = deep.convert("I").convert(mode) if mode in ("I", "F") else deep if mode == "I;16" else colour.convert(mode)
            for turn in (1, 6, 7) if kind in ("PNG", "WEBP", "TIFF", "JPEG") else (1,):
                exif = Image.Exif()
                exif[0x0112] = turn
                for number, extra in enumerate(options(kind, mode)):
                    path = folder / f"{mode.replace(';', '_')}_{turn}_{number}.{kind.lower()}"
                    picture.save(path, kind, **extra, **({"exif": exif} if turn > 1 else {}))
                    yield path
    yield from made_by_hand(folder, rng)


def options(kind, mode):
    if kind == "TIFF" and mode in ("RGB", "L"):
        return [{}, {"compression": "tiff_lzw"}, {"compression": "tiff_adobe_deflate", "tiffinfo": {317: 2}},
                {"compression": "packbits"}, {"compression": "jpeg"}]
    if kind == "TIFF" and mode == "1":
        return [{}, {"compression": "group3"}, {"compression": "group4"}]
    if kind == "JPEG":
        return [{"subsampling": s, "progressive": p} for s, p in itertools.product((0, 1, 2), (False, True))]
    return [{"lossless": True}, {"quality": 60}] if kind == "WEBP" else [{}]


def made_by_hand(folder, rng):
    texts = {"plain.pbm": b"P1 # c\n3 2\n1 0 1\n0#x\n11", "plain.pgm": b"P2\n3 2 7\n0 1 2\n3 5 7\n",
             "deep.pgm": b"P2 2 2 1000 0 3 500 1000 ", "plain.ppm": b"P3 2 1 15 0 1 2 15 14 13\n",
             "scaled.ppm": b"P6 2 2 100\n" + bytes(range(0, 96, 8)), "deep.ppm": b"P6 1 2 65535\n" + bytes(range(12)),
             "odd.pgm": b"P5 3 1 300\n" + bytes([0, 1, 1, 0, 1, 44]),
             "float.pfm": b"Pf 2 2 -1.0\n" + np.array([-3, 10.9, 254.99, 400], "<f4").tobytes(),
             "big.pfm": b"Pf 2 2 1.0\n" + np.array([np.nan, 10.9, 254.99, 400], ">f4").tobytes(),
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


def main():
    paths = odd_pictures()
    wrong = compare("odd pictures", [Case(p) for p in paths], pillow)
    wrong += compare("odd pictures, turned", [Case(p, exif=True) for p in paths], pillow)
    wrong += compare("odd pictures, cut", [Case(p, length=n) for p, n in cuts(paths)], pillow)
    wrong += compare("odd pictures, cut, truncated allowed", [Case(p, truncated=True, length=n) for p, n in cuts(paths)], pillow)
    with tempfile.TemporaryDirectory() as name:
        files = list(made(pathlib.Path(name)))
        for exif in (False, True):
            wrong += compare(f"made, {exif=}", [Case(p, exif=exif) for p in files], pillow)
        seen = [Case(p, exif=exif, backend="opencv") for p in files for exif in (False, True)
                if p.suffix in (".png", ".webp", ".jpeg", ".tiff") and p.name[0] in "LR"]
        wrong += compare("made, OpenCV", seen, opencv)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
