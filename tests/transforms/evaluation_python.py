"""Holds the evaluation transform of every record of weights.json against its publisher's own code: the transforms of
torchvision's weights, timm.data.create_transform, transformers' PIL processors, mmpretrain's test pipelines. Besides, the
settings of those libraries that no record has: timm's squash and border, six filters, warped and padded pictures.

  evaluation_python.py PROBE      the built evaluation_probe; photos from $ZOO_CORPUS, else ../shared/corpus
ZOO_LONG=1 takes all its photos instead of a few. Exits 77 (skipped) without the photos or the reference libraries.
Pixels are compared to the last bit, before anything is divided by 255.
"""
import functools
import hashlib
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/python"))
import corpus  # noqa: E402

PROBE, DATASETS = sys.argv[1], corpus.require("datasets")
try:
    import cv2
    import numpy as np
    from PIL import Image
    import reference_shim  # noqa: F401
    import mmpretrain.datasets  # noqa: F401
    import timm.data
    import timm.models._registry as registry
    import torch
    import torchvision
    from mmengine.config import Config
    from mmpretrain.registry import TRANSFORMS
    from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
    from transformers.models.convnext.image_processing_pil_convnext import ConvNextImageProcessorPil
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

torch.set_num_threads(1)
MANIFEST = json.loads((SOURCE / "weights.json").read_text())
# mmpretrain's package leaves its files about cars out; this is what its repository's say.
CARS = [{"type": "LoadImageFromFile"}, {"type": "Resize", "scale": 512}, {"type": "CenterCrop", "crop_size": 448}]
ODD_SIZES = [(1, 1), (3, 5), (223, 300), (225, 224), (257, 259), (1, 300), (321, 17), (448, 449), (640, 427)]
FILTERS = ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]  # Pillow's numbers: see RESAMPLE
RESAMPLE = dict(zip(("nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"), range(6)))


def digest(rgb):
    rgb = np.ascontiguousarray(rgb)
    return f"ok {rgb.shape[1]} {rgb.shape[0]} {hashlib.sha256(rgb.tobytes()).hexdigest()}"


@functools.lru_cache(maxsize=None)
def pillow(file):
    return Image.open(file).convert("RGB")


def torchvision_of(preset):
    preset.mean, preset.std = [0.0] * 3, [1.0] * 3  # so that its floats are bytes over 255
    return lambda file: (preset(pillow(file)) * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()


def timm_of(config):
    settings = timm.data.resolve_data_config({}, pretrained_cfg=config)
    keys = ("input_size", "interpolation", "mean", "std", "crop_pct", "crop_mode")
    transform = timm.data.create_transform(**{key: settings[key] for key in keys}, normalize=False)
    return lambda file: transform(pillow(file)).permute(1, 2, 0).numpy()


def transformers_of(processor):
    def run(file):
        answer = processor(pillow(file), do_rescale=False, do_normalize=False, return_tensors="np")
        return answer["pixel_values"][0].transpose(1, 2, 0).astype(np.uint8)
    return run


def openmmlab_of(config):
    folder = pathlib.Path(importlib.util.find_spec("mmpretrain").origin).parent / ".mim"
    absent = not (folder / config).exists()
    # By this name and not by test_dataloader's: resnest200's file defines it and forgets to put it in.
    pipeline = CARS if absent else Config.fromfile(folder / config).test_pipeline
    assert not absent or config.endswith("cars.py"), config
    steps = [TRANSFORMS.build(step) for step in pipeline if step["type"] != "PackInputs"]
    if not steps:
        return None  # arrays that are taken as they are

    def run(file):
        results = {"img_path": str(file)}
        for step in steps:
            results = step(results)
        return results["img"][:, :, ::-1]
    return run


def unlisted_in_timm(name, preprocess):
    """timm has files of these on the hub, but no model: its transform, by our numbers."""
    assert name.startswith(("resnext101_32x48d.", "resnet50.bamboo")), name
    return {"input_size": (3, preprocess["crop_px"], preprocess["crop_px"]), "interpolation": preprocess["interpolation"],
            "crop_pct": preprocess["crop_px"] / preprocess["resize_px"]}


def publisher_of(record, preprocess):
    """What to compare with, and a key that equal ones share; None where the picture is taken as it is."""
    source, name = record["source"], record["name"]
    if source == "torchvision" or (source == "timm" and record["preprocess"].startswith("torchvision")):
        if source == "torchvision":
            weight = next(alias for alias in record["aliases"] if "_Weights." in alias and "DEFAULT" not in alias)
            return functools.partial(lambda w: torchvision_of(torchvision.models.get_weight(w).transforms()), weight), (
                source, str(torchvision.models.get_weight(weight).transforms()))
    if source == "timm":
        found = registry.get_pretrained_cfg(name)
        config = found.to_dict() if found else unlisted_in_timm(name, json.loads(preprocess))
        settings = timm.data.resolve_data_config({}, pretrained_cfg=config)
        return functools.partial(timm_of, config), (source, str(settings))
    if source == "huggingface":  # what its six files say
        processor = {"crop_pct": 0.875, "size": {"shortest_edge": 224}, "resample": 3}
        return lambda: transformers_of(ConvNextImageProcessorPil(**processor)), (source,)
    if source == "openmmlab":
        # Backbones have no test of their own: ImageNet's usual.
        config = record.get("config", "configs/resnet/resnet50_8xb32_in1k.py")
        return functools.partial(openmmlab_of, config), (source, preprocess, str(config) if "cifar" in config else "")
    if source == "zoo":
        preset = torchvision.transforms._presets.ImageClassification(crop_size=32, resize_size=32)
        return lambda: torchvision_of(preset), (source,)
    return None, (source,)


def of_the_records():
    """(title, kind, JSON, publisher) of each pair of settings that is unlike all others; counts the records."""
    seen, count = set(), 0
    for record in MANIFEST["weights"]:
        name = record["preprocess"]
        settings = MANIFEST["preprocess"][name] if isinstance(name, str) else name
        make, key = publisher_of(record, json.dumps(settings))
        count += make is not None
        if make is None:
            assert settings["resize"] == "none" and settings["crop_px"] == 0, record["name"]
        elif (json.dumps(settings), key) not in seen:
            seen.add((json.dumps(settings), key))
            publisher = make()
            if publisher is None:
                assert settings["resize"] == "none" and settings["crop_px"] == 0, record["name"]
            else:
                yield record["name"], "record", settings, publisher
    assert count > 200, count


def of_other_settings():
    for index, name in enumerate(FILTERS):
        for mode in ("center", "squash", "border"):
            config = {"input_size": [3, 97 + index, 97 + index], "crop_pct": (1.0, 0.9, 0.5)[index % 3], "crop_mode": mode,
                      "interpolation": name, "mean": [0.1, 0.3, 0.5], "std": [0.2, 0.2, 0.2]}
            timms = config | {"input_size": tuple(config["input_size"])}
            yield f"timm {mode} {name}", "timm", {"architecture": "resnet18", "pretrained_cfg": config}, timm_of(timms)
        settings = {"crop_pct": 0.9, "size": {"shortest_edge": (111, 384)[index % 2]}, "resample": RESAMPLE[name]}
        yield f"ConvNext {settings}", "transformers", settings, transformers_of(ConvNextImageProcessorPil(**settings))
        settings = {"size": {"shortest_edge": 100}, "crop_size": {"height": 131, "width": 131}, "resample": RESAMPLE[name],
                    "do_resize": index != 0, "do_center_crop": True}
        named = settings | {"image_processor_type": "BitImageProcessor"}
        yield f"BiT {settings}", "transformers", named, transformers_of(BitImageProcessorPil(**settings))


def odd_pictures(folder):
    rng = np.random.default_rng(3)
    for width, height in ODD_SIZES:
        file = folder / f"{width}x{height}.png"
        Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8)).save(file)
        yield file


def expected_of(publisher, file):
    try:
        return digest(publisher(file))
    except (ValueError, cv2.error, RuntimeError, ZeroDivisionError):
        return "error"  # of pictures so thin that nothing is left of them


def main() -> int:
    cv2.setUseOptimized(False)  # IPP, in some builds only, rounds one bicubic pixel in thirty differently
    photos = [*sorted((DATASETS / "hymenoptera_data/val").rglob("*.jpg")), *sorted((DATASETS / "flowers5_128").rglob("*.jpg"))]
    if os.environ.get("ZOO_LONG"):
        photos += sorted((DATASETS / "hymenoptera_data/train").rglob("*.jpg"))
    else:
        photos = [photos[10], photos[-1]]
    wrong = compared = settings_count = 0
    with tempfile.TemporaryDirectory() as folder:
        files = [*map(str, photos), *map(str, odd_pictures(pathlib.Path(folder)))]
        for title, kind, settings, publisher in [*of_the_records(), *of_other_settings()]:
            settings_count += 1
            lines = subprocess.run([PROBE, kind, json.dumps(settings), *files], check=True, capture_output=True, text=True)
            for file, found in zip(files, lines.stdout.splitlines(), strict=True):
                expected = expected_of(publisher, file)
                compared += 1
                if settings.get("resize") == "crop_first" and pathlib.Path(file).stem == "1x300":
                    expected = "nothing"  # mmpretrain cuts out no pixel at all, and resizes that
                if found == expected or (expected in ("error", "nothing") and found.startswith(("ok", "error"))):
                    continue
                wrong += 1
                if wrong < 20:
                    print(f"{title}: {file}: {found}, expected {expected}")
    print(f"{wrong} of {compared} pictures differ, {settings_count} settings")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
