"""What zoo convert writes opens strictly in torchvision, timm, transformers and mmpretrain, with the same logits.

Usage: convert_python.py PROGRAM (zoo).
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import warnings

import numpy
import torch

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
import reference_shim  # noqa: E402,F401
import corpus  # noqa: E402
import timm  # noqa: E402
import torchvision  # noqa: E402
import transformers  # noqa: E402
from mmengine.runner.checkpoint import load_checkpoint  # noqa: E402
from mmpretrain.models import ImageClassifier  # noqa: E402
from safetensors import safe_open  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402

PROGRAM = sys.argv.pop()
TOLERANCE = 1e-5  # the same operators on the same machine; only the memory format of weights may differ

LABELS = ["ant", "bee", "wasp", "süß", "e"]


def fresh(model):
    """The model with weights and statistics that tell every tensor from every other."""
    generator = torch.Generator().manual_seed(1)
    for name, tensor in model.state_dict().items():
        if name.endswith("running_var"):
            tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.5)
        elif name.endswith("num_batches_tracked"):
            tensor.fill_(7)
        elif tensor.ndim == 1:
            tensor.add_(torch.rand(tensor.shape, generator=generator) * 0.1)
    return model.eval()


@torch.inference_mode()
def logits(model, pictures):
    output = model.eval()(pictures)
    return getattr(output, "logits", output)


class Convert(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        warnings.simplefilter("ignore")
        torch.manual_seed(1)
        torch.set_num_threads(2)
        cls.pictures = torch.randn(2, 3, 64, 64)
        cls.models = {name: fresh(torchvision.models.get_model(name, num_classes=5)) for name in ("resnet18", "resnet50")}
        cls.expected = {name: logits(model, cls.pictures) for name, model in cls.models.items()}

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def zoo(self, *arguments, status=0):
        done = subprocess.run([PROGRAM, "convert", *map(str, arguments)], capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr

    def source(self, name):
        """A training checkpoint as users have them."""
        path = self.folder / f"{name}.pth"
        state = {f"module.{key}": tensor for key, tensor in self.models[name].state_dict().items()}
        torch.save({"epoch": 3, "state_dict": state, "optimizer": {"state": {0: {"momentum_buffer": torch.ones(3)}}}}, path)
        return path

    def check(self, name, model):
        difference = (logits(model, self.pictures) - self.expected[name]).abs().max().item()
        self.assertLess(difference, TOLERANCE)

    def test_torchvision(self):
        for name in self.models:
            self.zoo(self.source(name), self.folder / "out.pth", "--layout", "torchvision")
            model = torchvision.models.get_model(name, num_classes=5)
            model.load_state_dict(torch.load(self.folder / "out.pth", weights_only=True), strict=True)
            self.check(name, model)

    def test_timm(self):
        for name in self.models:
            self.zoo(self.source(name), self.folder / "out.safetensors", "--layout", "timm")
            self.check(name, timm.create_model(name, num_classes=5, checkpoint_path=str(self.folder / "out.safetensors")))
            self.zoo(self.source(name), self.folder / f"{name}-timm", "--format", "timm")
            self.check(name, timm.create_model(f"local-dir:{self.folder / name}-timm", pretrained=True))

    def test_transformers(self):
        for name in self.models:
            out = self.folder / f"{name}-hf"
            self.zoo(self.source(name), out, "--format", "hf")
            model, report = transformers.ResNetForImageClassification.from_pretrained(out, output_loading_info=True)
            self.assertFalse(any(report.values()), report)
            self.check(name, model)
            self.assertIsInstance(transformers.AutoModelForImageClassification.from_pretrained(out), type(model))
            processor = transformers.AutoImageProcessor.from_pretrained(out)
            self.assertEqual(processor.size["shortest_edge"], 256)
            self.assertEqual(processor.crop_size["height"], 224)

    def transformers_folder(self, processor):
        """A folder as transformers saves it, with labels, which gives the logits of resnet18."""
        config = transformers.ResNetConfig(embedding_size=64, hidden_sizes=[64, 128, 256, 512], depths=[2, 2, 2, 2],
                                           layer_type="basic", id2label=dict(enumerate(LABELS)),
                                           label2id={label: index for index, label in enumerate(LABELS)})
        model = fresh(transformers.ResNetForImageClassification(config))
        model.save_pretrained(self.folder / "source")
        processor.save_pretrained(self.folder / "source")
        return self.folder / "source", logits(model, self.pictures)

    def test_labels_and_preprocessing_of_transformers_folders_are_carried_over(self):
        picture = numpy.random.default_rng(1).integers(0, 256, (90, 131, 3), dtype=numpy.uint8)
        statistics = {"image_mean": [0.5, 0.4, 0.3], "image_std": [0.2, 0.25, 0.3]}
        processors = (transformers.ConvNextImageProcessor(size={"shortest_edge": 56}, crop_pct=0.875, resample=3, **statistics),
                      transformers.BitImageProcessor(size={"shortest_edge": 80}, resample=2, crop_size={"height": 72, "width": 72},
                                                     **statistics))
        for index, (processor, resize, crop, interpolation) in enumerate(zip(processors, (64, 80), (56, 72), ("bicubic", "bilinear"))):
            source, expected = self.transformers_folder(processor)
            for start in (source, source / "model.safetensors"):
                with self.subTest(processor=type(processor).__name__, start=start.name):
                    hf, of_timm = (self.folder / f"{format}-{index}-{start.name}" for format in ("hf", "timm"))
                    self.assertEqual(self.zoo(start, hf, "--format", "hf"), "")
                    model = transformers.AutoModelForImageClassification.from_pretrained(hf)
                    self.assertEqual(list(model.config.id2label.values()), LABELS)
                    self.assertLess((logits(model, self.pictures) - expected).abs().max().item(), TOLERANCE)
                    pixels = (processor(picture, return_tensors="pt").pixel_values,
                              transformers.AutoImageProcessor.from_pretrained(hf)(picture, return_tensors="pt").pixel_values)
                    self.assertTrue(torch.equal(*pixels))

                    self.assertEqual(self.zoo(start, of_timm, "--format", "timm"), "")
                    model = timm.create_model(f"local-dir:{of_timm}", pretrained=True)
                    self.assertLess((logits(model, self.pictures) - expected).abs().max().item(), TOLERANCE)
                    self.assertEqual(model.pretrained_cfg["label_names"], LABELS)
                    data = timm.data.resolve_model_data_config(model)
                    self.assertEqual((list(data["input_size"]), data["interpolation"]), ([3, crop, crop], interpolation))
                    self.assertEqual(int(crop / data["crop_pct"]), resize)
                    self.assertEqual((list(data["mean"]), list(data["std"])), tuple(statistics.values()))

    def test_a_transformers_folder_without_a_preprocessor_says_what_was_assumed(self):
        source, _ = self.transformers_folder(transformers.ConvNextImageProcessor())
        (source / "preprocessor_config.json").unlink()
        self.assertRegex(self.zoo(source, self.folder / "out", "--format", "hf"), "preprocessor_config.json is not there; assumed")
        config = transformers.AutoConfig.from_pretrained(self.folder / "out")
        self.assertEqual(list(config.id2label.values()), LABELS)

    def test_mmpretrain(self):
        for name, depth, channels in (("resnet18", 18, 512), ("resnet50", 50, 2048)):
            self.zoo(self.source(name), self.folder / "out.pth", "--layout", "openmmlab")
            model = ImageClassifier(backbone={"type": "ResNet", "depth": depth}, neck={"type": "GlobalAveragePooling"},
                                    head={"type": "LinearClsHead", "num_classes": 5, "in_channels": channels})
            load_checkpoint(model, str(self.folder / "out.pth"), strict=True)
            with torch.inference_mode():
                found = model.eval()(self.pictures, mode="tensor")
                found = model.head.fc(found[-1]) if isinstance(found, tuple) else found
            self.assertLess((found - self.expected[name]).abs().max().item(), TOLERANCE)

    def test_there_and_back_through_every_layout_is_bit_equal(self):
        path = self.source("resnet50")
        for index, layout in enumerate(("huggingface", "openmmlab", "timm", "torchvision")):
            path, previous = self.folder / f"{index}.{'safetensors' if index % 2 else 'pth'}", path
            self.zoo(previous, path, "--layout", layout)
        found = load_file(path)
        expected = self.models["resnet50"].state_dict()
        self.assertEqual(set(found), set(expected))
        for name, tensor in expected.items():
            self.assertTrue(torch.equal(found[name], tensor), name)

    def test_counters_that_are_missing_are_added(self):
        state = {name: tensor for name, tensor in self.models["resnet18"].state_dict().items() if "num_batches" not in name}
        save_file(state, self.folder / "in.safetensors")
        self.zoo(self.folder / "in.safetensors", self.folder / "out", "--format", "hf")
        _, report = transformers.ResNetForImageClassification.from_pretrained(self.folder / "out", output_loading_info=True)
        self.assertFalse(any(report.values()), report)

    def test_flax_and_tensorflow_become_torch(self):
        folder = corpus.require("checkpoints/hf_flax_tf")
        pictures = load_file(folder / "inputs.safetensors")
        expected = json.loads((folder / "expected_logits.json").read_text())
        for kind in ("basic", "bottleneck"):
            truth = load_file(folder / kind / "model.safetensors")
            for name in ("flax_saved.safetensors", "tf_saved.safetensors", "flax_model.msgpack", "tf_model.h5"):
                with self.subTest(kind=kind, name=name):
                    out = self.folder / f"{kind}-{name}"
                    self.zoo(folder / kind / name, out, "--format", "hf")
                    found = load_file(out / "model.safetensors")
                    self.assertEqual(set(found), set(truth))
                    for tensor, value in truth.items():
                        if not tensor.endswith("num_batches_tracked"):  # neither framework has them
                            self.assertTrue(torch.equal(found[tensor], value), tensor)
                    model = transformers.ResNetForImageClassification.from_pretrained(out)
                    for size, answer in expected[kind].items():
                        answer = answer["torch"] if isinstance(answer, dict) else answer
                        difference = logits(model, pictures[size]) - torch.tensor(answer)
                        self.assertLess(difference.abs().max().item(), TOLERANCE)

    def test_casts_are_torch_s(self):
        values = torch.randint(-2**31, 2**31, (100_000,), generator=torch.Generator().manual_seed(3)).to(torch.int32)
        edges = torch.tensor([0.0, -0.0, 65504, 65519.996, 65520, 1e30, 2.0**-14, 2.0**-15, 2.0**-24, 2.0**-25, 3 * 2.0**-26,
                              2.0**-26, 1 + 2.0**-11, 1 + 3 * 2.0**-11, 1 + 2.0**-8, 1 + 3 * 2.0**-8, float("inf"), float("-inf"),
                              float("nan"), 3.4e38, 1e-45])
        source = {"random": values.view(torch.float32), "edges": edges, "double": edges.double() * (1 + 1e-9),
                  "half": torch.arange(-2**15, 2**15).to(torch.int16).view(torch.float16), "integers": torch.arange(5),
                  "bfloat": torch.arange(-2**15, 2**15).to(torch.int16).view(torch.bfloat16), "strided": torch.randn(6, 4).t()}
        torch.save(source, self.folder / "in.pth")
        for text, dtype in (("fp32", torch.float32), ("fp16", torch.float16), ("bf16", torch.bfloat16)):
            self.zoo(self.folder / "in.pth", self.folder / "out.pth", "--dtype", text)
            found = torch.load(self.folder / "out.pth", weights_only=True)
            for name, tensor in source.items():
                expected = tensor.to(dtype) if tensor.is_floating_point() else tensor
                self.assertEqual(found[name].dtype, expected.dtype)
                # Which NaN comes out depends on the processor in torch.
                same = found[name].contiguous().view(torch.uint8) == expected.contiguous().view(torch.uint8)
                same = same.reshape(*expected.shape, -1).all(-1) | (found[name].isnan() & expected.isnan())
                self.assertTrue(same.all(), f"{name} as {text}")

    def test_ema(self):
        trained, averaged = self.models["resnet18"].state_dict(), {}
        averaged = {name: tensor + 1 for name, tensor in trained.items()}
        module = {f"module.{name}": tensor for name, tensor in averaged.items()}
        forms = {
            "timm": {"state_dict": trained, "state_dict_ema": averaged},
            "torchvision": {"model": trained, "model_ema": {"n_averaged": torch.tensor(3), **module}},
            # mmengine swaps the two when it saves.
            "mmengine": {"meta": {"mmengine_version": "0.10"}, "state_dict": averaged,
                         "ema_state_dict": {"steps": torch.tensor(3), **{f"module.{n}": t for n, t in trained.items()}}},
        }
        for name, what in forms.items():
            with self.subTest(form=name):
                torch.save(what, self.folder / "in.pth")
                self.zoo(self.folder / "in.pth", self.folder / "out.safetensors", "--ema")
                found = load_file(self.folder / "out.safetensors")
                self.assertEqual(set(found), set(averaged))
                self.assertTrue(torch.equal(found["fc.weight"], averaged["fc.weight"]))
        torch.save({"state_dict": trained}, self.folder / "in.pth")
        self.assertIn("no averaged weights", self.zoo(self.folder / "in.pth", self.folder / "x.pth", "--ema", status=1))

    def test_names_and_metadata(self):
        save_file({"a.weight": torch.ones(2), "a.bias": torch.zeros(2), "b": torch.ones(1)}, self.folder / "in.safetensors",
                  metadata={"format": "pt", "who": "me"})
        self.zoo(self.folder / "in.safetensors", self.folder / "out.safetensors", "--only", "x.*",
                 "--rename", r"^a\.(\w{1,4})=x.$1_", "--rename", "bias_=b")
        with safe_open(self.folder / "out.safetensors", "pt") as found:
            self.assertEqual(set(found.keys()), {"x.weig_ht", "x.b"})
            self.assertEqual(found.metadata(), {"format": "pt", "who": "me"})


if __name__ == "__main__":
    unittest.main()
