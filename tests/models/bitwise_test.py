"""On one machine fp32 logits, stage maps, gradients and statistics equal the reference libraries' to the bit.

The models are those of golden/models/make_models.py; each reaches C++ through a file of another form, as Python writes it.
Usage: bitwise_test.py PROGRAM (models_logits).
"""
import collections
import pathlib
import subprocess
import sys
import tempfile
import unittest

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "golden" / "models"))
import make_models  # noqa: E402

PROGRAM = sys.argv.pop()
MODELS = {(library, arch): (build, sizes) for library, arch, build, sizes in make_models.models()}
EVALUATED = [("torchvision", "resnet18"), ("torchvision", "resnet50"), ("torchvision", "resnet101"),
             ("mmpretrain", "resnet18_cifar"), ("mmpretrain", "resnet50_cifar"), ("paper", "resnet20_cifar"),
             ("paper", "resnet110_cifar"), ("timm", "resnet18d"), ("timm", "resnet50d"), ("timm", "resnext50_32x4d"),
             ("mmpretrain", "resnet50_caffe")]
TRAINED = [("torchvision", "resnet18"), ("torchvision", "resnet50"), ("paper", "resnet20_cifar"), ("timm", "resnet50d")]


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


class Bitwise(unittest.TestCase):
    maxDiff = None

    def prepared(self, key):
        build, sizes = MODELS[key]
        model = build()
        state = make_models.filled_state(model, make_models.norm_gain(model))
        model.load_state_dict(state)
        return model, state, sizes

    def run_cpp(self, arch, classes, state, inputs, form):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            form(state, folder / "weights")
            save_file(inputs, folder / "inputs")
            command = [PROGRAM, arch, str(classes), folder / "weights", folder / "inputs", folder / "out.safetensors"]
            result = subprocess.run(command, capture_output=True, text=True)
            self.assertEqual(result.returncode, 0, result.stderr)
            return load_file(folder / "out.safetensors")

    def assert_same_bits(self, name, ours, reference):
        self.assertEqual(ours.shape, reference.shape, name)
        difference = (ours.double() - reference.double()).abs().max().item() if ours.numel() else 0
        self.assertTrue(torch.equal(ours, reference.contiguous()), f"{name} differs by up to {difference}")

    def test_logits_and_stage_maps(self):
        for index, key in enumerate(EVALUATED):
            model, state, sizes = self.prepared(key)
            images = make_models.pictures(1, *sizes[1])
            logits, maps = make_models.run(model, images)
            form = FORMS[index % len(FORMS)]
            with self.subTest(arch=key[1], library=key[0], form=form.__name__):
                ours = self.run_cpp(key[1], logits.shape[1], state, {"images": images}, form)
                self.assertEqual(len(ours), 1 + len(maps))
                for stage, reference in enumerate(maps):
                    self.assert_same_bits(f"stage {stage + 1}", ours[f"stage.{stage + 1}"], reference)
                self.assert_same_bits("logits", ours["logits"], logits)

    def test_loss_gradients_and_statistics(self):
        for key in TRAINED:
            model, state, sizes = self.prepared(key)
            images, labels = make_models.pictures(0, *sizes[0]), torch.tensor([3, 7])
            loss = F.cross_entropy(model.train()(images), labels)
            loss.backward()
            with self.subTest(arch=key[1], library=key[0]):
                ours = self.run_cpp(key[1], model.fc.out_features, state, {"images": images, "labels": labels}, zip_in_state_dict)
                expected = {"loss": loss.detach()}
                expected |= {f"grad.{name}": parameter.grad for name, parameter in model.named_parameters()}
                expected |= {f"state.{name}": tensor for name, tensor in model.state_dict().items()}
                self.assertEqual(sorted(ours), sorted(expected))
                for name, tensor in expected.items():
                    self.assert_same_bits(name, ours[name], tensor)


if __name__ == "__main__":
    unittest.main()
