"""Makes the golden numbers of the transform tests with the real Pillow, torchvision and mmpretrain.

Run in the reference environment (scripts/setup --reference). Writes beside itself: versions.tsv, resize.tsv,
evaluation.tsv, crops.tsv, augmix.tsv, pictures.tsv and pictures/. Results are stored as the SHA-256 of their RGB bytes.
"""
import hashlib
import io
import itertools
import json
import pathlib
import sys

import cv2
import numpy as np
import torch
from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "python"), str(HERE.parents[1] / "transforms")]
import reference_shim  # noqa: E402,F401
import mmpretrain  # noqa: E402
import torchvision  # noqa: E402
from mmcv.transforms import Resize  # noqa: E402
from mmpretrain.datasets.transforms import CenterCrop, ResizeEdge  # noqa: E402
from random_stream import FIRST_STEP, RandomStream, draws_from  # noqa: E402
from torchvision.transforms import AugMix, InterpolationMode, RandomResizedCrop  # noqa: E402
from torchvision.transforms import functional as F  # noqa: E402

RESAMPLING = {"nearest": Image.Resampling.NEAREST, "bilinear": Image.Resampling.BILINEAR,
              "bicubic": Image.Resampling.BICUBIC}


def noise(width: int, height: int) -> np.ndarray:
    """An integer hash of each byte's position; tests/transforms/patterns.h makes the same."""
    x = np.arange(width * height * 3, dtype=np.uint32) * np.uint32(2654435761)
    x = (x ^ (x >> np.uint32(15))) * np.uint32(2246822519)
    return ((x ^ (x >> np.uint32(13))) & np.uint32(255)).astype(np.uint8).reshape(height, width, 3)


def gradient(width: int, height: int) -> np.ndarray:
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    return ((x * 255 // width + y * 255 // height) // 2 + 20 * c).clip(0, 255).astype(np.uint8)


PATTERNS = {"noise": noise, "gradient": gradient}


def digest(pixels) -> str:
    return hashlib.sha256(np.ascontiguousarray(np.asarray(pixels)).tobytes()).hexdigest()


def write(name: str, header: str, rows: list) -> None:
    lines = [header.replace(" ", "\t"), *("\t".join(map(str, row)) for row in rows)]
    (HERE / name).write_text("\n".join(lines) + "\n")


def make_resize() -> None:
    sizes = [((37, 23), (16, 11)), ((37, 23), (74, 61)), ((23, 61), (23, 17)), ((64, 48), (31, 48)), ((5, 3), (64, 7)),
             ((1, 9), (6, 4)), ((9, 1), (3, 5)), ((301, 199), (13, 7)), ((40, 90), (36, 20)), ((90, 40), (20, 36)),
             ((130, 300), (33, 76)), ((50, 30), (50, 30))]
    boxes = [((37, 23), (16, 11), (3, 2, 30, 21)), ((64, 48), (20, 30), (0.5, 1.25, 60.75, 40.1)),
             ((64, 48), (64, 48), (1, 1, 63, 47)), ((40, 90), (36, 20), (0, 10.5, 40, 80))]
    rows = []
    for pattern, interpolation in itertools.product(PATTERNS, RESAMPLING):
        for (width, height), target, *box in [(a, b) for a, b in sizes] + boxes:
            box = box[0] if box else (0, 0, width, height)
            picture = Image.fromarray(PATTERNS[pattern](width, height))
            resized = picture.resize(target, RESAMPLING[interpolation], box=box)
            rows.append([pattern, width, height, *target, interpolation, *box, digest(resized)])
    write("resize.tsv", "pattern width height to_width to_height interpolation left top right bottom sha256", rows)


def torchvision_evaluation(pixels, mode, resize, crop, interpolation):
    picture = Image.fromarray(pixels)
    if mode != "none":
        size = resize if mode == "short_edge" else [resize, resize]
        picture = F.resize(picture, size, interpolation=InterpolationMode(interpolation))
    return np.asarray(F.center_crop(picture, [crop, crop]) if crop else picture)


def openmmlab_evaluation(pixels, backend, mode, resize, crop, interpolation):
    results = {"img": np.ascontiguousarray(pixels[:, :, ::-1])}
    if mode == "short_edge":
        results = ResizeEdge(scale=resize, edge="short", backend=backend, interpolation=interpolation)(results)
    elif mode == "square":
        results = Resize(scale=(resize, resize), backend=backend, interpolation=interpolation)(results)
    return (CenterCrop(crop_size=crop)(results) if crop else results)["img"][:, :, ::-1]


def make_evaluation() -> None:
    cv2.setUseOptimized(False)  # IPP, in some builds only, rounds one bicubic pixel in thirty differently
    settings = [("short_edge", 64, 56), ("short_edge", 57, 32), ("short_edge", 59, 32), ("short_edge", 31, 40),
                ("short_edge", 37, 0), ("square", 33, 24), ("square", 40, 0), ("none", 0, 30), ("none", 0, 31),
                ("none", 0, 0), ("none", 0, 101)]
    rows = []
    for pattern, (mode, resize, crop), (width, height) in itertools.product(
            PATTERNS, settings, [(75, 50), (50, 75), (31, 133), (64, 64), (37, 9)]):
        pixels = PATTERNS[pattern](width, height)
        for publisher, backend, interpolation in [
                ("torchvision", "pillow", "bilinear"), ("torchvision", "pillow", "bicubic"),
                ("openmmlab", "opencv", "bilinear"), ("openmmlab", "opencv", "bicubic"),
                ("openmmlab", "pillow", "bicubic")]:
            if publisher == "torchvision":
                result = torchvision_evaluation(pixels, mode, resize, crop, interpolation)
            else:
                kind = "cv2" if backend == "opencv" else backend
                result = openmmlab_evaluation(pixels, kind, mode, resize, crop, interpolation)
            rows.append([pattern, width, height, publisher, backend, mode, resize, crop, interpolation,
                         result.shape[1], result.shape[0], digest(result)])
    write("evaluation.tsv", "pattern width height publisher backend mode resize crop interpolation to_width to_height "
          "sha256", rows)


class Philox:
    """transforms/random/random.h in Python."""

    def __init__(self, seed: int, epoch: int, sample: int, op: int):
        mixed = self.block([epoch & 0xFFFFFFFF, epoch >> 32, sample & 0xFFFFFFFF, sample >> 32],
                           [seed & 0xFFFFFFFF, seed >> 32])
        self.key, self.counter, self.words = mixed[:2], [0, op, *mixed[2:]], []

    @staticmethod
    def block(counter, key):
        for _ in range(10):
            first, second = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
            counter = [(second >> 32) ^ counter[1] ^ key[0], second & 0xFFFFFFFF,
                       (first >> 32) ^ counter[3] ^ key[1], first & 0xFFFFFFFF]
            key = [(key[0] + 0x9E3779B9) & 0xFFFFFFFF, (key[1] + 0xBB67AE85) & 0xFFFFFFFF]
        return counter

    def u64(self) -> int:
        if not self.words:
            self.words = self.block(self.counter, self.key)
            self.counter[0] += 1
        high, low, *self.words = self.words
        return high << 32 | low

    def uniform(self, low: float, high: float) -> float:
        return low + (high - low) * ((self.u64() >> 11) / 2**53)

    def below(self, bound: int) -> int:
        while (value := self.u64()) < 2**64 % bound:
            pass
        return value % bound


def torchvision_crop(draws: Philox, width, height, scale, ratio):
    """RandomResizedCrop.get_params with the draws of our generator instead of torch's."""
    uniform_, randint = torch.Tensor.uniform_, torch.randint
    torch.Tensor.uniform_ = lambda self, low, high: torch.tensor([draws.uniform(float(low), float(high))],
                                                                 dtype=torch.float64)
    torch.randint = lambda low, high, size: torch.tensor([draws.below(high)])
    try:
        top, left, crop_height, crop_width = RandomResizedCrop.get_params(
            torch.empty(3, height, width), list(scale), list(ratio))
    finally:
        torch.Tensor.uniform_, torch.randint = uniform_, randint
    return left, top, crop_width, crop_height


def make_crops() -> None:
    rows = []
    for (width, height), (scale, ratio), sample in itertools.product(
            [(500, 375), (33, 470), (900, 20), (1, 1), (7, 5), (2592, 1944)],
            [((0.08, 1.0), (3 / 4, 4 / 3)), ((0.35, 1.0), (3 / 4, 4 / 3)), ((0.9, 1.0), (1.0, 1.0))], range(6)):
        crop = torchvision_crop(Philox(2**40 + 7, 3, sample, 0), width, height, scale, ratio)
        rows.append([width, height, *map(repr, [*scale, *ratio]), sample, *crop])
    write("crops.tsv", "width height min_scale max_scale min_ratio max_ratio sample left top crop_width crop_height",
          rows)


def make_augmix() -> None:
    torch.set_num_threads(1)
    rows = []
    for pattern, (width, height), (sample, settings) in itertools.product(
            PATTERNS, [(1, 1), (2, 3), (7, 9), (8, 9), (61, 43), (224, 160)],
            enumerate([{}, {"severity": 10}, {"severity": 10, "interpolation": "nearest", "fill": [124, 116, 104]},
                       {"severity": 6, "mixture_width": 5, "chain_depth": 2, "fill": 77}])):
        step = AugMix(**{**settings, "interpolation": InterpolationMode(settings.get("interpolation", "bilinear"))})
        with draws_from(RandomStream(2**40 + 7, 3, sample, FIRST_STEP)):
            mixed = step(Image.fromarray(PATTERNS[pattern](width, height)))
        recipe = json.dumps({"steps": [{"op": "AugMix", **settings}]})
        rows.append([pattern, width, height, recipe, sample, digest(mixed)])
    write("augmix.tsv", "pattern width height recipe sample sha256", rows)


def encoded(picture: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def make_pictures() -> None:
    rgb = Image.fromarray(gradient(29, 17))
    rough = Image.fromarray(noise(29, 17))
    exif = Image.Exif()
    pictures = {
        "rgb.jpg": encoded(rgb, "JPEG", quality=90), "grey.jpg": encoded(rgb.convert("L"), "JPEG"),
        "progressive.jpg": encoded(rough, "JPEG", progressive=True),
        "cmyk.jpg": encoded(rough.convert("CMYK"), "JPEG", quality=95),
        "subsampled_422.jpg": encoded(rough, "JPEG", subsampling=1),
        "full_chroma.jpg": encoded(rough, "JPEG", subsampling=0),
        "restart.jpg": encoded(rough, "JPEG", restart_marker_blocks=1),
        "rgb.png": encoded(rough, "PNG"), "rgba.png": encoded(rough.convert("RGBA"), "PNG"),
        "transparent.png": encoded(Image.merge("RGBA", [*rough.split(), rgb.split()[0]]), "PNG"),
        "grey.png": encoded(rough.convert("L"), "PNG"),
        "grey_alpha.png": encoded(Image.merge("LA", rough.split()[:2]), "PNG"),
        "palette.png": encoded(rgb.quantize(13), "PNG"), "bilevel.png": encoded(rgb.convert("1"), "PNG"),
        "lossless.webp": encoded(rough, "WEBP", lossless=True), "lossy.webp": encoded(rgb, "WEBP"),
        "alpha.webp": encoded(Image.merge("RGBA", [*rgb.split(), rough.split()[0]]), "WEBP"),
        "rgb.bmp": encoded(rough, "BMP"), "palette.bmp": encoded(rgb.quantize(16), "BMP"),
        "lzw.tif": encoded(rough, "TIFF", compression="tiff_lzw"), "grey.tif": encoded(rough.convert("L"), "TIFF"),
        "rgb.ppm": encoded(rough, "PPM"), "grey.pgm": encoded(rough.convert("L"), "PPM"),
    }
    for orientation in range(1, 9):
        exif[0x0112] = orientation
        pictures[f"exif_{orientation}.jpg"] = encoded(rgb, "JPEG", exif=exif, quality=95)
    folder = HERE / "pictures"
    folder.mkdir(exist_ok=True)
    rows = []
    for name, data in sorted(pictures.items()):
        (folder / name).write_bytes(data)
        as_pillow = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        as_opencv = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1]
        rows.append([name, as_pillow.shape[1], as_pillow.shape[0], digest(as_pillow), as_opencv.shape[1],
                     as_opencv.shape[0], digest(as_opencv)])
    write("pictures.tsv", "name width height pillow_sha256 opencv_width opencv_height opencv_sha256", rows)


def main() -> None:
    versions = [["pillow", Image.__version__], ["torch", torch.__version__], ["torchvision", torchvision.__version__],
                ["mmpretrain", mmpretrain.__version__], ["opencv", cv2.__version__], ["numpy", np.__version__]]
    write("versions.tsv", "library version", versions)
    make_resize()
    make_evaluation()
    make_crops()
    make_augmix()
    make_pictures()


if __name__ == "__main__":
    main()
