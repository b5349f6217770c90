"""Times decoding alone: zoo, Pillow and OpenCV on the same files, one thread each, in turn.

Usage: python bench/decode.py [--programs build/bin] [--rounds 7] [--corpus ../shared/corpus]
       (after cmake --build build --target bench_decode)
Each round lets every side decode all files of the set; the first round warms up and does not count. A ratio is the median
of the rounds' own ratios, above 1 where zoo is faster. The files are in memory. Pillow: Image.open(...).convert("RGB");
OpenCV: cv2.imdecode to blue-green-red, one thread. zoo's windows are RandomResizedCrop's for 224 pixels, which the others
cannot decode alone: they decode the whole picture.
"""
import argparse
import io
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

import cv2
import numpy as np
from PIL import Image, features

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
SETS = {"hymenoptera train": "datasets/hymenoptera_data/train", "flowers5_128": "datasets/flowers5_128"}
MODES = ("whole", "window", "reduced")


class Zoo:
    def __init__(self, program, listing, mode):
        self.process = subprocess.Popen([program, listing, mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def timed(decode, contents):
    def run():
        start = time.perf_counter()
        for content in contents:
            decode(content)
        return (time.perf_counter() - start) * 1e3
    return run


def measure(program, files, rounds):
    contents = [file.read_bytes() for file in files]
    with tempfile.NamedTemporaryFile("w") as listing:
        listing.write("".join(f"{file}\n" for file in files))
        listing.flush()
        ours = {f"zoo {mode}": Zoo(program, listing.name, mode) for mode in MODES}
        sides = {**ours, "Pillow": timed(lambda content: Image.open(io.BytesIO(content)).convert("RGB"), contents),
                 "OpenCV": timed(lambda content: cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR), contents)}
        times = {name: [] for name in sides}
        for number in range(rounds + 1):
            for name, side in sides.items():
                wall = side()
                if number > 0:
                    times[name].append(wall)
        for side in ours.values():
            side.close()
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=pathlib.Path, default=REPOSITORY / "build/bin")
    parser.add_argument("--corpus", type=pathlib.Path, default=os.environ.get("ZOO_CORPUS", REPOSITORY / "../shared/corpus"))
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    print(f"Pillow {Image.__version__} (libjpeg-turbo {features.version('libjpeg_turbo')}), OpenCV {cv2.__version__}, "
          f"{options.rounds} rounds, medians")
    for name, folder in SETS.items():
        files = sorted((pathlib.Path(options.corpus) / folder).rglob("*.jpg"))
        times = measure(options.programs / "bench_decode", files, options.rounds)
        print(f"{name}: {len(files)} files")
        for side, walls in times.items():
            line = f"  {side:14}{len(files) / statistics.median(walls) * 1e3:8.0f} pictures/s"
            if side.startswith("zoo"):
                for other in ("Pillow", "OpenCV"):
                    ratio = statistics.median(b / a for a, b in zip(walls, times[other]))
                    line += f"   {ratio:5.2f} times {other}"
            print(line)


if __name__ == "__main__":
    main()
