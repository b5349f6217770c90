"""Times decoding alone: zoo, Pillow, OpenCV and NVIDIA DALI on the same files, one thread on one core each, in turn.

Usage: python bench/decode.py [--programs build/bin] [--rounds 7] [--corpus ../shared/corpus]
       (after cmake --build build --target bench_decode)
Each round lets every side decode all files of the set; the first round warms up and does not count. A ratio is the median
of the rounds' own ratios, above 1 where zoo is faster. The files are in memory. Pillow: Image.open(...).convert("RGB");
OpenCV: cv2.imdecode to blue-green-red, one thread. zoo's windows are RandomResizedCrop's for 224 pixels, and so are DALI's;
Pillow and OpenCV cannot decode a window alone: they decode the whole picture. torchvision and timm decode with Pillow. DALI
comes where bench/loader.py has it.
"""
import argparse
import io
import os
import pathlib
import statistics
import tempfile
import time

import cv2
import numpy as np
from PIL import Image, features

from children import Child

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
SETS = {"hymenoptera train": "datasets/hymenoptera_data/train", "flowers5_128": "datasets/flowers5_128"}
MODES = ("whole", "window", "reduced")
DALI_MODES = ("whole", "window")
CORE = sorted(os.sched_getaffinity(0))[:1]


class Zoo:
    def __init__(self, program, listing, mode):
        self.child = Child(f"zoo {mode}", [program, listing, mode], CORE)

    def __call__(self):
        return float(self.child.ask_line(""))


class Dali:
    def __init__(self, python, listing, mode):
        self.child = Child(f"DALI {mode}", [python, REPOSITORY / "bench/decode_dali.py", listing, mode], CORE)

    def __call__(self):
        return self.child.ask()["seconds"] * 1e3


def timed(decode, contents):
    def run():
        start = time.perf_counter()
        for content in contents:
            decode(content)
        return (time.perf_counter() - start) * 1e3
    return run


def measure(options, files):
    contents = [file.read_bytes() for file in files]
    with tempfile.NamedTemporaryFile("w") as listing:
        listing.write("".join(f"{file}\n" for file in files))
        listing.flush()
        children = {f"zoo {mode}": Zoo(options.programs / "bench_decode", listing.name, mode) for mode in MODES}
        if options.dali.exists():
            children |= {f"DALI {mode}": Dali(options.dali, listing.name, mode) for mode in DALI_MODES}
        sides = {**children, "Pillow": timed(lambda content: Image.open(io.BytesIO(content)).convert("RGB"), contents),
                 "OpenCV": timed(lambda content: cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR), contents)}
        times = {name: [] for name in sides}
        for number in range(options.rounds + 1):
            for name, side in sides.items():
                wall = side()
                if number > 0:
                    times[name].append(wall)
        for side in children.values():
            side.child.close()
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=pathlib.Path, default=REPOSITORY / "build/bin")
    parser.add_argument("--corpus", type=pathlib.Path, default=os.environ.get("ZOO_CORPUS", REPOSITORY / "../shared/corpus"))
    parser.add_argument("--dali", type=pathlib.Path, default=REPOSITORY / ".deps/dali/bin/python",
                        help="the Python that has DALI")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    os.sched_setaffinity(0, CORE)
    print(f"Pillow {Image.__version__} (libjpeg-turbo {features.version('libjpeg_turbo')}), OpenCV {cv2.__version__}, "
          f"{options.rounds} rounds, medians")
    for name, folder in SETS.items():
        files = sorted((pathlib.Path(options.corpus) / folder).rglob("*.jpg"))
        times = measure(options, files)
        print(f"{name}: {len(files)} files")
        for side, walls in times.items():
            line = f"  {side:14}{len(files) / statistics.median(walls) * 1e3:8.0f} pictures/s"
            if side.startswith("zoo"):
                for other in [other for other in times if not other.startswith("zoo")]:
                    ratio = statistics.median(b / a for a, b in zip(walls, times[other]))
                    line += f"  {ratio:5.2f} times {other}"
            print(line)


if __name__ == "__main__":
    main()
