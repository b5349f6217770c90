"""Holds `zoo predict --logits` and `zoo evaluate` against torchvision's own pipeline, bit for bit, on real photos.

  compare_python.py PROGRAMS      the folder of the built programs; the photos come from $ZOO_CORPUS, else ../shared/corpus
Exits 77 (skipped) without the photos or the reference libraries.
"""
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
import corpus  # noqa: E402

PROGRAMS = pathlib.Path(sys.argv[1])
PHOTOS = corpus.require("datasets/hymenoptera_data/val")
try:
    import torch
    from PIL import Image
    import reference_shim  # noqa: F401
    import torchvision
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

CLASSES = {"ants": 310, "bees": 309}  # among ImageNet's; any would do, the weights are random
PER_CLASS = 3
torch.set_num_threads(1)


def random_model():
    torch.manual_seed(1)
    model = torchvision.models.resnet18(weights=None)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.uniform_(-0.5, 0.5)
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 1.5)
    return model.eval().to(memory_format=torch.channels_last)


def zoo(command, *arguments):
    program = [PROGRAMS / f"zoo-{command}", "--threads", "1", "--json", *arguments]
    return json.loads(subprocess.run(list(map(str, program)), check=True, capture_output=True, text=True).stdout)


def compare(folder):
    model = random_model()
    weights = folder / "random.pth"
    torch.save(model.state_dict(), weights)
    preset = torchvision.models.ResNet18_Weights.IMAGENET1K_V1.transforms(antialias=True)
    photos = [sorted((PHOTOS / name).glob("*.jpg"))[i] for name in CLASSES for i in range(PER_CLASS)]
    pictures = torch.stack([preset(Image.open(photo).convert("RGB")) for photo in photos])
    pictures = pictures.contiguous(memory_format=torch.channels_last)

    with torch.inference_mode():
        answers = zoo("predict", "--weights", weights, "--logits", *photos)
        for i, answer in enumerate(answers):
            expected = model(pictures[i:i + 1])[0]
            got = torch.tensor(answer["logits"])
            assert torch.equal(got, expected), (photos[i].name, (got - expected).abs().max().item())
            assert answer["top"][0]["index"] == expected.argmax().item(), photos[i].name

        names = [f"class {i}" for i in range(1000)]  # the weights name none
        (folder / "labels.txt").write_text("\n".join(names))
        for photo, index in zip(photos, [index for index in CLASSES.values() for _ in range(PER_CLASS)]):
            target = folder / "data" / names[index] / photo.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(photo)
        lines = folder / "lines.csv"
        result = zoo("evaluate", "--weights", weights, "--data", folder / "data", "--per-image", lines, "--batch-size",
                     len(photos), "--labels", folder / "labels.txt")
        order = sorted(range(len(photos)), key=lambda i: list(CLASSES.values())[i // PER_CLASS])
        labels = torch.tensor([list(CLASSES.values())[i // PER_CLASS] for i in order])
        logits = model(pictures[order].contiguous(memory_format=torch.channels_last))
        losses = torch.nn.functional.cross_entropy(logits, labels, reduction="none")
        for i, line in enumerate(csv.DictReader(lines.open())):
            assert line["file"] == f"{names[labels[i]]}/{photos[order[i]].name}", line
            assert line["predicted"] == names[logits[i].argmax()], line
            assert abs(float(line["loss"]) - losses[i].item()) < 1e-5, line  # PyTorch's is rounded to fp32
        assert abs(result["loss"] - losses.double().mean().item()) < 1e-12, result
        assert result["images"] == len(photos)
    print(f"{len(photos)} photos: logits equal, evaluation equal (torch {torch.__version__}, "
          f"torchvision {torchvision.__version__})")


with tempfile.TemporaryDirectory(prefix="zoo-test-") as temporary:
    compare(pathlib.Path(temporary))
