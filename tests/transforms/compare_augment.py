"""Holds every augmentation against Pillow, torchvision and mmcv: equal bytes for the same parameters.

  compare_augment.py PROBE     the built augment_probe
Exits 77 (skipped) without the reference libraries.
"""
import itertools
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
from cpp_program import MEMORY_FOLDER, CppProgram  # noqa: E402

try:
    import reference_shim  # noqa: F401
    import numpy as np
    import mmcv
    import torch
    from PIL import Image, ImageFilter
    from timm.data import auto_augment
    from torchvision.transforms import functional as F
    from torchvision.transforms.functional import InterpolationMode
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

SIZES = [(61, 43), (32, 32), (37, 90), (7, 5), (2, 9), (1, 1), (3, 3), (224, 160)]
FACTORS = [0, 0.05, 0.1, 0.333, 0.6, 0.9, 1, 1.1, 1.25, 1.4, 1.9, 2.7, 10]
EIGVAL = np.array([55.4625, 4.7940, 1.1475])
EIGVEC = np.array([[-0.5836, -0.6948, 0.4203], [-0.5808, -0.0045, -0.8140], [-0.5675, 0.7192, 0.4009]])


def noise(width, height):
    return np.random.default_rng(width * 1000 + height).integers(0, 256, (height, width, 3), np.uint8)


def scene(width, height):
    """Smooth colours with flat parts, where rounding and histograms differ from noise."""
    y, x = np.mgrid[0:height, 0:width]
    channels = [120 + 100 * np.sin(x / 9 + y / 31), 20 + 200 * x / max(width - 1, 1), 90 + 40 * np.cos((x * y) / 300)]
    picture = np.stack(channels, -1).clip(0, 255).astype(np.uint8)
    picture[height // 2:, : width // 3] = (200, 200, 31)
    return picture


def flat(width, height):
    return np.full((height, width, 3), (10, 77, 250), np.uint8)


PICTURES = [make(*size) for size in SIZES for make in (noise, scene)] + [flat(9, 8)]


class Comparison:
    def __init__(self, probe, folder):
        self.probe, self.folder = CppProgram(probe), pathlib.Path(folder)
        self.written, self.wrong, self.count = None, 0, 0

    def ours(self, picture, operation, *arguments):
        if picture is not self.written:
            (self.folder / "in").write_bytes(picture.tobytes())
            self.written = picture
        out = self.folder / "out"
        flattened = [repr(a) if isinstance(a, float) else int(a) if isinstance(a, bool) else a for a in arguments]
        width, height = self.probe(operation, picture.shape[1], picture.shape[0], self.folder / "in", out, *flattened)
        return np.frombuffer(out.read_bytes(), np.uint8).reshape(int(height), int(width), 3)

    def check(self, picture, expected, operation, *arguments):
        found = self.ours(picture, operation, *arguments)
        expected = np.asarray(expected)
        self.count += 1
        if np.array_equal(found, expected):
            return
        self.wrong += 1
        if self.wrong < 30:
            size = f"{picture.shape[1]} x {picture.shape[0]}"
            if found.shape != expected.shape:
                print(f"{operation} {arguments} of {size}: {found.shape}, expected {expected.shape}")
            else:
                difference = np.abs(found.astype(int) - expected)
                print(f"{operation} {arguments} of {size}: {np.count_nonzero(difference)} of {difference.size} bytes "
                      f"differ, by up to {difference.max()}")


def compare_tables(c, picture, image):
    c.check(picture, F.invert(image), "invert")
    c.check(picture, F.equalize(image), "equalize")
    c.check(picture, F.autocontrast(image), "autocontrast")
    for bits in range(1, 9):
        c.check(picture, F.posterize(image, bits), "posterize", bits)
    for threshold in (0, 1, 77.3, 128, 255, 256):
        c.check(picture, F.solarize(image, threshold), "solarize", threshold)
    for add in (0, 11, 110):
        c.check(picture, auto_augment.solarize_add(image, add), "solarize_add", add)


def compare_colours(c, picture, image):
    for factor in FACTORS:
        c.check(picture, F.adjust_brightness(image, factor), "brightness", factor)
        c.check(picture, F.adjust_contrast(image, factor), "contrast", factor)
        c.check(picture, F.adjust_saturation(image, factor), "saturation", factor)
        c.check(picture, F.adjust_sharpness(image, factor), "sharpness", factor)
    for turns in (-0.5, -0.3, -0.1, -0.004, 0, 0.0039, 0.1, 0.25, 0.5):
        c.check(picture, F.adjust_hue(image, turns), "hue", turns)
    c.check(picture, F.to_grayscale(image, 3), "grayscale")


class FixedNormal:
    """numpy's random numbers, of which mmcv wants three."""

    def __init__(self, values):
        self.values = values

    def __enter__(self):
        self.normal, np.random.normal = np.random.normal, lambda *_: np.array(self.values)

    def __exit__(self, *_):
        np.random.normal = self.normal


def compare_lighting(c, picture):
    for alpha, to_rgb in itertools.product([(0.1, -0.03, 0.2), (0, 0, 0), (-0.4, 0.3, 0.1), (2.5, 1, -1)], (False, True)):
        with FixedNormal(alpha):
            bgr = np.ascontiguousarray(picture[:, :, ::-1])
            lit = mmcv.adjust_lighting(bgr, EIGVAL, EIGVEC, 0.1, to_rgb).astype(np.uint8)
        c.check(picture, lit if to_rgb else lit[:, :, ::-1], "lighting", *map(float, alpha), to_rgb)


def compare_blurs(c, picture, image):
    for radius in (0.0, 0.1, 0.3, 0.77, 1.0, 1.5, 2.0, 5.3, 40.0):
        c.check(picture, image.filter(ImageFilter.GaussianBlur(radius)), "gaussian_blur_pillow", radius)
    for (width, height), sigma in itertools.product([(23, 23), (5, 9), (3, 3), (1, 1)], (0.1, 0.5, 1.0, 1.7, 2.0)):
        if width // 2 < image.width and height // 2 < image.height:
            c.check(picture, F.gaussian_blur(image, [width, height], [sigma, sigma]), "gaussian_blur", width, height, sigma)


def compare_borders(c, picture, image):
    c.check(picture, F.hflip(image), "hflip")
    c.check(picture, F.vflip(image), "vflip")
    modes = ["constant", "edge", "reflect", "symmetric"]
    for mode, padding in itertools.product(modes, [(4, 4, 4, 4), (1, 0, 3, 2), (0, 0, 0, 0), (19, 6, 0, 11)]):
        padded = F.pad(image, list(padding), fill=(9, 200, 31), padding_mode=mode)
        c.check(picture, padded, "pad", *padding, modes.index(mode), 9, 200, 31)
    for width, height in [(5, 5), (31, 64), (64, 31), (100, 101), (1, 2), image.size]:
        c.check(picture, F.center_crop(image, [height, width]), "center_crop", width, height)


def compare_geometry(c, picture, image):
    fill = (9, 200, 31)
    modes = ["nearest", "bilinear", "bicubic"]
    for angle, mode, expand in itertools.product([0, 90, -90, 180, 360.0, 29.7, -13.2, 135, 271.3, 0.01], modes, (False, True)):
        rotated = F.rotate(image, angle, InterpolationMode(mode), expand, fill=list(fill))
        c.check(picture, rotated, "rotate", float(angle), expand, mode, *fill, "none")
    for mode in modes:
        rotated = F.rotate(image, 33.3, InterpolationMode(mode), False, center=[3, 1], fill=list(fill))
        c.check(picture, rotated, "rotate", 33.3, False, mode, *fill, 3, 1)
        for angle, translate, scale, shear, center in [
                (0.0, (0, 0), 1.0, (0.0, 0.0), None), (12.5, (3, -2), 1.0, (0.0, 0.0), None),
                (0.0, (5, 0), 1.0, (0.0, 0.0), None), (-170.0, (1, 1), 0.7, (11.0, -7.3), None),
                (0.0, (0, 0), 1.0, (16.7, 0.0), [0, 0]), (0.0, (0, 0), 1.0, (0.0, -16.7), [0, 0]),
                (0.0, (0, 0), 1.3, (0.0, 0.0), None), (45.0, (0, 0), 2.1, (0.0, 0.0), [2, 7])]:
            expected = F.affine(image, angle, list(translate), scale, list(shear), InterpolationMode(mode), list(fill), center)
            c.check(picture, expected, "affine", angle, *translate, scale, *shear, mode, *fill, *(center or ["none"]))
        for matrix in [(1, 0.3, 0, 0, 1, 0), (1, 0, 0, -0.21, 1, 0), (1, 0, 17.3, 0, 1, 0), (1, 0, 0, 0, 1, -4.5),
                       (0.31, 0, 2.2, 0, 1.7, 0.4), (1, 0.5, 40000.0, 0.1, 1, 0), (-1, 0.01, 30, 0.01, -1, 30)]:
            expected = image.transform(image.size, Image.Transform.AFFINE, matrix, Image.Resampling[mode.upper()], fillcolor=fill)
            c.check(picture, expected, "transform", *map(float, matrix), mode, *fill)
        if min(image.size) >= 5:
            width, height = image.size
            start = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
            for seed in range(4):
                torch.manual_seed(seed)
                from torchvision.transforms import RandomPerspective
                start, end = RandomPerspective.get_params(width, height, 0.6)
                expected = F.perspective(image, start, end, InterpolationMode(mode), list(fill))
                c.check(picture, expected, "perspective", *itertools.chain(*end), mode, *fill)


def main() -> int:
    with tempfile.TemporaryDirectory(dir=MEMORY_FOLDER) as folder:
        c = Comparison(sys.argv[1], folder)
        for picture in PICTURES:
            image = Image.fromarray(picture)
            compare_tables(c, picture, image)
            compare_colours(c, picture, image)
            compare_lighting(c, picture)
            compare_blurs(c, picture, image)
            compare_borders(c, picture, image)
            compare_geometry(c, picture, image)
        c.probe.close()
        print(f"{c.wrong} of {c.count} differ")
        return int(c.wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
