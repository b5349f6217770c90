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
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "python"))
from cifar_resnet import CifarResNet  # noqa: E402
from hash_uniform import uniform  # noqa: E402

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


def hash_fill(model: nn.Module) -> None:
    """Weights with the variance of He's initialisation, norms near 1 and 0, statistics untouched."""
    with torch.no_grad():
        for index, (name, parameter) in enumerate(model.named_parameters()):
            u = torch.from_numpy(uniform(index, parameter.shape))
            if parameter.dim() > 1:
                u = (u - 0.5) * math.sqrt(24.0 / (parameter.numel() / parameter.shape[0]))
            else:
                u = (u + 1.5) * 0.5 if name.endswith("weight") else (u - 0.5) * 0.2
            parameter.copy_(u.float())


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
    model = CifarResNet(20).to(memory_format=torch.channels_last)
    hash_fill(model)
    images = torch.from_numpy((uniform(1000, (4, 3, 32, 32)) - 0.5) * 4).float().contiguous(memory_format=torch.channels_last)
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
