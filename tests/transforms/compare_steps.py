"""Holds whole steps against the classes of torchvision, timm and mmpretrain, which draw from our generator: the same
decisions in the same order, and the same pixels.

  compare_steps.py PROBE      the built augment_probe
Exits 77 (skipped) without the reference libraries.
"""
import json
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
from cpp_program import MEMORY_FOLDER, CppProgram  # noqa: E402

try:
    import reference_shim  # noqa: F401
    import numpy as np
    import torch
    from PIL import Image
    from mmpretrain.datasets.transforms import Lighting
    from timm.data import auto_augment, random_erasing
    from timm.data.mixup import Mixup
    from timm.data.transforms_factory import create_transform
    from timm.data.transforms import RandomResizedCropAndInterpolation
    from torchvision import transforms as T
    from random_stream import FIRST_STEP, MIX, RandomStream, draws_from
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

BILINEAR, BICUBIC = T.InterpolationMode.BILINEAR, T.InterpolationMode.BICUBIC
EIGEN = {"eigval": [55.4625, 4.7940, 1.1475],
         "eigvec": [[-0.5836, -0.6948, 0.4203], [-0.5808, -0.0045, -0.8140], [-0.5675, 0.7192, 0.4009]]}
FILL = [124, 116, 104]


def timm(config, interpolation=Image.Resampling.BILINEAR, translate_pct=None):
    hparams = {"translate_const": 100, "img_mean": tuple(FILL)}
    if interpolation is not None:
        hparams["interpolation"] = interpolation
    if translate_pct is not None:
        hparams["translate_pct"] = translate_pct
    if config.startswith("rand"):
        return auto_augment.rand_augment_transform(config, hparams)
    if config.startswith("augmix"):
        return auto_augment.augment_and_mix_transform(config, hparams)
    return auto_augment.auto_augment_transform(config, hparams)


def lighting(image):
    bgr = np.ascontiguousarray(np.asarray(image)[:, :, ::-1])
    return Lighting(**EIGEN, alphastd=0.1)({"img": bgr})["img"][:, :, ::-1]


def fields(op, **values):
    return {"op": op, **values}


STEPS = [
    (fields("RandomHorizontalFlip"), T.RandomHorizontalFlip()),
    (fields("RandomVerticalFlip", p=0.3), T.RandomVerticalFlip(0.3)),
    (fields("RandomResizedCrop", size=[20, 33]), T.RandomResizedCrop((20, 33))),
    (fields("RandomResizedCrop", size=24, interpolation="bicubic", scale=[0.3, 0.9], ratio=[0.5, 1.0]),
     T.RandomResizedCrop(24, (0.3, 0.9), (0.5, 1.0), BICUBIC)),
    (fields("RandomResizedCrop", size=24, interpolation="random"), RandomResizedCropAndInterpolation(24, interpolation="random")),
    (fields("Resize", size=31), T.Resize(31)), (fields("Resize", size=[12, 31]), T.Resize((12, 31))),
    (fields("CenterCrop", size=30), T.CenterCrop(30)),
    (fields("RandomCrop", size=32, padding=4, pad_if_needed=True), T.RandomCrop(32, 4, True)),
    (fields("RandomCrop", size=[5, 9], padding=[2, 3], padding_mode="reflect", pad_if_needed=True),
     T.RandomCrop((5, 9), (2, 3), True, padding_mode="reflect")),
    (fields("RandomRotation", degrees=45, interpolation="bilinear", expand=True, fill=FILL),
     T.RandomRotation(45, BILINEAR, True, fill=FILL)),
    (fields("RandomAffine", degrees=[-20, 70], translate=[0.3, 0.1], scale=[0.7, 1.4], shear_x=[-9, 9], interpolation="bicubic"),
     T.RandomAffine((-20, 70), (0.3, 0.1), (0.7, 1.4), 9, BICUBIC)),
    (fields("RandomAffine", degrees=0, shear_x=[1, 9], shear_y=[-4, 3]), T.RandomAffine(0, shear=(1, 9, -4, 3))),
    (fields("RandomPerspective"), T.RandomPerspective()),
    (fields("ColorJitter", brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1), T.ColorJitter(0.4, 0.4, 0.4, 0.1)),
    (fields("ColorJitter", brightness=1.7, saturation=[0.5, 0.8], p=0.7),
     T.RandomApply([T.ColorJitter(1.7, 0, (0.5, 0.8))], 0.7)),
    (fields("RandomGrayscale", p=0.4), T.RandomGrayscale(0.4)),
    (fields("GaussianBlur", kernel_width=5, kernel_height=7), T.GaussianBlur((5, 7))),
    (fields("RandomAdjustSharpness", sharpness_factor=2.5), T.RandomAdjustSharpness(2.5)),
    (fields("RandomSolarize", threshold=99), T.RandomSolarize(99)), (fields("RandomPosterize", bits=3), T.RandomPosterize(3)),
    (fields("RandomEqualize"), T.RandomEqualize()), (fields("RandomAutocontrast"), T.RandomAutocontrast()),
    (fields("RandomInvert"), T.RandomInvert()), (fields("Lighting"), lighting),
    (fields("RandAugment"), T.RandAugment()),
    (fields("RandAugment", num_ops=3, magnitude=14, interpolation="bilinear", fill=FILL), T.RandAugment(3, 14, 31, BILINEAR, FILL)),
    (fields("RandAugment", magnitude=4, num_magnitude_bins=11), T.RandAugment(2, 4, 11)),
    (fields("TrivialAugmentWide"), T.TrivialAugmentWide()),
    (fields("TrivialAugmentWide", num_magnitude_bins=10, interpolation="bilinear"), T.TrivialAugmentWide(10, BILINEAR)),
    *[(fields("AutoAugment", policy=name), T.AutoAugment(T.AutoAugmentPolicy(name))) for name in ("imagenet", "cifar10", "svhn")],
    (fields("AugMix"), T.AugMix()), (fields("AugMix", severity=10), T.AugMix(10)),
    (fields("AugMix", severity=5, chain_depth=4, alpha=0.4), T.AugMix(5, chain_depth=4, alpha=0.4)),
    (fields("AugMix", mixture_width=1, fill=0), T.AugMix(mixture_width=1, fill=0)),
    (fields("AugMix", mixture_width=5, all_ops=False, fill=128), T.AugMix(mixture_width=5, all_ops=False, fill=128)),
    (fields("AugMix", severity=10, interpolation="nearest"), T.AugMix(10, interpolation=T.InterpolationMode.NEAREST)),
    (fields("AugMix", severity=7, interpolation="nearest", fill=FILL),
     T.AugMix(7, interpolation=T.InterpolationMode.NEAREST, fill=FILL)),
    (fields("AugMix", severity=8, mixture_width=2, chain_depth=1, alpha=3, fill=FILL), T.AugMix(8, 2, 1, 3.0, fill=FILL)),
    (fields("TimmAutoAugment", config="rand-m3", interpolation="random"), timm("rand-m3", None)),
    *[(fields("TimmAutoAugment", config=config), timm(config)) for config in (
        "rand-m9-mstd0.5", "rand-m9-n3-mstd0.5-inc1-p0.5-mmax10", "rand-m7-n4-mstd101-inc1-p0.9", "rand-m6-n3-tweights-mstd0.5",
        "rand-m15-mmax20-inc1-p1", "rand-m5-t3a-p1", "rand-m5-t3aw-n3-p0.8", "original", "originalr-mstd0.5", "v0-mstd0.5", "v0r",
        "3a", "augmix-m5-w4-d2", "augmix-m3-mstd1-a0.4", "augmix-m5-b1")],
    (fields("TimmAutoAugment", config="augmix-m9-w2", translate_pct=0.3), timm("augmix-m9-w2", translate_pct=0.3)),
]
ERASINGS = [
    (fields("RandomErasing", p=0.8), T.RandomErasing(0.8)),
    (fields("RandomErasing", value=[1, 2.5, -3], scale=[0.3, 0.6], ratio=[0.1, 9]), T.RandomErasing(0.5, (0.3, 0.6), (0.1, 9), [1, 2.5, -3])),
    (fields("TimmRandomErasing", probability=0.6), random_erasing.RandomErasing(0.6, device="cpu")),
    (fields("TimmRandomErasing", min_count=2, max_count=5, max_area=0.6),
     random_erasing.RandomErasing(0.5, max_area=0.6, min_count=2, max_count=5, device="cpu")),
]


def noise(width, height):
    return np.random.default_rng(width * 1000 + height).integers(0, 256, (height, width, 3), np.uint8)


class Comparison:
    def __init__(self, probe, folder):
        self.probe, self.folder, self.wrong, self.count = CppProgram(probe), pathlib.Path(folder), 0, 0

    def ours(self, picture, step, sample, recipe=None):
        (self.folder / "in").write_bytes(picture.tobytes())
        recipe = json.dumps(recipe or {"steps": [step]})
        width, height, *erasures = self.probe("apply", picture.shape[1], picture.shape[0], self.folder / "in", self.folder / "out",
                                              recipe, 2**40 + 7, 3, sample, 0)
        return np.frombuffer((self.folder / "out").read_bytes(), np.uint8).reshape(int(height), int(width), 3), erasures

    def report(self, step, sample, found, expected):
        self.count += 1
        if np.array_equal(found, expected):
            return
        self.wrong += 1
        if self.wrong < 30:
            what = f"{found.shape}, expected {expected.shape}"
            if found.shape == expected.shape:
                difference = np.abs(found.astype(float) - expected)
                what = f"{np.count_nonzero(difference)} of {difference.size} differ, by up to {difference.max()}"
            print(f"{step} sample {sample}: {what}")

    def step(self, picture, step, reference, sample):
        with draws_from(RandomStream(2**40 + 7, 3, sample, FIRST_STEP)):
            try:
                expected = np.asarray(reference(Image.fromarray(picture)))
            except ValueError as error:
                if "bits must be" not in str(error):
                    raise
                return  # Pillow 13 keeps no bits by an error, we by black
        self.report(step, sample, self.ours(picture, step, sample)[0], expected)

    def erasing(self, picture, step, reference, sample):
        height, width = picture.shape[:2]
        with draws_from(RandomStream(2**40 + 7, 3, sample, FIRST_STEP)):
            expected = reference(torch.full((3, height, width), 7.0)).numpy().transpose(1, 2, 0)
        pixels, found = self.ours(picture, step, sample)
        erased = np.full_like(pixels, 7.0, dtype=np.float32)
        for i in range(0, len(found), 7):
            left, top, w, h = map(int, found[i:i + 4])
            erased[top:top + h, left:left + w] = list(map(float, found[i + 4:i + 7]))
        self.report(step, sample, erased, expected)

    def timm(self, picture, recipe, flags, sample):
        """The whole of timm's create_transform, one stream a transform."""
        image, found = Image.fromarray(picture), None
        for position, transform in enumerate(create_transform(is_training=True, use_prefetcher=True, **flags).transforms[:-1]):
            with draws_from(RandomStream(2**40 + 7, 3, sample, FIRST_STEP + position)):
                image = transform(image)
        found, _ = self.ours(picture, None, sample, {"timm": recipe})
        self.report(recipe, sample, found, np.asarray(image))

    def mix(self, mode, mixup, cutmix, minmax, prob, switch, correct, batch):
        size, (width, height) = 8, (37, 22)
        mixer = Mixup(mixup, cutmix, minmax, prob, switch, mode, correct, label_smoothing=0, num_classes=size)
        pictures = torch.rand(size, 3, height, width, generator=torch.Generator().manual_seed(batch))
        with draws_from(RandomStream(5, 2, batch, MIX)):
            expected, targets = mixer(pictures.clone(), torch.arange(size))
        numbers = self.probe("mix", mode, mixup, cutmix, *(minmax or (0, 0)), prob, switch, int(correct), size, width, height, 5, 2, batch)
        found, shares = pictures.clone(), []
        for i in range(size):
            lam, (left, top, w, h) = float(numbers[5 * i]), map(int, numbers[5 * i + 1:5 * i + 5])
            partner = pictures[size - 1 - i]
            if w >= 0:
                found[i, :, top:top + h, left:left + w] = partner[:, top:top + h, left:left + w]
            elif lam != 1:
                found[i] = pictures[i] * lam + partner * (1 - lam)
            shares.append(lam)
        self.report({"mix": mode, "alphas": (mixup, cutmix, minmax)}, batch, np.float32(shares), targets.diagonal().numpy())
        self.report({"mixed": mode, "alphas": (mixup, cutmix, minmax)}, batch, found.numpy().round(6), expected.numpy().round(6))


MIXES = [(0.8, 0.0, None), (0.0, 1.0, None), (0.2, 1.0, None), (0.4, 0.0, (0.2, 0.8)), (0.0, 0.0, (0.3, 0.5)), (3.0, 0.1, None)]
# Ours as train.py's flags, timm's as create_transform's arguments.
TIMM_PRESETS = [
    ({"input_size": 24}, {"input_size": 24, "interpolation": "random"}),
    ({"input_size": [20, 28], "scale": [0.3, 0.8], "ratio": [1, 2], "hflip": 0, "vflip": 0.5, "color_jitter": 0.2,
      "color_jitter_prob": 0.8, "train_interpolation": "bicubic", "grayscale_prob": 0.3},
     {"input_size": (20, 28), "scale": (0.3, 0.8), "ratio": (1, 2), "hflip": 0.0, "vflip": 0.5, "color_jitter": 0.2,
      "color_jitter_prob": 0.8, "interpolation": "bicubic", "grayscale_prob": 0.3}),
    ({"input_size": 32, "aa": "rand-m9-mstd0.5-inc1", "train_interpolation": "bilinear", "gaussian_blur_prob": 0.4},
     {"input_size": 32, "auto_augment": "rand-m9-mstd0.5-inc1", "interpolation": "bilinear", "gaussian_blur_prob": 0.4}),
    ({"input_size": 24, "aa": "3a", "color_jitter": 0.3}, {"input_size": 24, "auto_augment": "3a", "color_jitter": 0.3,
                                                           "interpolation": "random"}),
    ({"input_size": 24, "aa": "augmix-m3-w2"}, {"input_size": 24, "auto_augment": "augmix-m3-w2", "interpolation": "random"}),
    ({"input_size": 24, "no_aug": True}, {"input_size": 24, "no_aug": True}),
    ({"input_size": [20, 28], "no_aug": True}, {"input_size": (20, 28), "no_aug": True}),
]


def main() -> int:
    torch.set_num_threads(1)
    pictures = [noise(61, 43), noise(30, 57)]
    photo = np.sin(np.arange(3 * 50 * 64).reshape(50, 64, 3) / 700) * 100 + 128
    pictures.append(photo.astype(np.uint8))
    with tempfile.TemporaryDirectory(dir=MEMORY_FOLDER) as folder:
        comparison = Comparison(sys.argv[1], folder)
        for sample in range(24):
            for step, reference in STEPS:
                comparison.step(pictures[sample % 3], step, reference, sample)
            for step, reference in ERASINGS:
                comparison.erasing(pictures[sample % 2], step, reference, sample)
            for recipe, flags in TIMM_PRESETS:
                comparison.timm(pictures[sample % 3], recipe, flags, sample)
            for mode in ("batch", "pair", "elem"):
                for alphas in MIXES:
                    comparison.mix(mode, *alphas, [1.0, 0.6][sample % 2], 0.5, sample % 3 != 0, sample)
        comparison.probe.close()
        print(f"{comparison.wrong} of {comparison.count} differ")
        return int(comparison.wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
