"""Runs the real libraries' ResNets on hash-filled weights and pictures and writes models.json beside itself.

For each model and each of two non-square inputs of batch 2: the logits (at most 16 of each picture) and, of the map after
each stage, mean, mean of the absolute values and four elements. models_golden_test.cpp compares within a tolerance;
tests/models/bitwise_test.py builds the same models and compares bit for bit on its own machine.
Run with the reference environment (scripts/setup --reference).
"""
import json
import math
import pathlib
import sys

import numpy as np
import torch
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "python"))
import reference_shim  # noqa: E402,F401
from cifar_resnet import CifarResNet  # noqa: E402
from hash_uniform import uniform  # noqa: E402
import mmpretrain  # noqa: E402
import mmpretrain.models  # noqa: E402
import timm  # noqa: E402
import torchvision  # noqa: E402

IMAGENET_INPUTS = [(96, 64), (101, 93)]
CIFAR_INPUTS = [(24, 32), (33, 31)]
BIG_INPUTS = [(24, 16), (17, 21)]  # for the CIFAR nets that would take long


def filled_state(model: nn.Module, norm_gain: float) -> dict[str, torch.Tensor]:
    """A state dict with the variance of He's initialisation; `norm_gain` keeps deep nets from growing without bound."""
    state = {}
    for index, (name, tensor) in enumerate(model.state_dict().items()):
        if name.endswith("num_batches_tracked"):
            state[name] = torch.tensor(index)
            continue
        u = uniform(index, tensor.shape)
        if tensor.dim() > 1:
            u = (u - 0.5) * math.sqrt(24.0 / (tensor.numel() // tensor.shape[0]))
        elif name.endswith("running_var"):
            u = u + 0.5
        elif name.endswith("weight"):
            u = (u + 0.5) * norm_gain
        else:
            u = (u - 0.5) * 0.2
        state[name] = torch.from_numpy(u.astype(np.float32))
    return state


def pictures(index: int, height: int, width: int, channels: int = 3) -> torch.Tensor:
    """float32 in [-2, 2)."""
    return torch.from_numpy(((uniform(1_000_000 + index, (2, channels, height, width)) - 0.5) * 4).astype(np.float32))


class OpenMMLab(nn.Module):
    """An mmpretrain classifier that is called with pictures alone."""

    def __init__(self, kind: str, depth: int, num_classes: int, **options):
        super().__init__()
        from mmpretrain.registry import MODELS
        channels = 512 if depth < 50 else 2048
        self.net = MODELS.build(dict(
            type="ImageClassifier", backbone=dict(type=kind, depth=depth, **options), neck=dict(type="GlobalAveragePooling"),
            head=dict(type="LinearClsHead", num_classes=num_classes, in_channels=channels)))
        for stage in range(1, 5):
            self.__dict__[f"layer{stage}"] = getattr(self.net.backbone, f"layer{stage}")

    def forward(self, x):
        return self.net(x, mode="tensor")

    def state_dict(self, *args, **kwargs):
        return self.net.state_dict(*args, **kwargs)

    def load_state_dict(self, state, **kwargs):
        return self.net.load_state_dict(state, **kwargs)


def models():
    """(library, name as C++ knows it, a function that builds the reference model, input sizes)"""
    def torchvision_model(name):
        return "torchvision", name, lambda: torchvision.models.get_model(name, weights=None), IMAGENET_INPUTS

    def timm_model(name):
        return "timm", name, lambda: timm.create_model(name), IMAGENET_INPUTS

    def paper(depth):
        return "paper", f"resnet{depth}_cifar", lambda: CifarResNet(depth), BIG_INPUTS if depth > 110 else CIFAR_INPUTS

    def openmmlab_cifar(depth):
        return "mmpretrain", f"resnet{depth}_cifar", lambda: OpenMMLab("ResNet_CIFAR", depth, 10), BIG_INPUTS

    yield from map(torchvision_model, ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152"))
    yield from map(openmmlab_cifar, (18, 34, 50, 101, 152))
    yield from map(paper, (20, 32, 44, 56, 110, 1202))
    yield from map(timm_model, ("resnet18d", "resnet50d", "resnext50_32x4d"))
    yield "mmpretrain", "resnet50_caffe", lambda: OpenMMLab("ResNet", 50, 1000, style="caffe"), IMAGENET_INPUTS


def stage_names(model: nn.Module) -> list[str]:
    return [name for name in ("layer1", "layer2", "layer3", "layer4") if hasattr(model, name)]


def norm_gain(model: nn.Module) -> float:
    """Lets the branches of all blocks together about double the variance."""
    blocks = [block for name in stage_names(model) for block in getattr(model, name)]
    convs = sum(1 for name, _ in blocks[-1].named_children() if name.startswith("conv"))
    return round(len(blocks) ** (-1 / (2 * convs)), 3)


def run(model: nn.Module, images: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Logits and the map after each stage."""
    maps = []
    hooks = [getattr(model, name).register_forward_hook(lambda _m, _i, out: maps.append(out.clone()))
             for name in stage_names(model)]
    with torch.no_grad():
        logits = model.eval()(images)
    for hook in hooks:
        hook.remove()
    return logits, maps


def summary(tensor: torch.Tensor) -> dict:
    flat = tensor.flatten().double()
    places = [i * (flat.numel() - 1) // 3 for i in range(4)]
    return {"shape": list(tensor.shape), "mean": flat.mean().item(), "abs_mean": flat.abs().mean().item(),
            "elements": [flat[i].item() for i in places]}


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.7g}")
    if isinstance(value, dict):
        return {key: rounded(member) for key, member in value.items()}
    return [rounded(member) for member in value] if isinstance(value, list) else value


def main():
    records = []
    for library, arch, build, sizes in models():
        model = build()
        gain = norm_gain(model)
        model.load_state_dict(filled_state(model, gain))
        record = {"library": library, "arch": arch, "norm_gain": gain,
                  "params": sum(p.numel() for p in model.parameters()), "tensors": len(model.state_dict()), "runs": []}
        for index, (height, width) in enumerate(sizes):
            logits, maps = run(model, pictures(index, height, width))
            record["classes"] = logits.shape[1]
            record["runs"].append({"height": height, "width": width, "logits": logits[:, :16].tolist(),
                                   "logits_summary": summary(logits), "stages": [summary(m) for m in maps]})
        print(arch, gain, [f"{s['abs_mean']:.3g}" for s in record["runs"][0]["stages"]],
              f"{record['runs'][0]['logits_summary']['abs_mean']:.3g}")
        records.append(json.dumps(rounded(record)))
    versions = {"torch": torch.__version__, "torchvision": torchvision.__version__, "timm": timm.__version__,
                "mmpretrain": mmpretrain.__version__, "numpy": np.__version__}
    pathlib.Path(__file__).with_name("models.json").write_text(
        '{"made_with": %s,\n "models": [\n  %s\n]}\n' % (json.dumps(versions), ",\n  ".join(records)))


if __name__ == "__main__":
    main()
