"""Holds the resize of every instruction set against Pillow, live, on random sizes, boxes, filters and channels.

  resize_python.py PROBE [COUNT]      the built evaluation_probe
Exits 77 (skipped) without Pillow and numpy.
"""
import hashlib
import random
import subprocess
import sys

try:
    import numpy as np
    from PIL import Image
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

FILTERS = {"nearest": 0, "box": 4, "bilinear": 2, "hamming": 5, "bicubic": 3, "lanczos": 1}
MODES = {1: "L", 3: "RGB", 4: "CMYK"}  # CMYK: four channels of which none is transparency
NORMAL_SIZES = [(500, 375, 341, 256), (375, 500, 256, 341), (128, 128, 224, 224), (640, 480, 640, 200), (33, 700, 33, 35),
                (1000, 40, 60, 40), (1200, 900, 224, 224), (1, 1, 9, 7), (2, 3, 1, 1), (3000, 8, 5, 4)]


def pixels_of(rng, width, height, channels):
    pixels = rng.integers(0, 256, (height, width, channels), dtype=np.uint8)
    return pixels if rng.random() < 0.5 else (pixels > 127).astype(np.uint8) * 255  # the extremes overshoot most


def random_box(width, height):
    if random.random() < 0.5:
        return 0.0, 0.0, float(width), float(height)
    left, top = random.uniform(0, width - 1), random.uniform(0, height - 1)
    box = left, top, random.uniform(left + 0.1, width), random.uniform(top + 0.1, height)
    return tuple(float(np.float32(value)) for value in box) if random.random() < 0.8 else tuple(map(float, map(int, (
        left, top, left + 1, top + 1))))


def cases(count):
    rng = np.random.default_rng(7)
    random.seed(7)
    for name in FILTERS:
        for channels in MODES:
            for size in NORMAL_SIZES:
                yield pixels_of(rng, *size[:2], channels), size[2:], name, (0.0, 0.0, float(size[0]), float(size[1]))
    for _ in range(count):
        width, height = random.randint(1, 150), random.randint(1, 150)
        size = random.randint(1, 200), random.randint(1, 200)
        channels, name = random.choice(list(MODES)), random.choice(list(FILTERS))
        yield pixels_of(rng, width, height, channels), size, name, random_box(width, height)


def main() -> int:
    jobs, expected, titles = [], [], []
    for pixels, size, name, box in cases(int(sys.argv[2]) if len(sys.argv) > 2 else 1500):
        height, width, channels = pixels.shape
        picture = Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels, MODES[channels])
        resized = picture.resize(size, FILTERS[name], box=box)
        title = f"{width} {height} {channels} {size[0]} {size[1]} {name} " + " ".join(f"{value:.9g}" for value in box)
        jobs.append(title.encode() + b"\n" + pixels.tobytes())
        expected.append(hashlib.sha256(np.ascontiguousarray(resized).tobytes()).hexdigest())
        titles.append(title)
    found = subprocess.run([sys.argv[1], "resize"], input=b"".join(jobs), check=True, capture_output=True).stdout
    wrong = [f"{title}: {a}" for title, a, b in zip(titles, found.decode().splitlines(), expected, strict=True) if a != b]
    print(f"{len(wrong)} of {len(titles)} differ", *wrong[:8], sep="\n  ")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
