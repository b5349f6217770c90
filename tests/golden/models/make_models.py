"""Runs the real libraries' ResNets on hash-filled weights and pictures and writes models.json beside itself.

For each model and each of two non-square inputs of batch 2: the logits (at most 16 of each picture) and, of the map after
each stage, mean, mean of the absolute values and four elements. tests/models/golden_test.cpp compares within a tolerance;
tests/models/archs_test.py compares bit for bit on its own machine.
Run with the reference environment (scripts/setup --reference).
"""
import json
import pathlib
import sys

import numpy as np
import torch

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "python"))
import reference_models  # noqa: E402
import mmpretrain  # noqa: E402
import timm  # noqa: E402
import torchvision  # noqa: E402
import transformers  # noqa: E402

MODELS = [
    *(("torchvision", f"resnet{depth}") for depth in (18, 34, 50, 101, 152)),
    *(("mmpretrain", f"resnet{depth}_cifar") for depth in (18, 34, 50, 101, 152)),
    *(("paper", f"resnet{depth}_cifar") for depth in (20, 32, 44, 56, 110, 1202)), ("paper", "resnet20_cifar_b"),
    *(("timm", arch) for arch in (
        "resnet18d", "resnet50d", "resnext50_32x4d", "resnet10t", "seresnet18", "ecaresnet26t", "resnet50_gn", "resnet50s",
        "resnetaa34d", "resnetblur18", "resnetrs50", "seresnext26t_32x4d", "senet_small", "ecaresnet50d_pruned", "test_resnet",
        "resnest14d", "resnest50d_4s2x40d", "res2net50_48w_2s", "res2next50")),
    ("mmpretrain", "resnet50_caffe"), ("transformers", "hf_early_strides"), ("transformers", "hf_gelu"),
    ("transformers", "hf_quick_gelu"), ("transformers", "hf_silu")]


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
    references = reference_models.all_models()
    for key in MODELS:
        reference = references[key]
        model = reference.build()
        gain = reference_models.norm_gain(model)
        model.load_state_dict(reference_models.filled_state(model, gain))
        record = {"library": reference.library, "arch": reference.arch, "norm_gain": gain,
                  "params": sum(p.numel() for p in model.parameters()), "tensors": len(model.state_dict()), "runs": []}
        for index, (height, width) in enumerate(reference.inputs):
            logits, maps = reference_models.run(model, reference_models.pictures(index, height, width))
            record["classes"] = logits.shape[1]
            record["runs"].append({"height": height, "width": width, "logits": logits[:, :16].tolist(),
                                   "logits_summary": summary(logits), "stages": [summary(m) for m in maps]})
        print(reference.arch, gain, [f"{s['abs_mean']:.3g}" for s in record["runs"][0]["stages"]],
              f"{record['runs'][0]['logits_summary']['abs_mean']:.3g}")
        records.append(json.dumps(rounded(record)))
    versions = {"torch": torch.__version__, "torchvision": torchvision.__version__, "timm": timm.__version__,
                "mmpretrain": mmpretrain.__version__,
                "transformers": transformers.__version__, "numpy": np.__version__}
    pathlib.Path(__file__).with_name("models.json").write_text(
        '{"made_with": %s,\n "models": [\n  %s\n]}\n' % (json.dumps(versions), ",\n  ".join(records)))


if __name__ == "__main__":
    main()
