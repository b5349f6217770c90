"""Holds what zoo makes of pictures by preprocessor_config.json against transformers' own image processors, to the last bit of
every float: each class that zoo knows, opened by AutoImageProcessor beside a ResNet's config.json, with every member at more
than one value. The file that zoo writes for the same preprocessing must give the same tensors. What zoo refuses is listed.

  processors_python.py PROBE      the built processor_probe
Exits 77 (skipped) without the reference libraries. The processors are those on Pillow (backend="pil"): the ones on torchvision
tensors resize with other arithmetic, and their normalisation alone is held within rounding here.
"""
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/python"))
PROBE = sys.argv[1]
try:
    import numpy as np
    import reference_shim  # noqa: F401
    from PIL import Image
    from transformers import AutoImageProcessor
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

CLASSES = ["ConvNext", "Bit", "Blip", "ChineseCLIP", "CLIP", "DeiT", "MobileNetV1", "Pvt", "Siglip", "ViT"]
SIZES = [(5, 3), (37, 53), (61, 60), (130, 97)]  # width, height
OF_TORCHVISION = 2e-6  # of the largest value: it folds rescale_factor into mean and deviation


def changes():
    """What is written beside the class's name, the smallest sizes first: pictures are small so that the test is quick."""
    small, plain = {"size": {"shortest_edge": 40}}, {"do_resize": False, "do_center_crop": False}
    yield from ({}, {"size": None}, {"image_mean": None}, {"crop_size": None}, small, {"size": 41}, {"size": [36, 36]})
    yield from ({"size": {"height": 33, "width": 33}}, {"size": {"height": 33, "width": 34}}, {"size": {"longest_edge": 50}})
    yield from ({"size": {"shortest_edge": 40, "longest_edge": 50}}, {"size": 44, "default_to_square": True})
    yield from ({"size": 44, "default_to_square": False}, small | {"crop_pct": 0.95}, small | {"crop_pct": 1})
    yield from (small | {"resample": number} for number in range(7))
    yield from (small | {"do_center_crop": True, "crop_size": size} for size in (32, 40, [51, 51], {"height": 47, "width": 47}))
    yield from (small | {"do_center_crop": True, "crop_size": size} for size in ({"height": 47, "width": 40}, {"shortest_edge": 9}))
    yield from (small | {"do_center_crop": False}, small | {"crop_size": 32}, plain, plain | {"do_center_crop": True, "crop_size": 45})
    for normalises in (True, False):
        for rescale in ({"do_rescale": False}, {"rescale_factor": 1 / 127.5}, {"rescale_factor": 1 / 256}, {"rescale_factor": 1}):
            yield plain | {"do_normalize": normalises} | rescale
    yield from (plain | {"image_mean": mean, "image_std": std} for mean, std in (
        ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]), ([0.1, -0.2, 0.9], [1, 2, 0.3]), (0.25, 0.75), ([0.5], [0.5])))
    yield plain | {"do_rescale": False, "image_mean": [123.675, 116.28, 103.53], "image_std": [58.395, 57.12, 57.375]}
    yield from (small | {flag: None} for flag in ("do_resize", "do_rescale", "do_normalize", "do_center_crop", "crop_pct", "resample"))
    yield from (small | {"do_convert_rgb": True}, small | {"unknown": 1}, small | {"do_pad": True, "pad_size": 99})


def settings():
    for name in CLASSES:
        for change in changes():
            yield {"image_processor_type": f"{name}ImageProcessor"} | change
        for other in ("ImageProcessorFast", "FeatureExtractor"):
            member = "feature_extractor_type" if other == "FeatureExtractor" else "image_processor_type"
            yield {member: name + other, "size": {"shortest_edge": 40}, "do_normalize": False}
    yield from (change for change in changes())  # nobody says: ConvNext's
    yield from ({"image_processor_type": f"{name}ImageProcessor"} for name in ("EfficientNet", "Levit", "MobileNetV2", "Own"))


def refusal_is_right(line, asked):
    """What zoo does not do although transformers does."""
    size, crop = asked.get("size"), asked.get("crop_size")
    unequal = [value for value in (size, crop) if isinstance(value, dict) and len(value) == 2 and len(set(value.values())) == 2]
    twice = "cuts a second time" in line
    new_filter = asked.get("resample") == 6  # of Pillow 13
    return bool(unequal) or twice or new_filter or asked.get("do_pad") or "/image_processor_type: is '" in line


def tensors_of(folder, asked, pictures, backend="pil"):
    (folder / "preprocessor_config.json").write_text(json.dumps(asked))
    processor = AutoImageProcessor.from_pretrained(folder, backend=backend)
    return [np.asarray(processor(picture, return_tensors="np")["pixel_values"][0], np.float32) for picture in pictures]


def lines_of(tensors):
    return [f"{t.shape[1]} {t.shape[2]} {hashlib.sha256(np.ascontiguousarray(t).tobytes()).hexdigest()}" for t in tensors]


def main() -> int:
    failures, compared, refused = [], 0, 0
    rng = np.random.default_rng(5)
    pictures = [Image.fromarray(rng.integers(0, 256, (h, w, 3), dtype=np.uint8)) for w, h in SIZES]
    asked_of = list(settings())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "config.json").write_text('{"model_type": "resnet"}')
        files = [folder / f"{index}.png" for index in range(len(pictures))]
        for picture, file in zip(pictures, files):
            picture.save(file)
        text = "".join(json.dumps(asked) + "\n" for asked in asked_of)
        found = iter(subprocess.run([PROBE, *files], input=text, check=True, capture_output=True, text=True).stdout.splitlines())
        for asked in asked_of:
            written = next(found)
            try:
                expected = tensors_of(folder, asked, pictures)
            except Exception as error:  # noqa: BLE001: of any kind
                expected = error
            if written.startswith("error "):
                refused += 1
                if not isinstance(expected, Exception) and not refusal_is_right(written, asked):
                    failures.append(f"{asked}: {written}, transformers does it")
                continue
            own = [next(found) for _ in files]
            if isinstance(expected, Exception):
                failures.append(f"{asked}: read, transformers says {expected!r}")
                continue
            compared += len(files)
            if own != lines_of(expected):
                failures.append(f"{asked}: {own}, expected {lines_of(expected)}")
            if own != lines_of(tensors_of(folder, json.loads(written), pictures)):
                failures.append(f"{asked}: what is written gives other tensors: {written}")
            if asked.get("do_resize") is False and not asked.get("do_center_crop"):
                others = tensors_of(folder, asked, pictures, backend="torchvision")
                for ours, other in zip(expected, others, strict=True):
                    if np.abs(ours - other).max() > OF_TORCHVISION * np.abs(ours).max():
                        failures.append(f"{asked}: torchvision's is {np.abs(ours - other).max()} off")
    print(*failures[:20], sep="\n")
    print(f"{len(failures)} failures; {compared} pictures of {len(asked_of)} settings compared, {refused} settings refused")
    return int(bool(failures) or compared < 1000)


if __name__ == "__main__":
    sys.exit(main())
