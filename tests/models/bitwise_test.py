"""On one machine fp32 outputs, gradients, SGD steps and statistics equal the reference libraries' to the bit.

The models are those of python/reference_models.py; some reach C++ through files of several forms, as Python writes them.
Usage: bitwise_test.py PROGRAM (models_logits).
"""
import collections
import pathlib
import sys
import unittest

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
import reference_models  # noqa: E402
from cpp_model import CppModel, relative_difference  # noqa: E402

CPP = CppModel(sys.argv.pop())
MODELS = reference_models.all_models()
STORED = [("torchvision", "resnet18"), ("torchvision", "resnet50"), ("paper", "resnet20_cifar"), ("timm", "resnet50d"),
          ("mmpretrain", "resnet50_cifar"), ("timm", "seresnet18"), ("timm", "resnetrs50"), ("timm", "resnest14d")]
TRAINED = [("torchvision", "resnet18"), ("torchvision", "resnet50"), ("paper", "resnet20_cifar"), ("paper", "resnet20_cifar_b"),
           ("timm", "resnet50d"), ("timm", "seresnet18"), ("timm", "ecaresnet26t"), ("timm", "resnet50_gn"),
           ("timm", "resnetblur18"), ("timm", "resnetblur50"), ("timm", "resnetaa34d"), ("timm", "resnetaa50"),
           ("timm", "resnetrs50"), ("timm", "senet_small"), ("timm", "ecaresnet50d_pruned"), ("timm", "resnest14d"),
           ("timm", "resnest50d_4s2x40d"), ("timm", "res2net50_26w_4s"), ("timm", "res2next50"), ("mmpretrain", "resnet50_caffe"),
           ("transformers", "hf_gelu")]
DROPPING = ["resnet10t", "resnet26d", "seresnet18", "res2net50_48w_2s"]  # timm's ResNeSt drops the shortcut's input instead
STEPS = 3


def zip_in_state_dict(state, path):
    torch.save({"epoch": 3, "state_dict": state, "optimizer": {"state": {}, "param_groups": [{"lr": 0.1}]}}, path)


def legacy_with_module(state, path):
    torch.save({f"module.{name}": tensor for name, tensor in state.items()}, path, _use_new_zipfile_serialization=False)


def parameters_without_counters(state, path):
    torch.save(collections.OrderedDict((name, torch.nn.Parameter(tensor)) for name, tensor in state.items()
                                       if not name.endswith("num_batches_tracked")), path)


def safetensors_compiled(state, path):
    save_file({f"_orig_mod.{name}": tensor for name, tensor in state.items()}, path)


FORMS = [zip_in_state_dict, legacy_with_module, parameters_without_counters, safetensors_compiled]


def train(model, images, labels, names):
    """Losses, first gradients and last state; `names` are C++'s of the state dict's tensors, which has the same order."""
    results = {}
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
    for step in range(STEPS):
        loss = F.cross_entropy(model.train()(images), labels)
        optimizer.zero_grad()
        loss.backward()
        results[f"loss.{step}"] = loss.detach()
        if step == 0:
            results |= {f"grad.{name}": tensor.grad.clone() for name, tensor in zip(names, model.state_dict(keep_vars=True).values())
                        if tensor.grad is not None}
        optimizer.step()
    return results | {f"state.{name}": tensor for name, tensor in zip(names, model.state_dict().values())}


class Bitwise(unittest.TestCase):
    maxDiff = None

    def filled(self, model):
        gain = reference_models.norm_gain(model)
        state = reference_models.filled_state(model, gain)
        model.load_state_dict(state)
        return state, gain

    def assert_same_bits(self, ours, expected):
        self.assertEqual(sorted(ours), sorted(expected))
        worst = max((relative_difference(ours[name], tensor), name) for name, tensor in expected.items())
        self.assertEqual(worst[0], 0, worst[1])

    def compare_training(self, reference, model, **settings):
        _, gain = self.filled(model)
        images, labels = reference_models.pictures(0, *reference.inputs[0]), torch.tensor([3, 7])
        classes = model.eval()(images).shape[1]
        names, ours = CPP.run(reference.arch, {"images": images, "labels": labels}, classes=classes, gain=gain, steps=STEPS,
                              seed=5, **settings)
        torch.manual_seed(5)
        self.assert_same_bits(ours, train(model, images, labels, names))

    def test_stored_forms(self):
        for index, key in enumerate(STORED):
            reference, form = MODELS[key], FORMS[index % len(FORMS)]
            with self.subTest(arch=key[1], library=key[0], form=form.__name__):
                model = reference.build()
                state, _ = self.filled(model)
                images = reference_models.pictures(1, *reference.inputs[1])
                logits, maps = reference_models.run(model, images)
                expected = {f"stage.{stage + 1}": tensor for stage, tensor in enumerate(maps)} | {"logits": logits}
                _, ours = CPP.run(key[1], {"images": images}, lambda path: form(state, path), classes=logits.shape[1])
                self.assert_same_bits(ours, expected)

    def test_losses_gradients_and_statistics(self):
        for key in TRAINED:
            with self.subTest(arch=key[1], library=key[0]):
                self.compare_training(MODELS[key], MODELS[key].build())

    def test_dropout_and_drop_path_draw_alike(self):
        for arch in DROPPING:
            with self.subTest(arch=arch):
                reference = MODELS["timm", arch]
                model = reference.build(drop_rate=0.3, drop_path_rate=0.4)
                self.compare_training(reference, model, drop=0.3, drop_path=0.4)

    def test_frozen_stages_and_norm_eval(self):
        for options in (dict(frozen_stages=0), dict(frozen_stages=2), dict(norm_eval=True), dict(frozen_stages=1, norm_eval=True)):
            with self.subTest(**options):
                model = reference_models.OpenMMLab("ResNet", 18, **options)
                settings = {name: int(value) for name, value in options.items()}
                self.compare_training(MODELS["torchvision", "resnet18"], model, **settings)


if __name__ == "__main__":
    unittest.main()
