"""Flax's and Keras's files as real libraries wrote them give transformers' logits. Usage: transformers_corpus_test.py PROGRAM (hf_tool)."""
import unittest

import transformers_test  # first: it finds the modules below
import corpus
import torch
from safetensors.torch import load_file
from transformers import ResNetForImageClassification

SOURCE = corpus.require("checkpoints/hf_flax_tf")


class RealFiles(transformers_test.Case):
    def test_real_flax_and_keras_files(self):
        inputs = load_file(SOURCE / "inputs.safetensors")
        for network in ("basic", "bottleneck"):
            model = ResNetForImageClassification.from_pretrained(SOURCE / network).eval()
            for file in ("flax_model.msgpack", "tf_model.h5"):
                folder = self.folder / f"{network}-{file}"
                folder.mkdir()
                (folder / "config.json").write_bytes((SOURCE / network / "config.json").read_bytes())
                (folder / file).write_bytes((SOURCE / network / file).read_bytes())
                for name, pixels in inputs.items():
                    with self.subTest(network=network, file=file, input=name), torch.inference_mode():
                        ours, _ = self.zoo("classifier", folder, pixels)
                        self.assert_equal(ours["logits"], model(pixels).logits)


if __name__ == "__main__":
    unittest.main()
