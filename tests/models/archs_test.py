"""fp32 logits and stage maps of every architecture against each library that has it, on two non-square inputs.

All are equal to the bit. By default one net of each kind is compared; ZOO_LONG=1 compares all.
Usage: archs_test.py PROGRAM (models_logits).
"""
import os
import pathlib
import sys
import unittest

from safetensors.torch import save_file

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
import reference_layouts  # noqa: E402
import reference_models  # noqa: E402
from timm.models import adapt_input_conv  # noqa: E402
from cpp_model import CppModel, relative_difference  # noqa: E402

CPP = CppModel(sys.argv.pop())
MODELS = reference_models.all_models() | {(model.library, model.arch): model for model in reference_layouts.more_models()}
KINDS = [
    ("timm", "resnet10t"), ("timm", "resnet26d"), ("timm", "seresnet18"), ("timm", "ecaresnet26t"), ("timm", "ecaresnetlight"),
    ("timm", "resnet50_gn"), ("timm", "resnet50s"), ("timm", "resnetaa34d"), ("timm", "resnetaa50"), ("timm", "resnetblur18"),
    ("timm", "resnetblur50d"), ("timm", "resnetrs50"), ("timm", "resnext50_32x4d"), ("timm", "seresnext26t_32x4d"),
    ("timm", "seresnetaa50d"), ("timm", "senet_small"), ("timm", "ecaresnet50d_pruned"), ("timm", "test_resnet"),
    ("timm", "resnest14d"), ("timm", "resnest50d_1s4x24d"), ("timm", "resnest50d_4s2x40d"), ("timm", "res2net50_26w_4s"),
    ("timm", "res2net50_48w_2s"), ("timm", "res2net50d"), ("timm", "res2next50"),
    ("torchvision", "resnet18"), ("torchvision", "resnet50"), ("torchvision", "wide_resnet50_2"),
    ("mmpretrain", "resnet50_caffe"), ("mmpretrain", "resnet18_cifar"), ("mmpretrain", "resnet50d"), ("mmpretrain", "seresnet50"),
    ("mmpretrain", "resnest50d"), ("mmpretrain", "res2net50_14w_8s"),
    ("transformers", "resnet18"), ("transformers", "resnet50"), ("transformers", "hf_early_strides"),
    *((("transformers", arch) for library, arch in MODELS if arch.startswith("hf_"))), ("paper", "resnet20_cifar"),
]
DILATED = ["resnet18", "resnet50d", "resnetaa50", "resnetblur18", "senet_small", "resnest26d", "res2net50d", "ecaresnet26t"]
POOLS = ["max", "avgmax", "catavgmax"]


class Archs(unittest.TestCase):
    def compare(self, reference, cpp_settings=(), **build_options):
        model = reference.build(**build_options)
        gain = reference_models.norm_gain(model)
        state = reference_models.filled_state(model, gain)
        model.load_state_dict(state)
        expected, inputs = {}, {}
        for index, size in enumerate(reference.inputs):
            images = reference_models.pictures(index, *size)
            logits, maps = reference_models.run(model, images)
            inputs[f"images.{index}" if index else "images"] = images
            prefix = f"{index}." if index else ""
            expected[prefix + "logits"] = logits
            expected |= {f"{prefix}stage.{stage + 1}": tensor for stage, tensor in enumerate(maps)}
        canonical = reference.library in ("timm", "torchvision", "paper")
        names, ours = CPP.run(reference.arch, inputs, None if canonical else lambda path: save_file(state, path),
                              classes=logits.shape[1], gain=gain, **dict(cpp_settings))
        if canonical:
            self.assertEqual(names, list(state))
        self.assertEqual(sorted(ours), sorted(expected))
        worst = max((relative_difference(ours[name], tensor), name) for name, tensor in expected.items())
        self.assertEqual(worst[0], 0, worst[1])

    def test_logits_and_stage_maps(self):
        keys = MODELS if os.environ.get("ZOO_LONG") else dict.fromkeys(KINDS)
        for key in keys:
            with self.subTest(library=key[0], arch=key[1]):
                self.compare(MODELS[key])

    def test_dilation_in_place_of_strides(self):
        for arch in DILATED:
            for stride in (8, 16):
                with self.subTest(arch=arch, output_stride=stride):
                    self.compare(MODELS["timm", arch], {"output_stride": stride}, output_stride=stride)

    def test_global_pools(self):
        for pool in POOLS:
            with self.subTest(pool=pool):
                self.compare(MODELS["timm", "resnet10t"], {"pool": pool}, global_pool=pool)

    def test_weights_of_three_channels_for_other_inputs(self):
        for arch in ("resnet10t", "resnet18"):
            reference = MODELS["timm", arch]
            state = reference_models.filled_state(reference.build(), 0.5)
            for channels in (1, 2, 4, 6):
                with self.subTest(arch=arch, channels=channels):
                    model = reference.build(in_chans=channels)
                    first = next(iter(state))
                    model.load_state_dict(state | {first: adapt_input_conv(channels, state[first])})
                    images = reference_models.pictures(0, 70, 101, channels)
                    logits, _ = reference_models.run(model, images)
                    _, ours = CPP.run(arch, {"images": images}, lambda path: save_file(state, path), in_channels=channels)
                    self.assertEqual(relative_difference(ours["logits"], logits), 0)

    def test_every_arch_has_a_reference(self):
        self.assertEqual(set(CPP.archs()) - {arch for _, arch in MODELS}, set())


if __name__ == "__main__":
    unittest.main()
