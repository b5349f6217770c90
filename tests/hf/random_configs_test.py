"""Random configurations of transformers' ResNet: its folders open in zoo with equal logits, to the bit, and zoo's there.

Those that make no net are refused by the name of a field. By default 60; ZOO_LONG=1 takes 500.
Usage: random_configs_test.py PROGRAM (hf_tool).
"""
import json
import os
import pathlib
import random
import shutil
import sys
import tempfile
import unittest

import torch
from safetensors.torch import load_file, save_file

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
import reference_shim  # noqa: E402,F401
import hash_uniform  # noqa: E402
from cpp_program import MEMORY_FOLDER, CppProgram  # noqa: E402
from transformers import ResNetConfig, ResNetForImageClassification  # noqa: E402

PROGRAM = sys.argv.pop()
COUNT = 500 if os.environ.get("ZOO_LONG") else 60
ACTIVATIONS = ["relu", "relu6", "leaky_relu", "gelu", "gelu_pytorch_tanh", "quick_gelu", "silu", "swish", "mish", "tanh",
               "sigmoid", "linear"]
WRONG = {"num_channels": [0, "3"], "embedding_size": [0, -8], "hidden_sizes": [[8], [0, 8], 8, [8, 8.5]], "depths": [[0, 1], "1"],
         "layer_type": ["dense", 1], "hidden_act": ["relu8", 2], "downsample_in_first_stage": ["yes"],
         "downsample_in_bottleneck": [1], "out_features": [["stage9"]], "out_indices": [[9]]}


def random_config(seed):
    dice = random.Random(seed)
    stages = dice.randint(1, 5)
    labels = dice.randint(1, 6)
    bottleneck = dice.random() < 0.6
    return dict(num_channels=dice.choice([1, 3, 3, 4]), embedding_size=dice.choice([4, 7, 8, 16]),
                hidden_sizes=[dice.choice([4, 8, 10, 16, 24, 37]) + (4 if bottleneck else 0) for _ in range(stages)],
                depths=[dice.randint(1, 3) for _ in range(stages)], layer_type="bottleneck" if bottleneck else "basic",
                hidden_act=dice.choice(ACTIVATIONS), downsample_in_first_stage=dice.random() < 0.3,
                downsample_in_bottleneck=dice.random() < 0.3, id2label={i: f"label {i}" for i in range(labels)},
                label2id={f"label {i}": i for i in range(labels)})


def fill(model):
    """Statistics and norms that a trained net could have."""
    for index, (name, tensor) in enumerate(model.state_dict().items()):
        if tensor.ndim == 1:
            values = torch.from_numpy(hash_uniform.uniform(index, tensor.shape)).float()
            tensor.copy_(values + 0.5 if name.endswith(("running_var", "normalization.weight")) else values - 0.5)
    return model.eval()


class RandomConfigs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(dir=MEMORY_FOLDER)
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.program = CppProgram(PROGRAM)
        self.addCleanup(self.program.close)

    def classify(self, source, *saved):
        self.program("classifier", source, self.folder / "inputs", self.folder / "out", *saved)
        return load_file(self.folder / "out")

    @torch.inference_mode()
    def test_configurations(self):
        for seed in range(COUNT):
            with self.subTest(seed=seed):
                self.compare(seed)

    def compare(self, seed):
        torch.manual_seed(seed)
        model = fill(ResNetForImageClassification(ResNetConfig(**random_config(seed))))
        source, saved = self.folder / "source", self.folder / "saved"
        for folder in (source, saved):
            shutil.rmtree(folder, ignore_errors=True)
        model.save_pretrained(source)
        pixels = torch.randn(2, model.config.num_channels, 70, 101)
        save_file({"pixel_values": pixels}, self.folder / "inputs")
        expected = model(pixels, output_hidden_states=True)
        ours = self.classify(source, saved)
        self.assertTrue(torch.equal(ours["logits"], expected.logits))
        for index, tensor in enumerate(expected.hidden_states):
            self.assertTrue(torch.equal(ours[f"hidden_states.{index}"], tensor), f"hidden state {index}")
        back, report = ResNetForImageClassification.from_pretrained(saved, output_loading_info=True)
        self.assertFalse(any(report.values()), report)
        # Not the logits: the tensors of an opened file lie in memory where its header ends, off the boundaries that the
        # convolutions' kernels like, and transformers' own folder then gives other last bits too.
        for name, tensor in back.state_dict().items():
            self.assertTrue(torch.equal(tensor, model.state_dict()[name]), name)
        torch.testing.assert_close(back.eval()(pixels).logits, expected.logits)
        for field in ("embedding_size", "hidden_sizes", "depths", "layer_type", "hidden_act", "num_channels", "id2label",
                      "downsample_in_first_stage", "downsample_in_bottleneck", "out_features", "out_indices"):
            if (field, getattr(model.config, field)) != ("hidden_act", "swish"):  # zoo writes its other name, silu
                self.assertEqual(getattr(back.config, field), getattr(model.config, field), field)

    def test_what_makes_no_net_is_refused_by_its_field(self):
        source = self.folder / "source"
        config = random_config(0) | dict(hidden_sizes=[8, 16], depths=[1, 1])
        ResNetForImageClassification(ResNetConfig(**config)).save_pretrained(source)
        save_file({"pixel_values": torch.randn(2, config["num_channels"], 40, 50)}, self.folder / "inputs")
        right = json.loads((source / "config.json").read_text())
        for field, values in WRONG.items():
            for value in values:
                with self.subTest(field=field, value=value):
                    kind = "backbone" if field.startswith("out_") else "classifier"
                    other = {"out_features": "out_indices", "out_indices": "out_features"}.get(field)
                    (source / "config.json").write_text(json.dumps({k: v for k, v in right.items() if k != other} | {field: value}))
                    with self.assertRaisesRegex(RuntimeError, field):
                        self.program(kind, source, self.folder / "inputs", self.folder / "out")


if __name__ == "__main__":
    unittest.main()
