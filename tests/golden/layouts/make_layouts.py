"""Records the tensors of the reference models: writes layouts.json beside itself.

For each architecture and library: the first 16 digits of the sha256 over the lines "name dim dim ...\n" of its state dict
(in its order where that is torchvision's; sorted for OpenMMLab and Hugging Face, which order a block otherwise), the number
of tensors and of learnable parameters, and the multiply-accumulates of its convolutions and linear layers, counted while a
picture runs through it. Run with the reference environment (scripts/setup --reference); everything runs on the meta device,
without memory.
"""
import hashlib
import json
import math
import pathlib
import sys

import torch
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "python"))
from reference_layouts import LAYOUTS, layout_models, named_shapes  # noqa: E402
import mmpretrain  # noqa: E402
import timm  # noqa: E402
import torchvision  # noqa: E402
import transformers  # noqa: E402


def macs_of(model, height, width):
    total = 0

    def count(module, _, output):
        nonlocal total
        total += module.weight.numel() * (1 if isinstance(module, nn.Linear) else math.prod(output.shape[2:]))

    hooks = [m.register_forward_hook(count) for m in model.modules() if isinstance(m, (nn.Conv1d, nn.Conv2d, nn.Linear))]
    with torch.no_grad():
        model.eval()(torch.empty(1, 3, height, width, device="meta"))
    for hook in hooks:
        hook.remove()
    return total


def size_of(reference):
    if "cifar" in reference.arch:
        return 32, 48
    if "aa" in reference.arch:  # takes multiples of 32 only
        return 160, 224
    return 161, 225


def record(reference):
    model = reference.build()
    height, width = size_of(reference)
    lines = [f"{name} {' '.join(map(str, shape))}".rstrip() + "\n" for name, shape in named_shapes(reference, model)]
    if reference.library in ("mmpretrain", "transformers"):
        lines.sort()
    return {"library": reference.library, "arch": reference.arch, "layout": LAYOUTS[reference.library],
            "tensors": len(lines), "params": sum(p.numel() for p in model.parameters()),
            "height": height, "width": width, "macs": macs_of(model, height, width),
            "sha256": hashlib.sha256("".join(lines).encode()).hexdigest()[:16]}


def main():
    versions = {"torch": torch.__version__, "torchvision": torchvision.__version__, "timm": timm.__version__,
                "mmpretrain": mmpretrain.__version__, "transformers": transformers.__version__}
    lines = ",\n".join("  " + json.dumps(record(reference)) for reference in layout_models())
    target = pathlib.Path(__file__).with_name("layouts.json")
    target.write_text('{"made_with": %s,\n "models": [\n%s\n]}\n' % (json.dumps(versions), lines))


if __name__ == "__main__":
    main()
