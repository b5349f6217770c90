"""Holds decoding and evaluation transforms of real photos against Pillow + torchvision and OpenCV + mmpretrain.

  compare_pipelines.py PROBE      the built transform_probe; the photos come from $ZOO_CORPUS, else ../shared/corpus
Exits 77 (skipped) without the photos or the reference libraries.
"""
import hashlib
import itertools
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
import corpus  # noqa: E402

PROBE, DATASETS = sys.argv[1], corpus.require("datasets")
try:
    import cv2
    import numpy as np
    from PIL import Image
    import reference_shim  # noqa: F401
    from torchvision.transforms import functional as F
    from torchvision.transforms.functional import InterpolationMode
    from mmpretrain.datasets.transforms import CenterCrop, ResizeEdge
    from mmcv.transforms import Resize
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)


def digest(rgb: np.ndarray) -> str:
    rgb = np.ascontiguousarray(rgb)
    return f"ok {rgb.shape[1]} {rgb.shape[0]} {hashlib.sha256(rgb.tobytes()).hexdigest()}"


def probe(options: list[str], files: list[pathlib.Path]) -> list[str]:
    command = [PROBE, *options, *map(str, files)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def torchvision_evaluation(file, mode, resize, crop, interpolation):
    picture = Image.open(file).convert("RGB")
    kind = InterpolationMode(interpolation)
    if mode != "none":
        picture = F.resize(picture, resize if mode == "short_edge" else [resize, resize], interpolation=kind)
    if crop:
        picture = F.center_crop(picture, [crop, crop])
    return digest(np.asarray(picture))


def openmmlab_evaluation(file, backend, mode, resize, crop, interpolation):
    results = {"img": cv2.imdecode(np.fromfile(file, np.uint8), cv2.IMREAD_COLOR)}
    if mode == "short_edge":
        results = ResizeEdge(scale=resize, edge="short", backend=backend, interpolation=interpolation)(results)
    else:
        results = Resize(scale=(resize, resize), backend=backend, interpolation=interpolation)(results)
    if crop:
        results = CenterCrop(crop_size=crop)(results)
    return digest(results["img"][:, :, ::-1])


def compare(title, options, files, expected) -> int:
    found = probe(options, files)
    wrong = [f"{file}: {a}, expected {b}" for file, a, b in zip(files, found, expected, strict=True) if a != b]
    if wrong:
        print(f"{title}: {len(wrong)} of {len(files)} differ", *wrong[:3], sep="\n  ")
    return len(wrong)


def main() -> int:
    cv2.setUseOptimized(False)  # IPP, in some builds only, rounds one bicubic pixel in thirty differently
    photos = sorted((DATASETS / "hymenoptera_data/val").rglob("*.jpg"))[::5]
    flowers = sorted((DATASETS / "flowers5_128").rglob("*.jpg"))[::140]
    exif = sorted((corpus.require("odd_images") / "exif-orientation").glob("*.jpg"))
    files = photos + flowers
    wrong = compare("decode as Pillow", ["decode", "pillow", "0"], files + exif,
                    [digest(np.asarray(Image.open(f).convert("RGB"))) for f in files + exif])
    wrong += compare("decode as OpenCV, turned by EXIF", ["decode", "opencv", "1"], files + exif,
                     [digest(cv2.imread(str(f))[:, :, ::-1]) for f in files + exif])
    for mode, (resize, crop), interpolation in itertools.product(
            ("short_edge", "square"), ((256, 224), (232, 224), (235, 224), (96, 131), (33, 0)),
            ("nearest", "bilinear", "bicubic")):
        name = f"{mode} {resize} crop {crop} {interpolation}"
        settings = [mode, str(resize), str(crop), interpolation]
        wrong += compare(f"torchvision {name}", ["evaluate", "pillow", *settings, "1"], files,
                         [torchvision_evaluation(f, mode, resize, crop, interpolation) for f in files])
        wrong += compare(f"OpenMMLab {name}", ["evaluate", "opencv", *settings, "0"], files,
                         [openmmlab_evaluation(f, "cv2", mode, resize, crop, interpolation) for f in files])
        if interpolation != "nearest":
            wrong += compare(f"OpenMMLab, Pillow backend, {name}", ["evaluate", "pillow", *settings, "0"], files,
                             [openmmlab_evaluation(f, "pillow", mode, resize, crop, interpolation) for f in files])
    print(f"{wrong} differ")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
