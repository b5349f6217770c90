"""Models that zoo finetune built with other pools and strides, opened by timm and transformers: the logits are zoo predict's.

  python finetune_python.py FOLDER_OF_PROGRAMS
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import reference_shim  # noqa: F401
import numpy
import timm
import torch
import transformers
from PIL import Image

PROGRAMS = pathlib.Path(sys.argv.pop(1))
SIDE = 64  # of the pictures; the nets' last map is 2 x 2 as published


def zoo(program, *arguments):
    done = subprocess.run([PROGRAMS / f"zoo-{program}", "--threads", "1", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout


class Finetuned(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.set_num_threads(1)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        random = numpy.random.default_rng(0)
        for kind in ("dark", "light", "red"):
            (cls.folder / "data" / kind).mkdir(parents=True)
            for i in range(5):
                pixels = random.integers(0, 256, (SIDE, SIDE, 3), dtype=numpy.uint8)
                pixels //= numpy.array({"dark": [4, 4, 4], "light": [1, 1, 1], "red": [1, 3, 3]}[kind], numpy.uint8)
                Image.fromarray(pixels).save(cls.folder / "data" / kind / f"{i}.png")
        cls.picture = cls.folder / "data" / "light" / "0.png"
        pixels = torch.from_numpy(numpy.array(Image.open(cls.picture))).permute(2, 0, 1)[None]
        cls.images = pixels / 255

    def finetune(self, name, *arguments):
        zoo("finetune", "--data", self.folder / "data", "--out", self.folder / name, "--epochs", 1, "--batch-size", 4, "--lr", 0.05,
            "--image-size", SIDE, "--resize", SIDE, "--precision", "fp32", *arguments)
        return self.folder / name / "best"

    def compare(self, model, pool, stride, features):
        """One model in zoo and in timm. Returns pictures and their logits."""
        answer = json.loads(zoo("predict", "--weights", model, "--image-size", SIDE, "--resize", SIDE, "--json", "--logits",
                                self.picture))
        expected = torch.tensor(answer[0]["logits"])
        in_timm = timm.create_model(f"local-dir:{model}", pretrained=True).eval()
        self.assertEqual(in_timm.global_pool.pool_type, pool)
        self.assertEqual(in_timm.fc.in_features, features)
        mean, std = [torch.tensor(in_timm.pretrained_cfg[key]).view(1, 3, 1, 1) for key in ("mean", "std")]
        images = (self.images - mean) / std
        with torch.inference_mode():
            self.assertEqual(in_timm.forward_features(images).shape[-1], SIDE // stride)
            torch.testing.assert_close(in_timm(images)[0], expected, rtol=1e-4, atol=1e-5)
        return images, expected

    def compare_all(self, model, pool, stride, features):
        """In transformers too, which cannot open what timm writes where that says num_classes twice."""
        images, expected = self.compare(model, pool, stride, features)
        in_transformers = transformers.AutoModelForImageClassification.from_pretrained(model).eval()
        with torch.inference_mode():
            torch.testing.assert_close(in_transformers(images).logits[0], expected, rtol=1e-4, atol=1e-5)

    def test_from_scratch(self):
        self.compare_all(self.finetune("plain", "--arch", "test_resnet"), "avg", 32, 96)
        self.compare_all(self.finetune("wide", "--arch", "test_resnet", "--gp", "catavgmax", "--output-stride", 8), "catavgmax", 8, 192)

    def test_from_weights_of_timm(self):
        torch.manual_seed(1)
        published = timm.create_model("resnet10t", num_classes=5)
        weights = self.folder / "published.pth"
        torch.save(published.state_dict(), weights)
        start = ("--weights", weights, "--arch", "resnet10t", "--drop", 0.1, "--drop-path", 0.1, "--frozen-stages", 2)
        model = self.finetune("max", *start, "--gp", "max", "--output-stride", 16)
        self.compare_all(model, "max", 16, 512)
        frozen = timm.create_model(f"local-dir:{model}", pretrained=True).layer2
        for name, tensor in published.layer2.state_dict().items():
            self.assertTrue(tensor.equal(frozen.state_dict()[name]), name)
        # What the run has is kept by the next, but for what its flags change.
        self.compare(self.finetune("mean", "--weights", model, "--gp", "avgmax"), "avgmax", 16, 512)

    def test_a_directory_of_timms(self):
        torch.manual_seed(2)
        published = timm.create_model("test_resnet", num_classes=4, global_pool="catavgmax", output_stride=16, drop_rate=0.2)
        folder = self.folder / "theirs"
        timm.models.save_for_hf(published, folder, model_config={"num_classes": 4})
        self.compare(folder, "catavgmax", 16, 192)


if __name__ == "__main__":
    unittest.main()
