"""weights.json against the Python packages that its weights are for: torchvision's enums, timm's registry, the
metafiles inside mmpretrain. Names, files, numbers, preprocessing.

  python records_python.py ZOO
"""
import importlib.util
import json
import math
import os
import pathlib
import runpy
import subprocess
import sys
import unittest

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))
import reference_shim  # noqa: F401
import timm.data
import timm.models._registry as registry
import torchvision.models
import yaml

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
ZOO = sys.argv.pop(1)
MANIFEST = json.loads((SOURCE / "weights.json").read_text())
RECORDS = {record["name"]: record for record in MANIFEST["weights"]}
TIMM_FAMILY = ("resnet", "resnest", "res2net")
OPENMMLAB_FOLDERS = ("resnet", "resnext", "seresnet", "wrn", "res2net")


def loose(name):
    return "".join(c for c in name.strip().lower() if c not in "_- ")


def named(name):
    """The record that zoo finds by a name, or None."""
    answer = subprocess.run([ZOO, "show", name, "--json"], capture_output=True, text=True)
    return RECORDS[json.loads(answer.stdout)["name"]] if answer.returncode == 0 else None


def preprocess(record):
    settings = record["preprocess"]
    return MANIFEST["preprocess"][settings] if isinstance(settings, str) else settings


def torchvision_names():
    return [name for name in torchvision.models.list_models(module=torchvision.models)
            if torchvision.models.get_model_builder(name).__module__ == "torchvision.models.resnet"]


class Torchvision(unittest.TestCase):
    def test_every_weight_has_its_file_numbers_and_preprocessing(self):
        weights = [weight for name in torchvision_names() for weight in torchvision.models.get_model_weights(name)]
        self.assertEqual(len(weights), 17)
        for weight in weights:
            with self.subTest(str(weight)):
                record = named(str(weight))
                self.assertEqual(record["files"][0]["urls"][0], weight.url)
                numbers = weight.meta["_metrics"]["ImageNet-1K"]
                self.assertEqual(record["metrics"][0], {"dataset": "imagenet-1k", "top1": numbers["acc@1"],
                                                        "top5": numbers["acc@5"], "source": "torchvision"})
                self.assertEqual(record["params"], weight.meta["num_params"])
                self.assertEqual(record["published_gmacs"], weight.meta["_ops"])
                ours, theirs = preprocess(record), weight.transforms()
                self.assertEqual([ours["resize_px"]], theirs.resize_size)
                self.assertEqual([ours["crop_px"]], theirs.crop_size)
                self.assertEqual(ours["interpolation"], theirs.interpolation.value)
                self.assertEqual((ours["mean"], ours["std"]), (theirs.mean, theirs.std))

    def test_the_default_is_the_default(self):
        for name in torchvision_names():
            default = torchvision.models.get_model_weights(name).DEFAULT
            chosen = [record for record in RECORDS.values() if record.get("default") and record["name"].split(".")[0] == name]
            self.assertEqual([record["files"][0]["urls"][0] for record in chosen], [default.url])


class Timm(unittest.TestCase):
    def test_every_weight_has_its_files_and_preprocessing(self):
        names = [name for module in TIMM_FAMILY for name in timm.list_models(module=module, pretrained=True)]
        self.assertEqual(len(names), 149 + 17 + 1)  # without the 32x48d, of which timm has no model any more
        for name in names:
            with self.subTest(name):
                record, config = RECORDS[name], registry.get_pretrained_cfg(name)
                urls = [url for file in record["files"] for url in file["urls"]]
                self.assertIn(f"https://huggingface.co/{config.hf_hub_id}/resolve/main/model.safetensors", urls)
                self.assertEqual(record["num_classes"] or 0, config.num_classes)
                if record["source"] != "timm":
                    continue  # torchvision's, with torchvision's preprocessing
                if config.url:
                    self.assertEqual(urls[0], config.url)
                ours, theirs = preprocess(record), timm.data.resolve_data_config({}, pretrained_cfg=config.to_dict())
                size = theirs["input_size"][1]
                self.assertEqual(theirs["crop_mode"], "center")
                self.assertEqual((ours["resize"], ours["resize_px"], ours["crop_px"]),
                                 ("short_edge", math.floor(size / theirs["crop_pct"]), size))
                self.assertEqual(ours["interpolation"], theirs["interpolation"])
                self.assertEqual((tuple(ours["mean"]), tuple(ours["std"])), (theirs["mean"], theirs["std"]))

    def test_names_that_it_has_given_up_lead_to_the_same_weights(self):
        wrong = {"ig_resnext101_32x16d", "ig_resnext101_32x32d", "ig_resnext101_32x48d"}  # timm: all to the 32x8d
        names = {old: new for module in TIMM_FAMILY for old, new in registry._module_to_deprecated_models[module].items()}
        self.assertGreater(len(names), 40)
        for old, new in names.items():
            with self.subTest(old):
                found = named(old)["name"]
                self.assertTrue(found == new or found.startswith(f"{new}.") or old in wrong, found)


class OpenMMLab(unittest.TestCase):
    def models(self):
        configs = pathlib.Path(importlib.util.find_spec("mmpretrain").origin).parent / ".mim" / "configs"
        for folder in OPENMMLAB_FOLDERS:
            yield from yaml.safe_load((configs / folder / "metafile.yml").read_text())["Models"]

    def test_every_model_is_a_record_with_its_numbers(self):
        models = list(self.models())
        self.assertEqual(len(models), 34)  # of 42: not the two of older lists, ResNeSt's, and Caffe's
        for model in models:
            with self.subTest(model["Name"]):
                record = named(model["Name"])
                self.assertEqual(record["files"][0]["urls"][0], model["Weights"])
                self.assertEqual(record["config"], model["Config"])
                self.assertAlmostEqual(record["published_params_m"], model["Metadata"]["Parameters"] / 1e6, places=4)
                self.assertAlmostEqual(record["published_gmacs"], model["Metadata"]["FLOPs"] / 1e9, places=4)
                numbers = model["Results"][0]["Metrics"]
                self.assertEqual(record["metrics"][0]["top1"], float(numbers["Top 1 Accuracy"]))
                if "Top 5 Accuracy" in numbers:
                    self.assertEqual(record["metrics"][0]["top5"], float(numbers["Top 5 Accuracy"]))
                self.assertEqual("Converted From" in model, "converted_from" in record)

    def test_the_hub_names_of_the_family_lead_to_their_files(self):
        hub = pathlib.Path(importlib.util.find_spec("mmengine").origin).parent / "hub" / "mmcls.json"
        family = ("resnet", "resnext", "se-resnet", "resnest", "res2net")
        urls = {name: url for name, url in json.loads(hub.read_text()).items() if name.startswith(family)}
        self.assertEqual(len(urls), 21)
        for name, url in urls.items():
            self.assertEqual(named(f"mmcls://{name}")["files"][0]["urls"][0], url)


class LabelSets(unittest.TestCase):
    def names(self, label_set):
        """Of each class: its label and its other names."""
        return [line.split("\t") for line in (SOURCE / "weights" / "labels" / f"{label_set}.txt").read_text().splitlines()]

    def categories(self):
        module = pathlib.Path(importlib.util.find_spec("mmpretrain").origin).parent / "datasets" / "categories.py"
        return runpy.run_path(str(module))

    def test_imagenet_has_the_names_of_torchvision_wordnet_and_openmmlab(self):
        names, theirs, info = self.names("imagenet-1k"), self.categories(), timm.data.ImageNetInfo("imagenet-1k")
        self.assertEqual([n[0] for n in names], torchvision.models.ResNet50_Weights.DEFAULT.meta["categories"])
        self.assertEqual([n[1] for n in names], info.label_names())
        for index, own in enumerate(names):
            known = {loose(name) for name in own}
            with self.subTest(index):
                self.assertLessEqual({loose(name) for name in info.index_to_description(index).split(",")}, known)
                self.assertLessEqual({loose(name) for name in theirs["IMAGENET_CATEGORIES"][index].split(",")}, known)
                simple = theirs["IMAGENET_SIMPLE_CATEGORIES"][index]
                self.assertTrue("(" in simple or loose(simple) in known, simple)

    def test_the_larger_imagenets_have_timms_order(self):
        for label_set in ("imagenet-12k", "imagenet-21k-goog", "imagenet-21k-miil"):
            self.assertEqual([n[1] for n in self.names(label_set)], timm.data.ImageNetInfo(label_set).label_names())

    def test_the_others_are_openmmlabs(self):
        theirs = self.categories()
        for label_set, categories in (("cifar10", "CIFAR10_CATEGORIES"), ("cifar100", "CIFAR100_CATEGORIES"),
                                      ("stanford-cars", "STANFORDCARS_CATEGORIES")):
            self.assertEqual([n[0] for n in self.names(label_set)], list(theirs[categories]))


if __name__ == "__main__":
    unittest.main()
