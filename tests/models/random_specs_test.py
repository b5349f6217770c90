"""Random nets of timm's ResNet class: built from the same options, loaded from timm's file, equal to the bit, and back.

By default 60 of them; ZOO_LONG=1 takes 500. Usage: random_specs_test.py PROGRAM (models_logits).
"""
import functools
import os
import pathlib
import random
import sys
import tempfile
import unittest

import torch
from safetensors.torch import load_file, save_file

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
import reference_models  # noqa: E402
from cpp_program import MEMORY_FOLDER, CppProgram  # noqa: E402
from timm.layers import BlurPool2d, GroupNorm, SEModule  # noqa: E402
from timm.models.res2net import Bottle2neck  # noqa: E402
from timm.models.resnest import ResNestBottleneck  # noqa: E402
from timm.models.resnet import BasicBlock, Bottleneck, ResNet  # noqa: E402

PROGRAM = sys.argv.pop()
COUNT = 500 if os.environ.get("ZOO_LONG") else 60
BLOCKS = {"basic": BasicBlock, "bottleneck": Bottleneck, "res2net": Bottle2neck, "resnest": ResNestBottleneck}


def expansion(kind):
    return 1 if kind == "basic" else 4


def random_net(seed):
    """(timm's options, our fields)"""
    dice = random.Random(seed)
    kind = dice.choice(["basic", "bottleneck", "bottleneck", "mixed", "res2net", "resnest"])
    group = dice.random() < 0.15 and kind in ("basic", "bottleneck")
    stages = 4  # timm calls each of them by name
    kinds = dice.choices(["basic", "bottleneck"], k=stages) if kind == "mixed" else [kind] * stages
    unit = 32 if group else 8
    planes = [unit * dice.randint(1, 4) for _ in range(stages)]
    layers = [dice.randint(1, 2) for _ in range(stages)]
    output_stride = dice.choice([32, 32, 16, 8])
    if output_stride < 32:
        # Where a dilated stage keeps its width, timm leaves its shortcut out; in zoo dilation never changes the tensors.
        planes = [width + unit * index * 4 for index, width in enumerate(planes)]
    timm = dict(layers=layers, channels=planes, block=tuple(BLOCKS[k] for k in kinds), block_args={},
                num_classes=dice.randint(1, 9), in_chans=dice.choice([1, 3, 3, 4]),
                global_pool=dice.choice(["avg", "avg", "max", "avgmax", "catavgmax"]), output_stride=output_stride,
                avg_down=dice.random() < 0.4)
    ours = dict(depths=layers, channels=[expansion(k) * p for k, p in zip(kinds, planes)], classes=timm["num_classes"],
                stage_blocks=["basic" if k == "basic" else "bottleneck" for k in kinds], in_channels=timm["in_chans"],
                pool=timm["global_pool"], output_stride=timm["output_stride"],
                shortcut="avg_pool_conv" if timm["avg_down"] else "conv")
    if group:
        timm["norm_layer"], ours["norm"] = GroupNorm, "group"
    stem(dice, unit, timm, ours)
    widths(dice, kind, timm, ours)
    if kind not in ("res2net", "resnest"):
        attention(dice, timm, ours)
        anti_alias(dice, timm, ours)
    return timm, ours


def stem(dice, unit, timm, ours):
    timm["stem_type"] = dice.choice(["", "deep", "deep_tiered"] if unit < 32 else ["", "deep"])
    width = timm["stem_width"] = 4 * unit if unit == 32 else dice.choice([8, 12, 16])
    if timm["stem_type"]:
        ours |= dict(stem="deep", stem_widths=[width // 4 * 3 if "tiered" in timm["stem_type"] else width, width, 2 * width])
    else:
        ours["stem_widths"] = [64, 0, 0]
    if dice.random() < 0.25:
        timm["replace_stem_pool"], ours["stem_pool"] = True, "conv"
    if not timm["avg_down"] and dice.random() < 0.3:
        timm["down_kernel_size"] = ours["shortcut_kernel"] = 3


def widths(dice, kind, timm, ours):
    if kind in ("basic", "bottleneck") and dice.random() < 0.2:
        timm["block_reduce_first"] = ours["reduce_first"] = 2 if "norm" not in ours else 1
    if kind in ("bottleneck", "res2net", "resnest") and "norm" not in ours:
        timm["cardinality"] = ours["groups"] = dice.choice([1, 2, 4])
        timm["base_width"] = ours["base_width"] = dice.choice([32, 64, 64, 96])
    if kind == "res2net":
        timm["block_args"]["scale"] = ours["scales"] = dice.choice([2, 3, 4])
    if kind == "resnest":
        timm["block_args"] |= dict(radix=dice.choice([1, 2]), avd=True, avd_first=dice.random() < 0.5)
        ours |= dict(radix=timm["block_args"]["radix"], pool_first=int(timm["block_args"]["avd_first"]))


def attention(dice, timm, ours):
    choice = dice.choice(["none", "none", "se", "se 4", "eca"])
    if choice != "none":
        timm["block_args"]["attn_layer"] = functools.partial(SEModule, rd_ratio=0.25) if choice == "se 4" else choice
        ours["attention"] = choice.split()[0]
        ours["se_reduction"] = 4 if choice == "se 4" else 16


def anti_alias(dice, timm, ours):
    """timm's stem then has its pool too, which cannot be a convolution in zoo."""
    kind = dice.choice(["none", "none", "avg", "blur"])
    if kind == "none" or "stem_pool" in ours:
        return
    timm["aa_layer"] = torch.nn.AvgPool2d if kind == "avg" else BlurPool2d
    ours |= dict(anti_alias=kind, stem_pool="avg" if kind == "avg" else "max_blur")


def as_arguments(fields):
    return [f"{name}={','.join(map(str, value)) if isinstance(value, list) else value}" for name, value in fields.items()]


class RandomSpecs(unittest.TestCase):
    def test_nets_of_timm(self):
        program = CppProgram(PROGRAM)
        self.addCleanup(program.close)
        with tempfile.TemporaryDirectory(dir=MEMORY_FOLDER) as name:
            for seed in range(COUNT):
                with self.subTest(seed=seed):
                    self.compare(program, seed, pathlib.Path(name))

    def compare(self, program, seed, folder):
        options, fields = random_net(seed)
        model = ResNet(**options)
        model.load_state_dict(reference_models.filled_state(model, 0.6))
        state = model.state_dict()
        save_file(state, folder / "weights")
        size = (64, 96) if fields.get("anti_alias") == "avg" else (45, 70)
        images = reference_models.pictures(seed, *size, options["in_chans"])
        save_file({"images": images}, folder / "inputs")
        names = program("resnet18", folder / "inputs", folder / "out", f"weights={folder / 'weights'}",
                        f"save={folder / 'saved'}", *as_arguments(fields))
        self.assertEqual(names, list(state))
        logits, maps = reference_models.run(model, images)
        ours = load_file(folder / "out")
        self.assertTrue(torch.equal(ours["logits"], logits))
        for index, tensor in enumerate(maps):
            self.assertTrue(torch.equal(ours[f"stage.{index + 1}"], tensor), f"stage {index + 1}")
        back = ResNet(**options)
        back.load_state_dict(load_file(folder / "saved"))
        for key, tensor in back.state_dict().items():
            self.assertTrue(torch.equal(tensor, state[key]), key)


if __name__ == "__main__":
    unittest.main()
