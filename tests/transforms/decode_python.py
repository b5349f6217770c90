"""Holds decode_image against Pillow and OpenCV: the odd pictures whole, cut off and turned, and pictures made here.

  decode_python.py PROBE      the built decode_probe; the pictures come from $ZOO_CORPUS, else ../shared/corpus
Exits 77 (skipped) without the pictures or the reference libraries.
"""
import collections
import csv
import hashlib
import io
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
    import decode_made
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
    """The listed exceptions (docs/decoding.md); each is a file that is cut off."""
    if case.path.name in ("12bit.cropped.tif", "16bit.s.tif"):  # the directory is cut; Pillow takes what is there of it
        return case.length >= 0 and found.startswith("error")
    if case.truncated and case.length >= 0 and found.startswith("ok") and expected.startswith("ok"):
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


def main():
    paths = odd_pictures()
    wrong = compare("odd pictures", [Case(p) for p in paths], pillow)
    wrong += compare("odd pictures, turned", [Case(p, exif=True) for p in paths], pillow)
    wrong += compare("odd pictures, cut", [Case(p, length=n) for p, n in cuts(paths)], pillow)
    wrong += compare("odd pictures, cut, truncated allowed", [Case(p, truncated=True, length=n) for p, n in cuts(paths)], pillow)
    with tempfile.TemporaryDirectory() as name:
        files = list(decode_made.pictures(pathlib.Path(name)))
        for exif in (False, True):
            wrong += compare(f"made, {exif=}", [Case(p, exif=exif) for p in files], pillow)
        seen = [Case(p, exif=exif, backend="opencv") for p in files for exif in (False, True)
                if p.suffix in (".png", ".webp", ".jpeg", ".tiff") and p.name[0] in "LR"]
        wrong += compare("made, OpenCV", seen, opencv)
    with tempfile.TemporaryDirectory() as name:
        files = list(decode_made.pngs(pathlib.Path(name)))
        for truncated in (False, True):
            wrong += compare(f"PNGs, {truncated=}", [Case(p, truncated=truncated) for p in files], pillow)
        lengths = [(p, start + (p.stat().st_size - start) * part // 7)
                   for p, start in decode_made.uncompressed_tiffs(pathlib.Path(name)) for part in (0, 1, 3, 6, 7)]
        for truncated in (False, True):
            cases = [Case(p, truncated=truncated, length=n) for p, n in lengths]
            wrong += compare(f"uncompressed TIFFs, whole and cut, {truncated=}", cases, pillow)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
