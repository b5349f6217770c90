"""Holds the loader's tensors against torchvision's ImageFolder + ImageClassification preset, bit for bit.

  compare_tensors.py PROBE      the built loader_probe; the photos come from $ZOO_CORPUS, else ../shared/corpus
Exits 77 (skipped) without the photos or the reference libraries.
"""
import hashlib
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
import corpus  # noqa: E402

PROBE, DATASETS = sys.argv[1], corpus.require("datasets")
try:
    import torch
    from PIL import Image
    import reference_shim  # noqa: F401
    from torchvision.datasets import ImageFolder
    from torchvision.transforms._presets import ImageClassification
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)


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


def main() -> int:
    torch.set_num_threads(1)
    differ = 0
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
