"""Trains a tiny hash-filled network with real PyTorch and writes train.json beside itself.

schedules: learning rates that LambdaLR gives an optimizer, step by step.
sgd: for some optimizer settings three epochs, of one step each and one of warm-up, of the paper's ResNet-20 (option A,
10 classes) on one batch of four 32x32 pictures in channels-last: the losses, and of every parameter and statistic after
them sum, sum of squares and the sha256 of its row-major bytes. The hashes hold on the machine that made them; '--stdout --threads N' prints the same
for this machine, which the test labelled "python" compares bit for bit.
Run with the reference environment (scripts/setup --reference).
"""
import argparse
import hashlib
import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

SCHEDULES = [
    dict(epochs=12, steps_per_epoch=5, lr=0.02, warmup_epochs=1),
    dict(epochs=3, steps_per_epoch=7, lr=0.1, warmup_epochs=0),
    dict(epochs=4, steps_per_epoch=5, lr=0.3, warmup_epochs=0.5),
    dict(epochs=2, steps_per_epoch=4, lr=1.0, warmup_epochs=2),
]
SETTINGS = [
    dict(lr=0.02, momentum=0.9, nesterov=True, weight_decay=5e-4),
    dict(lr=0.02, momentum=0.9, nesterov=False, weight_decay=0.0),
    dict(lr=0.05, momentum=0.0, nesterov=False, weight_decay=1e-2),
]


def uniform(tensor_index: int, shape) -> torch.Tensor:
    """Doubles in [0, 1) by a 32-bit hash of (tensor index, element index); tests/hash_uniform.h has the same."""
    h = np.arange(math.prod(shape), dtype=np.uint32) * np.uint32(0x85EBCA77)
    h += np.uint32(tensor_index * 0x9E3779B1 & 0xFFFFFFFF)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B), (16, 1)):
        h = (h ^ (h >> np.uint32(shift))) * np.uint32(factor)
    return torch.from_numpy((h >> np.uint32(8)).astype(np.float64) / 2**24).reshape(tuple(shape))


def hash_fill(model: nn.Module) -> None:
    """Weights with the variance of He's initialisation, norms near 1 and 0, statistics untouched."""
    with torch.no_grad():
        for index, (name, parameter) in enumerate(model.named_parameters()):
            u = uniform(index, parameter.shape)
            if parameter.dim() > 1:
                u = (u - 0.5) * math.sqrt(24.0 / (parameter.numel() / parameter.shape[0]))
            else:
                u = (u + 1.5) * 0.5 if name.endswith("weight") else (u - 0.5) * 0.2
            parameter.copy_(u.float())


class Block(nn.Module):
    def __init__(self, channels_in: int, channels: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.stride, self.pad = stride, (channels - channels_in) // 2

    def forward(self, x):
        out = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.stride > 1:
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.pad, self.pad))
        return F.relu(out + x)


class ResNet20(nn.Module):
    """He et al. 2015, section 4.2, under torchvision's names."""

    def __init__(self, num_classes: int):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(Block(16, 16, 1), Block(16, 16, 1), Block(16, 16, 1))
        self.layer2 = nn.Sequential(Block(16, 32, 2), Block(32, 32, 1), Block(32, 32, 1))
        self.layer3 = nn.Sequential(Block(32, 64, 2), Block(64, 64, 1), Block(64, 64, 1))
        self.fc = nn.Linear(64, num_classes)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x))))))
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


def schedule_factor(step: int, s: dict) -> float:
    warmup, total = s["warmup_epochs"] * s["steps_per_epoch"], s["epochs"] * s["steps_per_epoch"]
    if step < warmup or total == warmup:
        return min(1.0, (step + 1) / warmup)
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / (total - warmup)))


def make_schedule(s: dict) -> dict:
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], s["lr"])
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: schedule_factor(step, s))
    rates = []
    for _ in range(s["epochs"] * s["steps_per_epoch"]):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return s | {"rates": rates}


def digest(tensor: torch.Tensor) -> dict:
    values = tensor.detach().contiguous()
    return dict(sum=values.double().sum().item(), square=values.double().square().sum().item(),
                sha256=hashlib.sha256(values.numpy().tobytes()).hexdigest())


def make_steps(setting: dict) -> dict:
    model = ResNet20(10).to(memory_format=torch.channels_last)
    hash_fill(model)
    images = ((uniform(1000, (4, 3, 32, 32)) - 0.5) * 4).float().contiguous(memory_format=torch.channels_last)
    labels = torch.tensor([3, 1, 4, 1])
    optimizer = torch.optim.SGD(model.parameters(), **setting)
    model.train()
    schedule, losses = dict(epochs=3, steps_per_epoch=1, warmup_epochs=1), []
    for step in range(3):
        optimizer.param_groups[0]["lr"] = setting["lr"] * schedule_factor(step, schedule)
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return setting | {"losses": losses, "tensors": {name: digest(t) for name, t in model.state_dict().items()}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stdout", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    result = {"versions": {"torch": torch.__version__, "numpy": np.__version__},
              "schedules": [make_schedule(s) for s in SCHEDULES], "sgd": [make_steps(s) for s in SETTINGS]}
    if args.stdout:
        print(json.dumps(result))
    else:
        pathlib.Path(__file__).with_name("train.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
