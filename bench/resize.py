"""Times one resize of a photo against Pillow (the same pixels) and cv2.resize (others), each with one thread.

Usage: python bench/resize.py [--programs build/bin] [--rounds 15] [--passes]
       (after cmake --build build --target bench_resize)
Each round runs all sides in turn, in processes that stay, ten resizes a side; the first round warms up and does not
count. All make a new picture each time. A ratio is the median of the rounds' own ratios, above 1 where zoo is faster.
--passes also times every instruction set of this processor. The photo is one of the corpus (tests/python/corpus.py),
scaled to the size that is asked for; without the corpus it is noise.
"""
import argparse
import pathlib
import statistics
import sys
import tempfile

from sides import REPOSITORY, Zoo, timed
import cv2
import numpy as np
import PIL
from PIL import Image

FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC, "lanczos": Image.Resampling.LANCZOS}
OPENCV = {"linear": cv2.INTER_LINEAR, "area": cv2.INTER_AREA, "cubic": cv2.INTER_CUBIC}
CASES = [  # source, box, target
    ((500, 375), (0, 0, 500, 375), (341, 256)),
    ((375, 500), (0, 0, 375, 500), (256, 341)),
    ((128, 128), (0, 0, 128, 128), (224, 224)),
    ((2000, 1500), (0, 0, 2000, 1500), (341, 256)),
    ((500, 375), (120, 40, 420, 300), (224, 224)),
]
REPEATS = 10


def photo(width, height):
    root = REPOSITORY.parent / "shared/corpus"
    files = sorted((root / "datasets/hymenoptera_data/val").rglob("*.jpg"))
    if not files:
        return Image.fromarray(np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8))
    return Image.open(files[0]).convert("RGB").resize((width, height), Image.Resampling.LANCZOS)


def repeated(action):
    def run():
        for _ in range(REPEATS):
            action()
    measured = timed(run)
    return lambda: measured() / REPEATS


def python_sides(picture, box, target, kind):
    left, top, right, bottom = box
    array = np.asarray(picture)[top:bottom, left:right]
    sides = {"Pillow": repeated(lambda: picture.resize(target, FILTERS[kind], box=box))}
    for name, flag in OPENCV.items():
        sides[f"cv2 {name}"] = repeated(lambda flag=flag: cv2.resize(array, target, interpolation=flag))
    return sides


def measure(options, case, kind, folder):
    """{side: [milliseconds a round]}"""
    source, box, target = case
    picture = photo(*source)
    file = folder / "pixels"
    file.write_bytes(picture.tobytes())
    names = ["", *options.passes]
    words = [str(word) for word in (file, *source, *target, kind, *box, REPEATS)]
    sides = {f"zoo {name}".strip(): Zoo(options.programs / "bench_resize", *words, *([name] if name else [])) for name in names}
    zoos = list(sides.values())
    sides |= python_sides(picture, box, target, kind)
    times = {name: [] for name in sides}
    for round_number in range(options.rounds + 1):
        for name, side in sides.items():
            wall = side()
            if round_number:
                times[name].append(wall)
    for zoo in zoos:
        zoo.close()
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=pathlib.Path, default=REPOSITORY / "build/bin")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--passes", nargs="*", default=[], metavar="NAME", help="plain sse4.1 avx2 avx512")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    print(f"Pillow {PIL.__version__}, OpenCV {cv2.__version__}, {options.rounds} rounds of {REPEATS}, medians, milliseconds")
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            (width, height), box, target = case
            whole = box == (0, 0, width, height)
            for kind in FILTERS:
                times = measure(options, case, kind, pathlib.Path(folder))
                ours = times.pop("zoo")
                ratios = {name: statistics.median(b / a for a, b in zip(ours, theirs)) for name, theirs in times.items()}
                print(f"{width}x{height}{'' if whole else ' box'} -> {target[0]}x{target[1]} {kind:9}"
                      f"zoo {statistics.median(ours):.3f}; others / zoo: "
                      + ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items()))
                sys.stdout.flush()


if __name__ == "__main__":
    main()
