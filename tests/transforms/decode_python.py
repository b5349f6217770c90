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


# What is read otherwise, or not at all, than by Pillow (docs/decoding.md).
NOT_READ = ("badrle.bmp", "rletopdown.bmp", "pal4rletrns.bmp", "pal8os2sp.bmp", "pal8rletrns.bmp", "hopper.qoi", "issue_2811.gif",
            "bits_32_255.bmp")
MORE_IS_READ = ("chunk_no_fctl.png", "truncated_end_chunk.png", "png_decompression_dos.png", "unknown_compression_method.png",
                "bits_32_255.bmp")


def excused(case, found, expected):
    """The listed exceptions."""
    name = case.path.name.removeprefix("b__").removeprefix("q__").removeprefix("g__")
    return (name in NOT_READ and found.startswith("error")) or (name in MORE_IS_READ and expected.startswith("error"))


def compare(title, cases, reference, verdict=excused):
    counts, wrong = collections.Counter(), []
    for case, found in zip(cases, probe(cases), strict=True):
        expected = reference(case)
        if found == expected:
            counts["equal"] += 1
        elif found.startswith("error") and expected.startswith("error"):
            counts["both refuse"] += 1
        elif verdict(case, found, expected):
            counts["as documented"] += 1
        else:
            wrong.append(f"{case}: {found}, expected {expected}")
    print(f"{title}: {', '.join(f'{n} {what}' for what, n in sorted(counts.items()))}; {len(wrong)} wrong")
    for line in wrong[:12]:
        print("  " + line)
    return len(wrong)


WHOLE = {}


def is_clear(case, found, expected):
    """Of a cut file: an error, the whole picture, or, where that is allowed, a picture of the right size."""
    if found.startswith("error"):
        return not (case.path.suffix in (".jpg", ".jpeg") and expected.startswith("ok"))
    if excused(case, found, expected) or (case.truncated and found.split()[1:3] == expected.split()[1:3]):
        return True
    if case.path not in WHOLE:
        WHOLE[case.path] = pillow(Case(case.path))
    whole = WHOLE[case.path]
    return found == whole or (case.truncated and (whole.startswith("error") or found.split()[1:3] == whole.split()[1:3]))


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
    for truncated in (False, True):
        cases = [Case(p, truncated=truncated, length=n) for p, n in cuts(paths)]
        wrong += compare(f"odd pictures, cut, {truncated=}", cases, pillow, is_clear)
    with tempfile.TemporaryDirectory() as name:
        files = list(decode_made.pictures(pathlib.Path(name)))
        for exif in (False, True):
            wrong += compare(f"made, {exif=}", [Case(p, exif=exif) for p in files], pillow)
        seen = [Case(p, exif=exif, backend="opencv") for p in files for exif in (False, True)
                if p.suffix in (".png", ".webp", ".jpeg", ".tiff", ".bmp") and p.name[0] in "LRPb"]
        wrong += compare("made, OpenCV", seen, opencv)
    with tempfile.TemporaryDirectory() as name:
        files = list(decode_made.uncompressed_tiffs(pathlib.Path(name)))
        wrong += compare("uncompressed TIFFs", [Case(p) for p in files], pillow)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
