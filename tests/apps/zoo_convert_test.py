"""zoo convert, and zoo inspect's reports, as a user types them; what Python makes of the files is in convert_python.py."""
import json
import pickle
import re
import shutil
import subprocess
import unittest
import zipfile

from zoo_cli import ZooCase, resnet20, safetensors


class Convert(ZooCase):
    def setUp(self):
        super().setUp()
        (self.folder / "net.safetensors").write_bytes(safetensors(resnet20(head="linear")))
        (self.folder / "pair.safetensors").write_bytes(safetensors({"a.b": [2, 3], "c": []}))

    def names(self, file):
        return [tensor["name"] for tensor in json.loads(self.zoo("inspect", file, "--json")[0])["tensors"]]

    def test_the_suffix_says_the_format_and_names_stay(self):
        out, _ = self.zoo("convert", "pair.safetensors", "out.pth")
        self.assertEqual(out, "wrote out.pth: 2 tensors, 28 B\n")
        self.assertEqual(sorted(self.names("out.pth")), ["a.b", "c"])
        self.assertTrue(zipfile.is_zipfile(self.folder / "out.pth"))
        self.zoo("convert", "out.pth", "back.safetensors")
        self.assertEqual(self.zoo("inspect", "pair.safetensors", "--diff", "back.safetensors")[0],
                         "2 of 2 tensors are equal to the bit\n")
        self.assertIn("--format", self.refused("convert", "pair.safetensors", "out", status=2))
        self.zoo("convert", "pair.safetensors", "out", "--format", "pth")
        self.assertEqual((self.folder / "out").read_bytes(), (self.folder / "out.pth").read_bytes())

    def test_a_layout_takes_the_whole_model_and_nothing_else(self):
        self.zoo("convert", "net.safetensors", "out.pth", "--layout", "timm")
        names = self.names("out.pth")
        self.assertEqual(len(names), 116)  # with the counters, which the source lacks
        self.assertEqual(names[:2], ["conv1.weight", "bn1.weight"])
        self.assertEqual(names[-2:], ["fc.weight", "fc.bias"])
        (self.folder / "more.safetensors").write_bytes(safetensors(resnet20(head="linear") | {"neck.weight": [3]}))
        self.assertIn("'neck.weight'", self.refused("convert", "more.safetensors", "x.pth", "--layout", "timm"))
        self.assertIn("none of its 2 tensor names", self.refused("convert", "pair.safetensors", "x.pth", "--layout", "timm"))
        self.assertFalse((self.folder / "x.pth").exists())

    def test_what_a_layout_cannot_say_is_refused(self):
        self.assertIn("7x7", self.refused("convert", "net.safetensors", "out", "--format", "hf"))
        self.assertIn("shortcut", self.refused("convert", "net.safetensors", "out.pth", "--layout", "openmmlab"))
        self.assertFalse((self.folder / "out").exists())

    def test_a_folders_config_says_what_tensors_do_not(self):
        """Activations and early strides are in no name."""
        shapes, norm = {}, ("weight", "bias", "running_mean", "running_var")
        for place, kernel in {"embedder.embedder": [8, 3, 7, 7], "encoder.stages.0.layers.0.layer.0": [8, 8, 3, 3],
                              "encoder.stages.0.layers.0.layer.1": [8, 8, 3, 3],
                              "encoder.stages.0.layers.0.shortcut": [8, 8, 1, 1]}.items():
            shapes |= {f"resnet.{place}.convolution.weight": kernel}
            shapes |= {f"resnet.{place}.normalization.{part}": [8] for part in norm}
        source = self.folder / "source"
        source.mkdir()
        (source / "model.safetensors").write_bytes(safetensors(shapes | {"classifier.1.weight": [2, 8], "classifier.1.bias": [2]}))
        config = {"model_type": "resnet", "depths": [1], "hidden_sizes": [8], "embedding_size": 8, "layer_type": "basic",
                  "downsample_in_first_stage": True, "hidden_act": "silu", "problem_type": "multi_label_classification"}
        (source / "config.json").write_text(json.dumps(config))
        for text in ("source", "source/model.safetensors"):
            self.zoo("convert", text, "out", "--format", "hf")
            written = json.loads((self.folder / "out" / "config.json").read_text())
            self.assertEqual({key: written[key] for key in config}, config)
            self.zoo("convert", "out/model.safetensors", "plain.pth", "--layout", "timm")
            shutil.rmtree(self.folder / "out")
        self.assertIn("no activation but ReLU", self.refused("convert", "source", "x.pth", "--layout", "torchvision"))
        config["hidden_act"] = "prelu"
        (source / "config.json").write_text(json.dumps(config))
        self.assertIn("config.json: hidden_act is 'prelu'", self.refused("convert", "source", "out", "--format", "hf"))

    def test_a_folder_is_whole_and_never_replaced(self):
        _, note = self.zoo("convert", "net.safetensors", "out", "--format", "timm")
        self.assertIn("nobody says how its pictures were prepared", note)
        config = json.loads((self.folder / "out" / "config.json").read_text())
        self.assertEqual((config["architecture"], config["num_classes"]), ("resnet20_cifar", 10))
        self.assertEqual(self.files_in(self.folder / "out"), ["config.json", "model.safetensors"])
        self.assertIn("not empty", self.refused("convert", "net.safetensors", "out", "--format", "timm", status=2))
        self.assertEqual(self.zoo("convert", "out/model.safetensors", "again", "--format", "timm")[1], "")
        for name in ("config.json", "model.safetensors"):
            self.assertEqual(*((self.folder / folder / name).read_bytes() for folder in ("out", "again")))
        self.assertEqual([path.name for path in self.folder.iterdir() if path.name.startswith(".zoo")], [])

    def test_a_folder_describes_its_model(self):
        config = {"architecture": "resnet20_cifar", "num_classes": 10, "label_names": [f"class {i}" for i in range(10)],
                  "problem_type": "multi_label_classification",
                  "pretrained_cfg": {"input_size": [3, 30, 30], "crop_pct": 1.0, "interpolation": "bilinear"}}
        source = self.folder / "source"
        source.mkdir()
        (source / "pytorch_model.bin").write_bytes(safetensors(resnet20(head="linear")))
        (source / "config.json").write_text(json.dumps(config))
        for index, start in enumerate(("source", "source/pytorch_model.bin")):
            self.assertEqual(self.zoo("convert", start, f"out{index}", "--format", "timm")[1], "")
            found = json.loads((self.folder / f"out{index}" / "config.json").read_text())
            self.assertEqual((found["architecture"], found["label_names"]), (config["architecture"], config["label_names"]))
            self.assertEqual(found["zoo"]["preprocess"]["crop_px"], 30)
            self.assertEqual(found["problem_type"], config["problem_type"])
        run = self.folder / "run"
        run.mkdir()
        source.rename(run / "last")
        self.zoo("convert", "run", "of_run", "--format", "timm")
        found = json.loads((self.folder / "of_run" / "config.json").read_text())
        self.assertEqual(found["label_names"], config["label_names"])
        self.assertIn("10: class 0, class 1", self.zoo("inspect", "run")[0])
        self.assertEqual(json.loads(self.zoo("inspect", "run", "--json")[0])["classes"], config["label_names"])

    def test_every_command_takes_the_same_model_of_a_run(self):
        config = {"architecture": "resnet20_cifar", "num_classes": 10, "label_names": [f"class {i}" for i in range(10)]}
        for name, number in (("best", 1.0), ("last", 2.0)):
            (self.folder / "run" / name).mkdir(parents=True)
            weights = safetensors(resnet20(), values={"fc.bias": [number] * 10})
            (self.folder / "run" / name / "model.safetensors").write_bytes(weights)
            (self.folder / "run" / name / "config.json").write_text(json.dumps(config))

        def bias_of_converted(out):
            self.zoo("convert", "run", out)
            report = json.loads(self.zoo("inspect", out, "--stats", "--json")[0])
            return next(tensor["max"] for tensor in report["tensors"] if tensor["name"] == "fc.bias")
        self.assertEqual(bias_of_converted("a.safetensors"), 1)
        # Without its config.json best/ is no model, and predict goes on to last/: so do these.
        (self.folder / "run" / "best" / "config.json").unlink()
        self.assertEqual(bias_of_converted("b.safetensors"), 2)
        self.assertTrue(json.loads(self.zoo("inspect", "run", "--json")[0])["file"].endswith("last/model.safetensors"))
        # A config.json that cannot be read hides no tensors from those who want these alone.
        (self.folder / "run" / "best" / "config.json").write_text("{")
        self.assertEqual(bias_of_converted("c.safetensors"), 1)

    def test_a_files_own_word_decides_between_architectures(self):
        def norm(name, width):
            return {f"{name}.{part}": [width] for part in ("weight", "bias", "running_mean", "running_var")}
        tensors, before = {"conv1.weight": [64, 3, 7, 7], **norm("bn1", 64), "fc.weight": [2, 512], "fc.bias": [2]}, 64
        for stage, width in enumerate((64, 128, 256, 512), 1):
            for i in range(2):
                block = f"layer{stage}.{i}"
                tensors |= {f"{block}.conv1.weight": [width, before, 3, 3], **norm(f"{block}.bn1", width),
                            f"{block}.conv2.weight": [width, width, 3, 3], **norm(f"{block}.bn2", width)}
                if before != width:
                    tensors |= {f"{block}.downsample.0.weight": [width, before, 1, 1], **norm(f"{block}.downsample.1", width)}
                before = width
        for said, wanted in ((None, "resnet18"), ("resnetblur18", "resnetblur18"), ("resnet50", "resnet18")):
            metadata = {"arch": said} if said else None
            (self.folder / "net18.safetensors").write_bytes(safetensors(tensors, metadata=metadata))
            _, notes = self.zoo("convert", "net18.safetensors", "out", "--format", "timm")
            self.assertEqual(json.loads((self.folder / "out" / "config.json").read_text())["architecture"], wanted)
            self.assertEqual("whose tensors are also those of resnetblur18" in notes, wanted == "resnet18", notes)
            shutil.rmtree(self.folder / "out")

    def test_class_names_in_the_file_go_along(self):
        names = [f"class {i}" for i in range(9)] + ['the "last"']
        named = safetensors(resnet20(), metadata={"class_to_idx": json.dumps({name: i for i, name in enumerate(names)})})
        (self.folder / "named.safetensors").write_bytes(named)
        self.zoo("convert", "named.safetensors", "out", "--format", "timm")
        self.assertEqual(json.loads((self.folder / "out" / "config.json").read_text())["label_names"], names)
        self.zoo("convert", "named.safetensors", "again.safetensors")
        report = json.loads(self.zoo("inspect", "again.safetensors", "--json")[0])
        self.assertEqual((report["classes"], json.loads(report["metadata"]["class_names"])), (names, names))

    def test_a_head_of_two_pools(self):
        shapes = resnet20() | {"fc.weight": [10, 128]}
        (self.folder / "two.safetensors").write_bytes(safetensors(shapes))
        self.assertIn("10 classes, global pool catavgmax", self.zoo("inspect", "two.safetensors")[0])
        self.zoo("convert", "two.safetensors", "out", "--format", "timm")
        found = json.loads((self.folder / "out" / "config.json").read_text())
        self.assertEqual(found["model_args"], {"global_pool": "catavgmax"})
        err = self.refused("convert", "two.safetensors", "out.pth", "--layout", "akamaster")
        self.assertIn("akamaster's layout has no global pool but the mean", err)

    def test_a_folders_pool_and_stride_are_kept_or_refused(self):
        config = {"architecture": "resnet20_cifar", "num_classes": 10, "pretrained_cfg": {},
                  "model_args": {"global_pool": "max", "output_stride": 2}}
        source = self.folder / "source"
        source.mkdir()
        (source / "model.safetensors").write_bytes(safetensors(resnet20()))
        (source / "config.json").write_text(json.dumps(config))
        self.zoo("convert", "source", "out", "--format", "timm")
        found = json.loads((self.folder / "out" / "config.json").read_text())
        self.assertEqual((found["model_args"], found["global_pool"]), (config["model_args"], "max"))
        err = self.refused("convert", "source", "out.pth", "--layout", "torchvision")
        self.assertIn("torchvision's layout has no global pool but the mean", err)
        self.assertIn("has a global pool, an output stride or a problem type of its own", self.refused("add", "source", "resnet20_cifar.own"))
        # A head that is wider than its config says.
        (source / "model.safetensors").write_bytes(safetensors(resnet20() | {"fc.weight": [10, 128]}))
        self.zoo("convert", "source", "wide", "--format", "timm")
        self.assertEqual(json.loads((self.folder / "wide" / "config.json").read_text())["global_pool"], "catavgmax")

    def test_class_names_of_a_folder_go_along_into_a_file(self):
        source = self.folder / "source"
        source.mkdir()
        (source / "model.safetensors").write_bytes(safetensors(resnet20(head="linear")))
        names = [f"class {i}" for i in range(10)]
        (source / "config.json").write_text(json.dumps({"architecture": "resnet20_cifar", "num_classes": 10, "label_names": names}))
        _, err = self.zoo("convert", "source", "out.safetensors", "--layout", "torchvision")
        self.assertIn("how its pictures are prepared is not part of a file", err)
        out, _ = self.zoo("inspect", "out.safetensors", "--json")
        self.assertEqual(json.loads(json.loads(out)["metadata"]["class_names"]), names)
        _, err = self.zoo("convert", "source", "out.pth", "--layout", "torchvision")
        self.assertIn("how its pictures are prepared and what its classes are called is not part of a file", err)

    def test_without_a_layout_nothing_that_the_folder_says_is_lost(self):
        source = self.folder / "source"
        source.mkdir()
        (source / "model.safetensors").write_bytes(safetensors(resnet20(head="linear")))
        names = [f"class {i}" for i in range(10)]
        config = {"architecture": "resnet20_cifar", "num_classes": 10, "label_names": names}
        (source / "config.json").write_text(json.dumps(config))
        self.zoo("convert", "source", "plain.safetensors")
        metadata = json.loads(self.zoo("inspect", "plain.safetensors", "--json")[0])["metadata"]
        self.assertEqual(json.loads(metadata["class_names"]), names)
        self.assertEqual(metadata["arch"], "resnet20_cifar")
        self.assertIn("the model that is converted",
                      self.refused("convert", "source", "source/model.safetensors", "--dtype", "fp16", status=2))
        (source / "config.json").write_text(json.dumps({**config, "global_pool": "max"}))
        self.assertIn("--format timm", self.refused("convert", "source", "max.safetensors"))

    def test_json_without_end_is_an_error(self):
        source = self.folder / "source"
        source.mkdir()
        (source / "model.safetensors").write_bytes(safetensors(resnet20(head="linear")))
        deep = "[" * 200_000 + "]" * 200_000
        (source / "config.json").write_text('{"architecture": "resnet20_cifar", "x": ' + deep + "}")
        self.refused("convert", "source", "x.pth", "--layout", "timm")
        (source / "config.json").write_text('{"model_type": "resnet"}')
        (source / "preprocessor_config.json").write_text('{"image_mean": ' + deep + "}")
        self.refused("convert", "source", "out", "--format", "timm")

    def test_a_damaged_config_is_an_error_that_names_the_file(self):
        source = self.folder / "source"
        source.mkdir()
        (source / "model.safetensors").write_bytes(safetensors(resnet20(head="linear")))
        config = source / "config.json"
        for text, complaint in (("{", "is not JSON"), ("{}", "describes no model that zoo has"),
                                ('{"architecture": "resnet20_cifar", "num_classes": 2, "label_names": ["a", "b"]}',
                                 "names 2 classes, the tensors have 10"),
                                ('{"model_type": "resnet", "id2label": {"0": "a"}}', "/id2label: has 1 names, the tensors have 10 classes")):
            config.write_text(text)
            message = self.refused("convert", "source", "out", "--format", "timm")
            self.assertIn("source/config.json", message)
            self.assertIn(complaint, message)
        config.write_text("{}")
        self.zoo("convert", "source/model.safetensors", "out_of_file", "--format", "timm")  # the file itself was named
        config.write_text('{"model_type": "resnet"}')
        (source / "preprocessor_config.json").write_text('{"size": -1}')
        self.assertIn("source/preprocessor_config.json:/size", self.refused("convert", "source", "out", "--format", "timm"))
        self.assertFalse((self.folder / "out").exists())
        self.zoo("convert", "source", "out.pth")  # needs nothing from it

    def test_only_and_rename(self):
        self.zoo("convert", "net.safetensors", "out.pth", "--only", "stage1.0.*", "--rename", r"^layer(\d)=stage$1",
                 "--rename", "bn=norm")
        self.assertIn("stage1.0.norm1.weight", self.names("out.pth"))
        self.assertEqual(len(self.names("out.pth")), 10)
        self.assertIn("no tensor's name fits", self.refused("convert", "net.safetensors", "x.pth", "--only", "nothing*"))
        self.assertIn("two tensors", self.refused("convert", "net.safetensors", "x.pth", "--rename", ".*=same", status=2))
        self.assertIn("regular expression", self.refused("convert", "net.safetensors", "x.pth", "--rename", "(=x", status=2))
        self.assertIn("REGEX=TO", self.refused("convert", "net.safetensors", "x.pth", "--rename", "abc", status=2))

    def test_wrong_usage(self):
        for arguments in (["net.safetensors"], ["a", "b", "c"], ["net.safetensors", "x.pth", "--dtype", "int8"],
                          ["net.safetensors", "x.pth", "--layout", "huggingface_flax"],
                          ["net.safetensors", "x", "--format", "hf", "--layout", "timm"],
                          ["net.safetensors", "x", "--format", "timm", "--only", "fc.*"]):
            self.refused("convert", *arguments, status=2)
        self.assertIn("no such file", self.refused("convert", "none.pth", "x.pth"))
        self.assertIn("zoo download", self.refused("convert", "resnet18.tv_in1k", "x.pth"))
        self.assertIn("no averaged weights", self.refused("convert", "net.safetensors", "x.pth", "--ema"))
        self.assertIn("no such folder", self.refused("convert", "net.safetensors", "missing/x.pth"))


class Inspect(ZooCase):
    def write(self, name, tensors):
        (self.folder / name).write_bytes(safetensors(tensors))

    def test_stats(self):
        self.write("a.safetensors", {"w": [2, 2], "empty": [0]})
        content = bytearray((self.folder / "a.safetensors").read_bytes())
        for index, value in enumerate((b"\0\0\x80\x3f", b"\0\0\x40\xc0", b"\0\0\xc0\x7f", b"\0\0\x80\xff")):  # 1, -3, nan, -inf
            content[len(content) - 16 + 4 * index:len(content) - 12 + 4 * index or None] = value
        (self.folder / "a.safetensors").write_bytes(content)
        tensors = {t["name"]: t for t in json.loads(self.zoo("inspect", "a.safetensors", "--stats", "--json")[0])["tensors"]}
        self.assertEqual({key: tensors["w"][key] for key in ("bytes", "min", "max", "mean", "nan", "inf")},
                         {"bytes": 16, "min": -3.0, "max": 1.0, "mean": -1.0, "nan": 1, "inf": 1})
        self.assertIsNone(tensors["empty"]["min"])
        self.assertRegex(self.zoo("inspect", "a.safetensors", "--stats")[0], r"float32 +\[2, 2\] +16 +-3 +1 +-1 +1 +1 +w\n")

    def test_diff(self):
        self.write("a.safetensors", {"same": [2], "shape": [2], "gone": [1], "value": [1]})
        self.write("b.safetensors", {"same": [2], "shape": [3], "new": [1], "value": [1]})
        content = (self.folder / "b.safetensors").read_bytes()
        (self.folder / "b.safetensors").write_bytes(content[:-4] + b"\0\0\x80\x3f")
        out, _ = self.zoo("inspect", "a.safetensors", "--diff", "b.safetensors", "--json", status=1)
        report = json.loads(out)
        self.assertEqual((report["tensors"], report["equal"]), (5, 1))
        self.assertEqual({entry["name"]: entry["different"] for entry in report["differences"]},
                         {"shape": "shape", "gone": "missing", "value": "values", "new": "added"})
        value = next(entry for entry in report["differences"] if entry["name"] == "value")
        self.assertEqual((value["largest"], value["mean"]), (1.0, 1.0))
        self.assertIn("1 of 5 tensors are equal", self.zoo("inspect", "a.safetensors", "--diff", "b.safetensors", status=1)[0])
        self.refused("inspect", "a.safetensors", "--diff", "b.safetensors", "--stats", status=2)

    def pth(self, name, what, more={}):
        """A .pth of plain values, as torch writes it."""
        with zipfile.ZipFile(self.folder / name, "w") as archive:
            archive.writestr("archive/data.pkl", what)
            archive.writestr("archive/version", "3\n")
            for record, data in more.items():
                archive.writestr("archive/" + record, data)

    def test_an_unpacked_checkpoint_is_packed_again(self):
        self.pth("net.pth", b"\x80\x02}X\x05\0\0\0epochK\x07s.")
        with zipfile.ZipFile(self.folder / "net.pth") as archive:
            archive.extractall(self.folder / "net")
        for arguments in (["inspect", "net/archive"], ["inspect", "net"], ["inspect", "net/archive/data.pkl"],
                          ["convert", "net/archive", "x.safetensors"], ["add", "net", "resnet20_cifar.own"]):
            err = self.refused(*arguments)
            self.assertIn("that was unpacked", err, arguments)
        command = re.search(r"Pack it again: (.*), and open that file", err).group(1)
        self.assertEqual(command, f"cd '{self.folder.resolve() / 'net'}' && zip -0 -r -X 'archive.pth' 'archive'")
        if shutil.which("zip"):
            subprocess.run(["sh", "-c", command], check=True, stdout=subprocess.DEVNULL)
            self.assertEqual(json.loads(self.zoo("inspect", "net/archive.pth", "--json")[0])["values"], {"epoch": "7"})

    def test_opaque(self):
        evil = b"cos\nsystem\n(S'echo hello > ran'\ntR."
        self.pth("evil.pth", evil)
        out, _ = self.zoo("inspect", "evil.pth", "--opaque", status=1)
        self.assertRegex(out, r"no +os\.system\n")
        self.assertIn("1 of 1 are not on PyTorch's list", out)
        self.assertFalse((self.folder / "ran").exists())
        for module, name, listed in (
                ("collections", "OrderedDict", True), ("torch", "FloatStorage", True), ("torch.cuda", "HalfStorage", True),
                ("torch", "bfloat16", True), ("torch._utils", "_rebuild_tensor_v2", True), ("__builtin__", "set", True),
                ("torch.storage", "_load_from_bytes", False), ("torch", "load", False), ("builtins", "eval", False),
                ("pathlib", "PosixPath", False), ("datetime", "datetime.now", False), ("torch.elsewhere", "FloatStorage", False),
                # What is looked up inside a listed name, or spelt like one, is none.
                ("torch", "FloatStorage.from_file", False), ("torch", "nn.parameter.Parameter", False),
                ("torch._utils", "_rebuild_tensor_v2.__builtins__.__getitem__", False), ("torch._utils", "_rebuild_evil", False),
                ("torch.jit._pickle", "restore_type_tag.__builtins__.__getitem__", False), ("torch", "EvilStorage", False),
                ("__torch__", "Net", False), ("Torch", "FloatStorage", False), ("torch.", "FloatStorage", False)):
            with self.subTest(module=module, name=name):
                words = (b"\x8c" + bytes([len(text)]) + text.encode() for text in (module, name))
                self.pth("named.pth", b"\x80\x04" + b"".join(words) + b"\x93.")
                out, _ = self.zoo("inspect", "named.pth", "--opaque", "--json", status=0 if listed else 1)
                report = json.loads(out)
                self.assertEqual(report["names"], [{"module": module, "name": name, "listed": listed}])
                self.assertEqual(report["all_listed"], listed)
                self.assertNotIn("safe", report)
        self.pth("plain.pth", pickle.dumps({"epoch": 3, "nested": {"rate": 0.5, "list": [1, 2]}}, protocol=2))
        self.assertIn("names a class or a function", self.zoo("inspect", "plain.pth", "--opaque")[0])
        self.assertEqual(json.loads(self.zoo("inspect", "plain.pth", "--opaque", "--json")[0])["all_listed"], True)
        values = json.loads(self.zoo("inspect", "plain.pth", "--json")[0])["values"]
        self.assertEqual((values["epoch"], values["nested.rate"]), ("3", "0.5"))

    def test_opaque_judges_whole_files_and_no_code(self):
        self.pth("script.pt", b"\x80\x02N.", {"constants.pkl": b"\x80\x02).", "code/__torch__.py": b""})
        self.assertIn("TorchScript archive", self.zoo("inspect", "script.pt", "--opaque", status=1)[0])
        self.pth("cut.pth", b"\x80\x02}.")
        (self.folder / "cut.pth").write_bytes((self.folder / "cut.pth").read_bytes()[:-50])
        self.assertIn("cut off", self.zoo("inspect", "cut.pth", "--opaque", status=1)[1])
        # PyTorch may read the second of these.
        self.pth("two.pth", b"\x80\x02}.", {"DATA.PKL": b"\x80\x02cos\nsystem\n."})
        self.assertIn("case of letters", self.refused("inspect", "two.pth", "--opaque"))


if __name__ == "__main__":
    unittest.main()
