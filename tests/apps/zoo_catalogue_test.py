"""zoo list, show, help, doctor: what needs no checkpoint file."""
import json
import os
import pathlib
import shutil
import subprocess
import unittest

import zoo_cli
from zoo_cli import PROGRAMS, ZooCase


def libraries(program):
    listed = subprocess.run(["ldd", PROGRAMS / program], capture_output=True, text=True, check=True).stdout
    return {pathlib.PurePath(line.split()[0]).name.split(".so")[0] for line in listed.splitlines()}


class Libraries(unittest.TestCase):
    def test_zoo_links_next_to_nothing(self):
        known = {"libc", "libm", "libgcc_s", "libstdc++", "libcrypto", "linux-vdso", "ld-linux-x86-64", "ld-linux-aarch64"}
        sanitizers = {"libasan", "libubsan", "libdl", "librt", "libpthread"}
        self.assertLessEqual(libraries("zoo") - sanitizers, known)

    def test_who_needs_no_tensors_links_no_libtorch_and_who_needs_no_pictures_no_opencv(self):
        for program in ("zoo-download", "zoo-add", "zoo-inspect", "zoo-convert", "zoo-draw", "zoo-data", "zoo-augment"):
            found = libraries(program)
            self.assertIn("libc", found)
            self.assertFalse([name for name in found if name.startswith(("libtorch", "libc10"))], program)
            if program not in ("zoo-draw", "zoo-data", "zoo-augment"):
                self.assertFalse([name for name in found if name.startswith("libopencv")], program)


class Catalogue(ZooCase):
    def test_list_shows_every_weight_within_80_columns(self):
        records = json.loads((zoo_cli.SOURCE / "weights.json").read_text())["weights"]
        out, err = self.zoo("list")
        lines = out.splitlines()
        self.assertEqual(err, "")
        self.assertEqual(len(lines), 1 + len(records))
        self.assertLessEqual(max(map(len, lines)), 80)
        self.assertEqual({line.split()[0] for line in lines[1:]}, {record["name"] for record in records})

    def test_names_are_sorted_as_people_do(self):
        names = [w["name"] for w in json.loads(self.zoo("list", "--json")[0])]
        self.assertLess(names.index("resnet18.tv_in1k"), names.index("resnet101.tv_in1k"))

    def test_patterns_and_filters_choose(self):
        def listed(*flags):
            return [w["name"] for w in json.loads(self.zoo("list", "--json", *flags)[0])]
        self.assertEqual(listed("resnet18.mm*"), ["resnet18.mm_in1k"])
        self.assertEqual(set(listed("resnet18.*", "--source", "torchvision")), {"resnet18.tv_in1k"})
        self.assertEqual(listed("t50.tv"), ["resnet50.tv2_in1k", "resnet50.tv_in1k"])
        self.assertEqual(len(listed("--source", "akamaster")), 6)
        self.assertEqual(len(listed("--source", "chenyaofo", "--dataset", "cifar100")), 4)
        self.assertEqual(len(listed("--source", "timm", "--dataset", "imagenet-12k")), 5)
        self.assertIn("resnet50_cifar.mm_cifar100", listed("--dataset=cifar100"))
        self.assertEqual(listed("--cached"), [])
        by_size = listed("--sort", "params")
        self.assertEqual(by_size[0].split("_")[0], "resnet20")
        best = json.loads(self.zoo("list", "--json", "--dataset", "imagenet-1k", "--sort", "top1")[0])
        self.assertEqual(best[0]["top1"], max(weight["top1"] or 0 for weight in best))

    def test_licence_accuracy_and_size_choose(self):
        def listed(*flags):
            return json.loads(self.zoo("list", "--json", *flags)[0])
        everything = listed()
        free = listed("--license", "APACHE")
        self.assertTrue(free)
        self.assertTrue(all("Apache" in weight["license"] for weight in free))
        good = listed("--min-top1", "82")
        self.assertEqual([w["name"] for w in good], [w["name"] for w in everything if (w["top1"] or 0) >= 82])
        small = listed("--max-size", "50M")
        self.assertTrue(0 < len(small) < len(everything))
        self.assertTrue(all((weight["bytes"] or 4 * weight["params"]) <= 50_000_000 for weight in small))
        self.assertIn("'5X' is no size", self.refused("list", "--max-size", "5X", status=2))
        self.assertIn("Known: ", self.refused("list", "--license", "nobody's"))

    def test_show_prints_the_logs_and_what_to_cite(self):
        out, _ = self.zoo("show", "resnet50.mm_in1k", "--log")
        self.assertEqual(len(out.splitlines()), 2)
        self.assertTrue(all(line.startswith("https://") for line in out.splitlines()))
        self.assertIn("No training log", self.zoo("show", "resnet50.tv_in1k", "--log")[1])
        entry, _ = self.zoo("show", "resnet50", "--bibtex")
        self.assertEqual(entry, "@inproceedings{he2016deep,\n"
                                "  author = {He, Kaiming and Zhang, Xiangyu and Ren, Shaoqing and Sun, Jian},\n"
                                "  title = {{Deep Residual Learning for Image Recognition}},\n"
                                "  booktitle = {CVPR},\n  year = {2016},\n  url = {https://arxiv.org/abs/1512.03385}\n}\n")
        entry, _ = self.zoo("show", "resnet50.a1_in1k", "--bibtex")
        self.assertRegex(entry, r"^@misc\{wightman2021resnet,\n(.|\n)*\n  howpublished = \{arXiv:2110.00476\},\n")

    def test_every_paper_is_of_a_kind_that_has_its_venue(self):
        weights = json.loads((zoo_cli.SOURCE / "weights.json").read_text())["weights"]
        papers = {weight["paper"]: weight["name"] for weight in weights if "paper" in weight}
        self.assertGreater(len(papers), 1)
        for url, name in papers.items():
            entry, _ = self.zoo("show", name, "--bibtex")
            self.assertRegex(entry, r"^@(inproceedings\{\w+,\n(.|\n)*  booktitle = \{(?!arXiv)|article\{\w+,\n(.|\n)*  journal = \{IEEE "
                                    r"|misc\{\w+,\n(.|\n)*  howpublished = \{arXiv:)", url)

    def test_archs_carry_the_counts_of_their_specs(self):
        archs = {a["name"]: a for a in json.loads(self.zoo("list", "--archs", "--json")[0])}
        self.assertEqual(archs["resnet50"]["params"], 25557032)
        self.assertEqual(archs["resnet50"]["macs"], 4089184256)
        self.assertIn("resnet1202_cifar", archs)
        out, _ = self.zoo("list", "--archs", "resnet18*")
        self.assertEqual([line.split()[0] for line in out.splitlines()[1:]], ["resnet18", "resnet18d", "resnet18_cifar"])

    def test_every_arch_has_a_paper_to_cite(self):
        for arch in json.loads(self.zoo("list", "--archs", "--json")[0]):
            self.assertIn("author = ", self.zoo("show", arch["name"], "--bibtex")[0])

    def test_archs_show_all_their_parts(self):
        for arch, parts in {"resnext50_32x4d": "32 groups of 4", "wide_resnet50_2": "3x3 of width 128", "resnet50_gn": "group norm",
                            "seresnet50": "squeeze-and-excitation", "ecaresnet50d": "efficient channel attention",
                            "resnetblur50": "blur pools", "resnetaa50": "mean pools", "resnet50_caffe": "strides on conv1",
                            "resnest50d": "split attention of 2", "res2net50_26w_4s": "cascade of 4", "resnet50": "-"}.items():
            self.assertIn(parts, self.zoo("list", "--archs", arch)[0])
            self.assertIn(parts, self.zoo("show", arch)[0] if parts != "-" else "-")
        shown = json.loads(self.zoo("show", "seresnextaa101d_32x8d", "--json")[0])
        self.assertEqual(shown["attention"], "se")
        self.assertEqual(shown["anti_alias"], "avg")
        self.assertEqual(shown["stem_pool"], "avg")
        self.assertEqual(shown["groups"], 32)

    def test_manifest_and_specs_agree_on_counts(self):
        for weight in json.loads((zoo_cli.SOURCE / "weights.json").read_text())["weights"]:
            arch = json.loads(self.zoo("show", "--json", weight["name"].split(".")[0])[0])
            classes = weight.get("num_classes") or 0
            head = (arch["features"] + 1) * arch["num_classes"]
            expected = arch["params"] - head + (arch["features"] + 1) * classes
            self.assertEqual(weight["params"], expected, weight["name"])

    def test_show_of_a_weight(self):
        out, _ = self.zoo("show", "ResNet50_Weights.IMAGENET1K_V2")
        for fact in ("resnet50.tv2_in1k", "80.86", "short edge 232", "25,557,032", "https://download.pytorch.org/"):
            self.assertIn(fact, out)
        record = json.loads(self.zoo("show", "resnet50.tv2_in1k", "--json")[0])
        self.assertEqual(record["preprocess"]["mean"], [0.485, 0.456, 0.406])
        self.assertEqual(record["files"][0]["sha256_prefix"], "11ad3fa6")
        self.assertFalse(record["cached"])

    def test_show_of_an_architecture(self):
        out, _ = self.zoo("show", "resnet18")
        for fact in ("11,689,512", "1.81 G", "122", "layer4", "resnet18.tv_in1k", "CVPR 2016"):
            self.assertIn(fact, out)
        arch = json.loads(self.zoo("show", "resnet18", "--json")[0])
        self.assertEqual(len(arch["tensors"]), 122)
        self.assertEqual(arch["tensors"][0], {"name": "conv1.weight", "shape": [64, 3, 7, 7], "buffer": False})

    def test_every_command_has_help_on_stdout(self):
        overview, _ = self.zoo("help")
        self.assertEqual(overview, self.zoo("--help")[0])
        for command in ("list", "show", "download", "add", "verify", "lock", "inspect", "convert", "doctor", "help"):
            self.assertIn(f"  {command} ", overview)
            out, err = self.zoo("help", command)
            self.assertEqual(err, "")
            self.assertIn(f"zoo {command}", out)
            self.assertLessEqual(max(map(len, out.splitlines())), 90)
            self.assertEqual(out, self.zoo(command, "--help")[0])
        self.assertRegex(self.zoo("--version")[0], r"^zoo \d+\.\d+\.\d+\n$")

    def test_wrong_usage_is_named_with_the_way_out(self):
        for arguments, words in ((["lst"], "unknown command 'lst'. Did you mean 'list'"),
                                 (["list", "--jsn"], "unknown flag '--jsn'. Did you mean '--json'"),
                                 (["list", "-x"], "unknown flag '-x'"),
                                 (["list", "--sort", "size"], "unknown key 'size'. Expected one of: name"),
                                 (["list", "--sort"], "'sort' is missing an argument"),
                                 (["list", "a", "b"], "unexpected 'b'"),
                                 (["show"], "a NAME or ARCH is missing"),
                                 (["download"], "the NAME of a weight is missing"),
                                 (["inspect"], "a FILE is missing"),
                                 (["doctor", "x"], "unexpected 'x'"),
                                 (["help", "nothing"], "unknown command 'nothing'")):
            self.assertIn(words, self.refused(*arguments, status=2))
        out, err = self.zoo(status=2)
        self.assertEqual(out, "")
        self.assertIn("Commands:", err)

    def test_unknown_names_come_with_the_nearest(self):
        for command in ("show", "download", "verify"):
            self.assertIn("unknown model 'resnet5O'. Did you mean 'resnet50'", self.refused(command, "resnet5O"))
        self.assertIn("nothing matches 'alexnet'", self.refused("list", "alexnet"))
        self.assertIn("Expected one of: akamaster,", self.refused("list", "--source", "nobody"))

    def test_what_follows_two_dashes_is_no_flag(self):
        self.assertIn("nothing matches '--json'", self.refused("list", "--", "--json"))

    def test_a_manifest_that_is_missing_or_wrong_is_an_error(self):
        self.environment["ZOO_MANIFEST"] = str(self.folder / "none.json")
        self.assertIn("none.json", self.refused("list"))
        (self.folder / "none.json").write_text('{"weights": 3')
        self.assertIn("none.json", self.refused("list"))

    def test_output_that_cannot_be_written_is_an_error(self):
        with open("/dev/full", "wb") as full:
            _, err = self.zoo("list", stdout=full, status=1)
        self.assertIn("standard output: No space left on device", err)

    def test_a_reader_that_goes_away_ends_it_quietly(self):
        reading, writing = os.pipe()
        os.close(reading)
        _, err = self.zoo("list", "--json", stdout=writing, status=141)
        os.close(writing)
        self.assertEqual(err, "")


class Doctor(ZooCase):
    """With a copy of zoo beside programs that this test makes up."""

    def setUp(self):
        super().setUp()
        self.programs = self.folder / "bin"
        self.programs.mkdir()
        shutil.copy2(PROGRAMS / "zoo", self.programs / "zoo")
        for name in ("add", "augment", "convert", "data", "download", "draw", "finetune", "inspect", "predict"):
            self.script(name, "true")
        self.script("evaluate", """echo '{"libtorch": "2.13.0", "mkldnn": true, "cuda": false}'""")

    def script(self, name, text):
        path = self.programs / f"zoo-{name}"
        path.write_text("#!/bin/sh\n" + text + "\n")
        path.chmod(0o755)

    def doctor(self, *flags, status):
        return self.zoo("doctor", *flags, status=status, program=self.programs / "zoo")[0]

    def test_a_healthy_installation(self):
        out = self.doctor(status=0)
        self.assertIn("All is well.", out)
        self.assertIn("libtorch 2.13.0, mkldnn, no cuda", out)
        report = json.loads(self.doctor("--json", status=0))
        self.assertTrue(report["healthy"])
        self.assertEqual(report["libtorch"]["libtorch"], "2.13.0")
        self.assertGreater(report["machine"]["threads"], 0)
        self.assertEqual(report["cache"]["path"], str(self.home))
        self.assertEqual(report["cache"]["weights"], 0)
        self.assertFalse(self.home.exists())

    def test_a_missing_program(self):
        (self.programs / "zoo-predict").unlink()
        self.assertIn("zoo-predict is not installed", self.doctor(status=1))
        _, err = self.zoo("predict", "x.jpg", status=1, program=self.programs / "zoo")
        self.assertIn("zoo predict: the program", err)

    def test_a_program_that_does_not_start(self):
        self.script("evaluate", "echo 'error while loading shared libraries: libtorch.so' >&2; exit 127")
        out = self.doctor(status=1)
        self.assertIn("does not start (status 127): error while loading shared libraries: libtorch.so", out)

    def test_a_cache_that_cannot_be_written(self):
        (self.folder / "file").write_text("")
        self.environment["ZOO_HOME"] = str(self.folder / "file" / "home")
        report = json.loads(self.doctor("--json", status=1))
        self.assertIn("is not a folder", report["cache"]["problem"])
        self.assertIn("ZOO_HOME", report["cache"]["remedy"])

    def test_a_broken_manifest(self):
        path = self.folder / "broken.json"
        path.write_text("{")
        self.environment["ZOO_MANIFEST"] = str(path)
        self.assertIn("broken.json", json.loads(self.doctor("--json", status=1))["manifest"]["problem"])

    def test_a_sibling_gets_the_arguments_and_gives_its_status(self):
        self.script("finetune", 'echo "$@"; exit 7')
        out, _ = self.zoo("finetune", "--data", "a b", status=7, program=self.programs / "zoo")
        self.assertEqual(out, "--data a b\n")


if __name__ == "__main__":
    unittest.main()
