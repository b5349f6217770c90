"""Records the tensors of the reference models: writes layouts.json beside itself.

For each model: the sha256 over its lines "name dim dim ...\n" in state-dict order, the number of tensors and of learnable
parameters, and the multiply-accumulates of its convolutions and linear layers, counted while a picture runs through it.
Run with the reference environment (scripts/setup --reference); everything runs on the meta device, without memory.
"""
import hashlib
import json
import math
import pathlib
import sys

import torch
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "python"))
import reference_shim  # noqa: E402,F401
import mmpretrain  # noqa: E402
import mmpretrain.models  # noqa: E402
import timm  # noqa: E402
import torchvision  # noqa: E402


class PaperBlock(nn.Module):
    """Two 3x3 convolutions; the shortcut has no parameters (option A of He et al. 2015)."""

    def __init__(self, channels_in, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x):
        return self.bn2(self.conv2(self.bn1(self.conv1(x))))


class PaperNet(nn.Module):
    """The paper's CIFAR net of depth 6n + 2 under the names of akamaster/pytorch_resnet_cifar10."""

    def __init__(self, depth, num_classes=10):
        super().__init__()
        n = (depth - 2) // 6
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        channels = 16
        for stage, width in enumerate((16, 32, 64)):
            blocks = []
            for block in range(n):
                blocks.append(PaperBlock(channels, width, 2 if stage > 0 and block == 0 else 1))
                channels = width
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.linear = nn.Linear(64, num_classes)

    def forward(self, x):
        x = self.bn1(self.conv1(x))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))


def openmmlab(kind, depth, num_classes):
    from mmpretrain.registry import MODELS
    channels = 512 if depth < 50 else 2048
    with torch.device("cpu"):  # its constructors read values
        model = MODELS.build(dict(type="ImageClassifier",
                                  backbone=dict(type=kind, depth=depth),
                                  neck=dict(type="GlobalAveragePooling"),
                                  head=dict(type="LinearClsHead", num_classes=num_classes, in_channels=channels)))
    return model.to("meta")


def macs_of(model, height, width):
    total = 0

    def count(module, _, output):
        nonlocal total
        pixels = math.prod(output.shape[2:]) if isinstance(module, nn.Conv2d) else 1
        total += module.weight.numel() * pixels

    hooks = [m.register_forward_hook(count) for m in model.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    model.eval()
    model(torch.empty(1, 3, height, width, device="meta"))
    for hook in hooks:
        hook.remove()
    return total


def record(reference, arch, layout, model, height, width):
    lines = "".join(f"{name} {' '.join(map(str, tensor.shape))}".rstrip() + "\n"
                    for name, tensor in model.state_dict().items())
    return {"reference": reference, "arch": arch, "layout": layout, "tensors": len(model.state_dict()),
            "params": sum(p.numel() for p in model.parameters()),
            "height": height, "width": width, "macs": macs_of(model, height, width),
            "sha256": hashlib.sha256(lines.encode()).hexdigest()}


def main():
    records = []
    with torch.device("meta"):
        for depth in (18, 34, 50, 101, 152):
            name = f"resnet{depth}"
            model = torchvision.models.get_model(name, weights=None)
            records.append(record(f"torchvision {name}", name, "torchvision", model, 224, 224))
            records.append(record(f"torchvision {name}", name, "torchvision", model, 101, 75))
            records.append(record(f"mmpretrain ResNet-{depth}", name, "openmmlab", openmmlab("ResNet", depth, 1000), 224, 224))
            records.append(record(f"mmpretrain ResNet_CIFAR-{depth}", f"{name}_cifar", "openmmlab",
                                  openmmlab("ResNet_CIFAR", depth, 10), 32, 32))
        for depth in (20, 32, 44, 56, 110, 1202):
            records.append(record(f"akamaster resnet{depth}", f"resnet{depth}_cifar", "akamaster", PaperNet(depth), 32, 32))
        for name in ("resnet18d", "resnet50c", "resnet50d", "resnext50_32x4d", "wide_resnet50_2"):
            records.append(record(f"timm {name}", name, "torchvision", timm.create_model(name), 161, 224))
        records.append(record("mmpretrain ResNetV1d-18", "resnet18d", "openmmlab", openmmlab("ResNetV1d", 18, 1000), 224, 224))
        records.append(record("mmpretrain ResNetV1c-50", "resnet50c", "openmmlab", openmmlab("ResNetV1c", 50, 1000), 224, 224))
        records.append(record("mmpretrain ResNetV1d-50", "resnet50d", "openmmlab", openmmlab("ResNetV1d", 50, 1000), 224, 224))
    versions = {"torch": torch.__version__, "torchvision": torchvision.__version__, "timm": timm.__version__,
                "mmpretrain": mmpretrain.__version__}
    lines = ",\n".join("  " + json.dumps(r) for r in records)
    target = pathlib.Path(__file__).with_name("layouts.json")
    target.write_text('{"made_with": %s,\n "models": [\n%s\n]}\n' % (json.dumps(versions), lines))


if __name__ == "__main__":
    main()
