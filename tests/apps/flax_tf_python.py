"""What zoo convert writes for Flax and TensorFlow opens in their ResNet classes of transformers 4.44, with equal logits.

Usage: flax_tf_python.py PROGRAM (zoo), run by an interpreter that has transformers 4.44, Flax, TensorFlow and PyTorch.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["HF_HUB_OFFLINE"] = "1"

import jax.numpy  # noqa: E402
import numpy  # noqa: E402
import tensorflow  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402

PROGRAM = sys.argv.pop()
TOLERANCE = 2e-5  # of logits near 1: other libraries' convolutions, 50 layers of them

CONFIGS = {
    "basic": dict(embedding_size=64, hidden_sizes=[64, 128, 256, 512], depths=[2, 2, 2, 2], layer_type="basic"),
    "bottleneck": dict(embedding_size=64, hidden_sizes=[256, 512, 1024, 2048], depths=[3, 4, 6, 3], layer_type="bottleneck"),
}


class FlaxAndTensorFlow(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        torch.manual_seed(1)
        self.pictures = torch.randn(2, 3, 64, 80)

    def convert(self, *arguments):
        done = subprocess.run([PROGRAM, "convert", *map(str, arguments)], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def source(self, config):
        model = transformers.ResNetForImageClassification(transformers.ResNetConfig(num_labels=5, **config)).eval()
        for name, tensor in model.state_dict().items():
            if name.endswith("running_var"):
                tensor.copy_(torch.rand(tensor.shape) + 0.5)
            elif tensor.ndim == 1 and "normalization" in name:
                tensor.add_(torch.rand(tensor.shape) * 0.1)
        model.save_pretrained(self.folder / "torch")
        with torch.inference_mode():
            return self.folder / "torch", model(self.pictures).logits.numpy()

    def check(self, logits, expected):
        self.assertLess(numpy.abs(numpy.asarray(logits) - expected).max(), TOLERANCE * max(1, numpy.abs(expected).max()))

    def test_both(self):
        for name, config in CONFIGS.items():
            source, expected = self.source(config)
            with self.subTest(library="flax", network=name):
                self.convert(source, self.folder / f"{name}-flax", "--format", "flax")
                model = transformers.FlaxResNetForImageClassification.from_pretrained(self.folder / f"{name}-flax")
                self.check(model(jax.numpy.asarray(self.pictures.numpy())).logits, expected)
            with self.subTest(library="tensorflow", network=name):
                self.convert(source, self.folder / f"{name}-tf", "--format", "tf")
                model, report = transformers.TFResNetForImageClassification.from_pretrained(
                    self.folder / f"{name}-tf", output_loading_info=True)
                self.assertFalse(any(report.values()), report)
                self.check(model(tensorflow.constant(self.pictures.numpy())).logits, expected)
            for back in (f"{name}-flax", f"{name}-tf"):
                with self.subTest(back=back):
                    self.convert(self.folder / back, self.folder / f"{back}-hf", "--format", "hf")
                    model = transformers.ResNetForImageClassification.from_pretrained(self.folder / f"{back}-hf").eval()
                    with torch.inference_mode():
                        self.assertTrue(numpy.array_equal(model(self.pictures).logits.numpy(), expected))


if __name__ == "__main__":
    unittest.main()
