"""zoo's ResNetModel, ResNetForImageClassification and ResNetBackbone against transformers' own: outputs, losses and folders.

All outputs are equal bit for bit: the operators are the same. Usage: transformers_test.py PROGRAM (hf_tool).
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

import torch
from safetensors.torch import load_file, save_file

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
import reference_shim  # noqa: E402,F401
import transformers  # noqa: E402
from transformers import ResNetBackbone, ResNetConfig, ResNetForImageClassification, ResNetModel  # noqa: E402

PROGRAM = sys.argv.pop()
LABELS = ["ant", "bee", "süß"]
CONFIGS = {
    "bottleneck": dict(embedding_size=8, hidden_sizes=[16, 32, 64], depths=[1, 2, 1]),
    "basic": dict(embedding_size=8, hidden_sizes=[8, 16], depths=[2, 1], layer_type="basic"),
    "gelu": dict(embedding_size=8, hidden_sizes=[16, 32], depths=[1, 1], hidden_act="gelu"),
    "early": dict(embedding_size=8, hidden_sizes=[16, 32], depths=[1, 2], downsample_in_first_stage=True,
                  downsample_in_bottleneck=True),
    "grey": dict(embedding_size=8, hidden_sizes=[10, 18], depths=[1, 1], num_channels=1),
}


def fresh(model):
    generator = torch.Generator().manual_seed(1)
    for name, tensor in model.state_dict().items():
        if name.endswith("running_var"):
            tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.5)
        elif name.endswith("num_batches_tracked"):
            tensor.fill_(7)
        elif tensor.ndim == 1:
            tensor.add_(torch.rand(tensor.shape, generator=generator) * 0.1)
    return model.eval()


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        torch.manual_seed(2)

    def source(self, name, **more):
        config = ResNetConfig(**(CONFIGS[name] | {"id2label": dict(enumerate(LABELS)),
                                                  "label2id": {label: index for index, label in enumerate(LABELS)}} | more))
        model = fresh(ResNetForImageClassification(config))
        model.save_pretrained(self.folder / name)
        return model, torch.randn(2, config.num_channels, 70, 101)

    def zoo(self, kind, source, pixels, *arguments, labels=None):
        inputs = {"pixel_values": pixels} | ({} if labels is None else {"labels": labels})
        save_file(inputs, self.folder / "inputs")
        done = subprocess.run([PROGRAM, kind, str(source), str(self.folder / "inputs"), str(self.folder / "out"),
                               *map(str, arguments)], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return load_file(self.folder / "out"), done.stdout.strip()

    def assert_equal(self, ours, expected):
        self.assertEqual(ours.shape, expected.shape)
        self.assertTrue(torch.equal(ours, expected), (ours - expected).abs().max())

    def assert_all_equal(self, ours, prefix, expected):
        self.assertEqual(sum(name.startswith(prefix) for name in ours), len(expected))
        for index, tensor in enumerate(expected):
            self.assert_equal(ours[f"{prefix}.{index}"], tensor)


class Transformers(Case):
    @torch.inference_mode()
    def test_outputs_and_folders(self):
        for name in CONFIGS:
            with self.subTest(config=name):
                model, pixels = self.source(name)
                expected = model(pixels, output_hidden_states=True)
                ours, _ = self.zoo("classifier", self.folder / name, pixels, self.folder / f"{name}-saved")
                self.assert_equal(ours["logits"], expected.logits)
                self.assert_all_equal(ours, "hidden_states", expected.hidden_states)
                back, report = transformers.AutoModelForImageClassification.from_pretrained(
                    self.folder / f"{name}-saved", output_loading_info=True)
                self.assertFalse(any(report.values()), report)
                self.assert_equal(back.eval()(pixels).logits, expected.logits)
                self.assertEqual(list(back.config.id2label.values()), LABELS)
                for field in ("embedding_size", "hidden_sizes", "depths", "layer_type", "hidden_act", "num_channels",
                              "downsample_in_first_stage", "downsample_in_bottleneck", "out_features", "out_indices"):
                    self.assertEqual(getattr(back.config, field), getattr(model.config, field), field)
                transformers.AutoImageProcessor.from_pretrained(self.folder / f"{name}-saved")

                base = ResNetModel.from_pretrained(self.folder / name).eval()(pixels, output_hidden_states=True)
                ours, _ = self.zoo("model", self.folder / name, pixels, self.folder / f"{name}-base")
                self.assert_equal(ours["last_hidden_state"], base.last_hidden_state)
                self.assert_equal(ours["pooler_output"], base.pooler_output)
                self.assert_all_equal(ours, "hidden_states", base.hidden_states)
                again = transformers.AutoModel.from_pretrained(self.folder / f"{name}-base").eval()
                self.assertIsInstance(again, ResNetModel)
                self.assert_equal(again(pixels).pooler_output, base.pooler_output)

    @torch.inference_mode()
    def test_backbones(self):
        model, pixels = self.source("bottleneck")
        for features in (None, ["stem"], ["stage1", "stage3"], ["stem", "stage1", "stage2", "stage3"]):
            with self.subTest(features=features):
                chosen = {} if features is None else {"out_features": features}
                expected = ResNetBackbone.from_pretrained(self.folder / "bottleneck", **chosen).eval()(pixels).feature_maps
                arguments = [] if features is None else ["out_features=" + ",".join(features)]
                saved = self.folder / f"saved-{len(features or [])}"
                ours, _ = self.zoo("backbone", self.folder / "bottleneck", pixels, saved, *arguments)
                self.assert_all_equal(ours, "feature_maps", expected)
                # transformers 5.23 asks the hub whether it knows the name, even of a folder.
                with unittest.mock.patch("transformers.models.auto.auto_factory.hf_api"):
                    back = transformers.AutoBackbone.from_pretrained(saved).eval()
                for one, other in zip(back(pixels).feature_maps, expected, strict=True):
                    self.assert_equal(one, other)

    def test_losses(self):
        cases = {
            "single": (3, None, torch.tensor([2, 0]), "single_label_classification"),
            "multi": (3, None, torch.tensor([[1.0, 0, 1], [0, 0.25, 0]]), "multi_label_classification"),
            "one number": (1, None, torch.tensor([0.5, -2.0]), "regression"),
            "numbers": (3, "regression", torch.randn(2, 3), "regression"),
            "one column": (1, "multi_label_classification", torch.tensor([[1.0], [0.0]]), "multi_label_classification"),
        }
        for name, (count, problem, labels, expected_problem) in cases.items():
            with self.subTest(case=name):
                ids = {index: str(index) for index in range(count)}
                model, pixels = self.source("basic", id2label=ids, label2id={v: k for k, v in ids.items()}, problem_type=problem)
                with torch.inference_mode():
                    expected = model(pixels, labels=labels).loss
                ours, printed = self.zoo("classifier", self.folder / "basic", pixels, labels=labels)
                self.assert_equal(ours["loss"], expected)
                self.assertEqual(printed, expected_problem)
                self.assertEqual(model.config.problem_type, expected_problem)

    def test_another_count_of_labels(self):
        model, pixels = self.source("bottleneck")
        ours, _ = self.zoo("classifier", self.folder / "bottleneck", pixels, "num_labels=7")
        self.assertEqual(list(ours["logits"].shape), [2, 7])

    @torch.inference_mode()
    def test_other_kinds_of_files(self):
        model, pixels = self.source("basic")
        expected = model(pixels).logits
        state = model.state_dict()
        (self.folder / "basic/model.safetensors").unlink()
        torch.save(state, self.folder / "basic/pytorch_model.bin")
        ours, _ = self.zoo("classifier", self.folder / "basic", pixels)
        self.assert_equal(ours["logits"], expected)


if __name__ == "__main__":
    unittest.main()
