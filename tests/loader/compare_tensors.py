"""Holds the loader's tensors against torchvision's ImageFolder + ImageClassification preset, bit for bit, and what becomes
of each of the 256 bytes, for every mean and deviation in weights.json, against the publisher's own code. (That the bytes
before are the publisher's is tests/transforms/evaluation_python.py's to show.)

  compare_tensors.py PROBE      the built loader_probe; the photos come from $ZOO_CORPUS, else ../shared/corpus
Exits 77 (skipped) without the photos or the reference libraries.
"""
import hashlib
import json
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/python"))
import corpus  # noqa: E402

PROBE, DATASETS = sys.argv[1], corpus.require("datasets")
try:
    import numpy as np
    import torch
    from PIL import Image
    import reference_shim  # noqa: F401
    from mmpretrain.models.utils import ClsDataPreprocessor
    from torchvision import transforms
    from torchvision.datasets import ImageFolder
    from torchvision.transforms._presets import ImageClassification
    from transformers.models.convnext.image_processing_pil_convnext import ConvNextImageProcessorPil
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

LEVELS = np.arange(256, dtype=np.uint8).reshape(1, 256, 1).repeat(3, axis=2)  # a grey ramp, so red is blue


def expected_lines(root: pathlib.Path, bgr: bool) -> list[str]:
    order = [2, 1, 0] if bgr else [0, 1, 2]
    preset = ImageClassification(crop_size=224)
    lines = []
    folder = ImageFolder(root)
    for (path, _), (picture, _) in zip(folder.samples, folder):
        if bgr:  # mean and std stay in the model's order, so the channels turn before them
            picture = Image.merge("RGB", [picture.getchannel(c) for c in order])
        digest = hashlib.sha256(preset(picture).contiguous().numpy().tobytes()).hexdigest()
        lines.append(f"{pathlib.Path(path).relative_to(root)} {digest}")
    return lines


def torchvision_levels(mean, std, bgr):  # timm's, and the CIFAR authors', too
    assert not bgr
    return transforms.Compose([transforms.ToTensor(), transforms.Normalize(mean, std)])(Image.fromarray(LEVELS)).numpy()


def transformers_levels(mean, std, bgr):
    assert not bgr
    processor = ConvNextImageProcessorPil(do_resize=False, image_mean=mean, image_std=std)
    return processor(Image.fromarray(LEVELS), return_tensors="np")["pixel_values"][0]


def openmmlab_levels(mean, std, bgr):
    of_bytes = [[round(255 * value, 6) for value in values] for values in (mean, std)]
    preprocessor = ClsDataPreprocessor(*of_bytes, to_rgb=not bgr)
    picture = torch.from_numpy(LEVELS.transpose(2, 0, 1).copy())
    return preprocessor({"inputs": [picture]})["inputs"][0].numpy()


LEVELS_OF = {"torchvision": torchvision_levels, "timm": torchvision_levels, "akamaster": torchvision_levels,
             "chenyaofo": torchvision_levels, "zoo": torchvision_levels, "huggingface": transformers_levels,
             "openmmlab": openmmlab_levels}


def settings_of_the_records():
    """{(source, mean, std, bgr, value_range)}"""
    manifest = json.loads((SOURCE / "weights.json").read_text())
    found = set()
    for record in manifest["weights"]:
        settings = record["preprocess"]
        if isinstance(settings, str):
            settings = manifest["preprocess"][settings]
        found.add((record["source"], tuple(settings["mean"]), tuple(settings["std"]), settings["bgr"],
                   settings.get("value_range", 1)))
    return found


def wrong_levels() -> int:
    wrong = 0
    for source, mean, std, bgr, value_range in sorted(settings_of_the_records()):
        command = [PROBE, "levels", str(int(bgr)), *map(str, mean + std), str(value_range)]
        lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
        found = np.array([line.split() for line in lines], dtype=np.float32)
        expected = LEVELS_OF[source](list(mean), list(std), bgr).reshape(3, 256)
        differ = np.count_nonzero(found != expected)
        wrong += differ
        print(f"{source}, mean {mean}, bgr {bgr}: {differ} of 768 numbers differ")
    return wrong


def main() -> int:
    torch.set_num_threads(1)
    differ = wrong_levels()
    for root, options in [(DATASETS / "hymenoptera_data/val", []),
                          (DATASETS / "hymenoptera_data/val", ["bgr"])]:
        command = [PROBE, "tensors", str(root), *options]
        found = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
        expected = expected_lines(root, bool(options))
        wrong = [f"{a}, expected {b}" for a, b in zip(found, expected) if a != b]
        differ += len(wrong) + abs(len(found) - len(expected))
        print(f"{root.parent.name} {options}: {len(found)} tensors, {len(wrong)} differ", *wrong[:3], sep="\n  ")
    return int(differ > 0)


if __name__ == "__main__":
    sys.exit(main())
