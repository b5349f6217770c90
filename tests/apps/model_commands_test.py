"""zoo evaluate and predict as a user types them, on a ResNet-20 whose weights are all zero: its scores are its biases."""
import csv
import json
import math
import os
import re
import shutil
import unittest

import hostile_names_test as hostile
from zoo_cli import PROGRAMS, ZooCase, resnet20, safetensors

CIFAR10 = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
KNOWN_NAME = "resnet20-12fca82f.th"  # a file called so is taken for the published one, whose classes are CIFAR-10's
SHIPPED = "resnet20_cifar.drawn"
CPU = ["--threads", "1", "--workers", "1"]


def checkpoint(bias, metadata=None):
    """A safetensors file of zeros but for the head's bias."""
    return safetensors(resnet20(len(bias)), {"fc.bias": bias}, metadata=metadata)


def model_folder(path, labels, bias, problem):
    path.mkdir()
    (path / "model.safetensors").write_bytes(checkpoint(bias))
    (path / "config.json").write_text(json.dumps({"architecture": "resnet20_cifar", "num_classes": len(bias),
                                                  "label_names": labels, "problem_type": problem}))
    return path


def picture(value=128, side=32):
    return b"P6\n%d %d\n255\n" % (side, side) + bytes([value]) * (3 * side * side)


class ModelCase(ZooCase):
    def setUp(self):
        super().setUp()
        self.weights = self.folder / KNOWN_NAME
        self.weights.write_bytes(checkpoint([i / 4 for i in range(10)]))  # the last class is the answer to everything

    def draw(self, *names):
        for name in names:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(picture())

    def run_model(self, command, *arguments, status=0, weights=None):
        return self.zoo(command, "--weights", weights or self.weights, *CPU, *arguments, status=status)

    def model_refused(self, command, *arguments, status=1, weights=None):
        out, err = self.run_model(command, *arguments, status=status, weights=weights)
        self.assertEqual(out, "", arguments)
        self.assertRegex(err, r"(?m)^zoo( \w+)?: ", arguments)
        return err


class Evaluate(ModelCase):
    def test_a_model_is_measured_on_class_folders(self):
        self.draw("data/truck/a.ppm", "data/ship/b.ppm", "data/ship/c.ppm", "data/bird/d.ppm")
        out, _ = self.run_model("evaluate", "--data", "data", "--json")
        answer = json.loads(out)
        self.assertEqual(set(answer), {"top1", "top5", "loss", "images", "bad_images", "images_per_s"})
        self.assertEqual((answer["top1"], answer["top5"], answer["images"]), (25.0, 75.0, 4))
        log_sum = math.log(sum(math.exp(i / 4) for i in range(10)))
        self.assertAlmostEqual(answer["loss"], log_sum - (9 + 8 + 8 + 2) / 4 / 4, places=6)
        self.assertGreater(answer["images_per_s"], 0)

    def test_divided_data_is_judged_by_its_part_for_that(self):
        self.draw("data/train/truck/a.ppm", "data/train/ship/b.ppm", "data/train/ship/c.ppm",
                  "data/val/truck/a.ppm", "data/val/ship/b.ppm")
        out, err = self.run_model("evaluate", "--data", "data", "--json")
        self.assertEqual(json.loads(out)["images"], 2)
        self.assertIn("these are the pictures of its part val", err)
        out, _ = self.run_model("evaluate", "--data", "data", "--json", "--part", "train")
        self.assertEqual(json.loads(out)["images"], 3)
        self.assertIn("no part 'test'", self.model_refused("evaluate", "--data", "data", "--part", "test"))

    def test_broken_pictures_are_skipped_and_counted_where_that_is_asked_for(self):
        self.draw("data/truck/a.ppm", "data/ship/b.ppm")
        (self.folder / "data" / "ship" / "broken.ppm").write_bytes(b"P6 no picture")
        self.assertIn("broken.ppm", self.model_refused("evaluate", "--data", "data"))
        out, err = self.run_model("evaluate", "--data", "data", "--json", "--bad-images", "skip")
        self.assertEqual((json.loads(out)["images"], json.loads(out)["bad_images"]), (2, 1))
        self.assertRegex(err, r"1 picture was left out:\n.*ship/broken\.ppm")

    def test_no_message_lands_in_a_file_where_standard_error_is_closed(self):
        self.draw("data/truck/a.ppm", "data/ship/b.ppm")
        (self.folder / "data" / "ship" / "broken.ppm").write_bytes(b"P6 no picture")
        command = ("evaluate", "--weights", self.weights, *CPU, "--data", "data", "--bad-images", "skip", "--per-image")
        self.zoo(*command, "lines.csv")
        self.zoo(*command, "closed.csv", preexec_fn=lambda: (os.close(0), os.close(2)))
        self.assertEqual((self.folder / "closed.csv").read_text(), (self.folder / "lines.csv").read_text())
        _, err = self.zoo(*command, "lost.csv", preexec_fn=lambda: (os.close(0), os.close(1)), status=1)
        self.assertIn("standard output: Bad file descriptor", err)

    def test_the_table_says_the_same(self):
        self.draw("data/truck/a.ppm", "data/ship/b.ppm")
        out, _ = self.run_model("evaluate", "--data", "data")
        self.assertRegex(out, r"top-1 +50\.00 %\ntop-5 +100\.00 %\nloss +\d\.\d{6}\n")

    def test_per_image_writes_one_line_a_picture(self):
        self.draw("data/truck/a.ppm", 'data/ship/b, "c".ppm')
        self.run_model("evaluate", "--data", "data", "--per-image", "lines.csv", "--batch-size", "1")
        with open(self.folder / "lines.csv", newline="") as file:
            lines = list(csv.DictReader(file))
        self.assertEqual([(r["file"], r["label"], r["predicted"], r["correct"]) for r in lines],
                         [('ship/b, "c".ppm', "ship", "truck", "0"), ("truck/a.ppm", "truck", "truck", "1")])
        total = sum(math.exp(i / 4) for i in range(10))
        self.assertAlmostEqual(float(lines[0]["probability"]), math.exp(9 / 4) / total, places=7)
        self.assertAlmostEqual(float(lines[0]["loss"]), math.log(total) - 8 / 4, places=6)

    def test_what_is_left_out_and_assumed_is_said(self):
        self.draw("data/truck/a.ppm", "data/ship/b.ppm")
        (self.folder / "data" / "ship" / "notes.txt").write_text("no picture")
        _, err = self.run_model("evaluate", "--data", "data")
        self.assertRegex(err, r"left out: .*notes\.txt")
        self.assertIn("resnet20_cifar.akamaster_cifar10 by its file name", err)
        other = self.folder / "mine.safetensors"
        shutil.copy(self.weights, other)
        (self.folder / "names.txt").write_text("\n".join(CIFAR10))
        _, err = self.run_model("evaluate", "--arch", "resnet20_cifar", "--labels", "names.txt", "--data", "data", weights=other)
        self.assertRegex(err, r"note: .*mine\.safetensors: nobody says how")
        arguments = ("evaluate", "--arch", "resnet20_cifar", "--labels", "names.txt", "--data", "data", "--image-size", "32")
        _, err = self.run_model(*arguments, weights=other)
        self.assertRegex(err, "nobody says how.*, but for what flags say")
        _, err = self.run_model(*arguments, "--mean", "0.5,0.5,0.5", "--std", "0.2,0.2,0.2", weights=other)
        self.assertNotIn("nobody says how", err)

    def test_classes_are_matched_by_name_and_never_guessed(self):
        self.draw("data/Truck/a.ppm", "data/SHIP/b.ppm")
        self.assertEqual(json.loads(self.run_model("evaluate", "--data", "data", "--json")[0])["top1"], 50.0)
        self.draw("data/lorry/a.ppm")
        self.assertIn("lorry", self.model_refused("evaluate", "--data", "data"))
        other = self.folder / "nobody.safetensors"
        shutil.copy(self.weights, other)
        shutil.rmtree(self.folder / "data" / "lorry")
        self.model_refused("evaluate", "--data", "data", "--arch", "resnet20_cifar", weights=other)

    def labels_of(self, weights, *flags):
        """What --per-image says that the pictures show."""
        _, err = self.run_model("evaluate", "--data", "data", "--per-image", "lines.csv", "--arch", "resnet20_cifar", *flags,
                                weights=weights)
        with open(self.folder / "lines.csv", newline="") as file:
            return [r["label"] for r in csv.DictReader(file)], err

    def test_imagenet_goes_by_wordnet_id_by_index_and_by_synonym(self):
        weights = self.folder / "thousand.safetensors"
        weights.write_bytes(checkpoint([0.0] * 1000))
        flags = ["--labels", "imagenet-1k"]
        for folders, labels in ((["n01440764", "n02012849", "n03888257"], ["tench", "crane bird", "parachute"]),
                                (["0", "1", "10", "100"], ["tench", "goldfish", "brambling", "black swan"]),
                                (["Tinca_tinca", "crane", "n02012849"], ["tench", "crane", "crane bird"])):
            shutil.rmtree(self.folder / "data", ignore_errors=True)
            self.draw(*(f"data/{folder}/a.ppm" for folder in folders))
            found, err = self.labels_of(weights, *flags)
            self.assertEqual(found, labels)
            self.assertEqual("taken for the indices" in err, "0" in folders)
        self.draw("data/n01440764/a.ppm")
        err = self.model_refused("evaluate", "--data", "data", "--arch", "resnet20_cifar", *flags, weights=weights)
        self.assertIn("'Tinca_tinca' and 'n01440764' are the same of the model's, 'tench'", err)
        shutil.rmtree(self.folder / "data" / "n01440764")
        shutil.rmtree(self.folder / "data" / "n02012849")
        err = self.model_refused("evaluate", "--data", "data", "--arch", "resnet20_cifar", *flags, weights=weights)
        self.assertIn("134 'crane bird' (n02012849), 517 'crane'", err)
        err = self.model_refused("evaluate", "--data", "data", "--arch", "resnet20_cifar", weights=weights)
        self.assertIn("'--labels imagenet-1k'", err)

    def test_label_files_name_the_classes_in_every_usual_form(self):
        weights = self.folder / "three.safetensors"
        weights.write_bytes(checkpoint([0.0] * 3))
        self.draw("data/n2/a.ppm", "data/cat/b.ppm")
        for text in ('{"ant": 0, "cat": 2, "n2": 1}', '{"0": "ant", "1": ["bee", "n2"], "2": "cat"}',
                     "ant\nbee\tn2\ncat\n", "\ufeff1 ant\n2 n2\n3 cat\n"):
            (self.folder / "labels").write_text(text, encoding="utf-8")
            found, _ = self.labels_of(weights, "--labels", "labels")
            self.assertEqual(found[0], "cat", text)
            self.assertIn(found[1], ("bee", "n2"), text)
        (self.folder / "labels").write_text('{"ant": 1, "cat": 2, "bee": 3}')
        self.assertIn("are not 0 to 2, each once", self.model_refused("evaluate", "--data", "data", "--arch", "resnet20_cifar",
                                                                      "--labels", "labels", weights=weights))

    def test_classes_that_nobody_names_are_taken_in_their_order_where_all_are_there(self):
        weights = self.folder / "three.safetensors"
        weights.write_bytes(checkpoint([0.0] * 3))
        self.draw("data/ant/a.ppm", "data/bee/a.ppm", "data/cat/a.ppm")
        found, err = self.labels_of(weights)
        self.assertEqual(found, ["0", "1", "2"])
        self.assertIn("note: nobody names the model's classes: those of the data are taken in their order", err)

    def test_a_class_without_pictures_to_judge_by_need_not_be_known(self):
        self.draw("data/train/zebra/a.ppm", "data/train/truck/a.ppm", "data/val/truck/a.ppm", "data/val/ship/a.ppm")
        self.assertEqual(json.loads(self.run_model("evaluate", "--data", "data", "--json")[0])["images"], 2)
        self.assertIn("class 'zebra' is not among", self.model_refused("evaluate", "--data", "data", "--part", "train"))

    def test_models_of_several_labels_and_of_numbers_are_not_judged_as_if_they_had_one(self):
        self.draw("data/truck/a.ppm", "data/ship/b.ppm")
        for problem, words in (("multi_label_classification", "its own probability"), ("regression", "gives numbers")):
            weights = model_folder(self.folder / problem, ["truck", "ship"], [0, 1], problem)
            self.assertIn(words, self.model_refused("evaluate", "--data", "data", weights=weights))

    def test_more_classes_than_the_head_is_an_error(self):
        self.draw(*(f"data/{name}/a.ppm" for name in CIFAR10), "data/zebra/a.ppm")
        self.assertRegex(self.model_refused("evaluate", "--data", "data"), "11 classes.* 10")

    def test_folders_that_are_no_data_set(self):
        self.draw("one/truck/a.ppm", "empty/truck/a.ppm")
        (self.folder / "empty" / "ship").mkdir()
        self.assertIn("only one class", self.model_refused("evaluate", "--data", "one"))
        self.assertIn("empty/ship", self.model_refused("evaluate", "--data", "empty"))
        self.assertIn("nowhere", self.model_refused("evaluate", "--data", "nowhere"))

    def test_a_picture_that_does_not_decode_is_named_and_no_file_is_left(self):
        self.draw("data/truck/a.ppm", "data/ship/b.ppm")
        (self.folder / "data" / "ship" / "c.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
        message = self.model_refused("evaluate", "--data", "data", "--per-image", "lines.csv")
        self.assertIn("ship/c.png", message)
        self.assertEqual([p.name for p in self.folder.glob("*lines*")], [])

    def test_a_csv_that_cannot_be_written_is_said_before_the_work(self):
        self.draw("data/truck/a.ppm", "data/ship/b.ppm")
        self.assertIn("nowhere", self.model_refused("evaluate", "--data", "data", "--per-image", "nowhere/lines.csv"))

    def test_scores_that_are_no_numbers_are_an_error(self):
        self.draw("data/truck/a.ppm", "data/ship/b.ppm")
        self.weights.write_bytes(checkpoint([math.nan] * 10))
        self.assertIn("not finite", self.model_refused("evaluate", "--data", "data", "--json"))

    def test_wrong_usage(self):
        self.draw("data/truck/a.ppm", "data/ship/b.ppm")
        for arguments, words in ((["--dta", "data"], "--data"), ([], "--data"), (["--data", "data", "extra"], "extra"),
                                 (["--data", "data", "--precision", "fp8"], "fp32, bf16 or auto"),
                                 (["--data", "data", "--batch-size", "0"], "1 to"),
                                 (["--data", "data", "--threads", "-1"], "0 to"),
                                 (["--data", "data", "--workers", "many"], "whole number"),
                                 (["--data", "data", "--device", "tpu"], "cpu, cuda"),
                                 (["--data", "data", "--image-size", "1e9"], "--image-size"),
                                 (["--data", "data", "--resize", "0"], "--resize"),
                                 (["--data", "data", "--interpolation", "sinc"], "bicubic"),
                                 (["--data", "data", "--mean", "0.5,0.5"], "3 numbers"),
                                 (["--data", "data", "--mean", "124,116,104"], "0 to 1"),
                                 (["--data", "data", "--std", "0,0,0"], "--std")):
            self.assertIn(words, self.model_refused("evaluate", *arguments, status=2), arguments)
        self.assertIn("--weights", self.refused("evaluate", "--data", "data", status=2))

    def test_preprocessing_flags_change_what_the_model_sees(self):
        self.draw("data/truck/a.ppm", "data/ship/b.ppm")
        self.run_model("evaluate", "--data", "data", "--image-size", "48", "--resize", "square:50", "--interpolation",
                       "bicubic", "--mean", "0.5,0.5,0.5", "--std", "0.25,0.25,0.25", "--precision", "bf16")

    def test_the_machine_is_described_for_doctor(self):
        for program in ("zoo-evaluate", "zoo-predict"):
            out, _ = self.zoo("--build-info", program=PROGRAMS / program)
            self.assertLessEqual({"libtorch", "cxx11_abi", "cpu_capability", "mkldnn", "openmp", "threads", "cuda"},
                                 set(json.loads(out)))


class Predict(ModelCase):
    def test_a_head_of_two_pools_is_known_by_its_width(self):
        self.draw("a.ppm")
        weights = self.folder / "two.safetensors"
        weights.write_bytes(safetensors(resnet20(3) | {"fc.weight": [3, 128]}, {"fc.bias": [0.5, 2.5, 1.0]}))
        out, _ = self.run_model("predict", "a.ppm", "--json", "--logits", weights=weights)
        self.assertEqual(json.loads(out)[0]["logits"], [0.5, 2.5, 1.0])

    def test_files_and_folders_are_answered_in_order(self):
        self.draw("z.ppm", "album/b.ppm", "album/a/c.PPM")
        (self.folder / "album" / "notes.txt").write_text("no picture")
        out, _ = self.run_model("predict", "--top", "2", "--json", "z.ppm", "album")
        answers = json.loads(out)
        self.assertEqual([a["file"] for a in answers], ["z.ppm", "album/a/c.PPM", "album/b.ppm"])
        total = sum(math.exp(i / 4) for i in range(10))
        for answer in answers:
            self.assertEqual(set(answer), {"file", "top"})
            self.assertEqual([(t["label"], t["index"]) for t in answer["top"]], [("truck", 9), ("ship", 8)])
            self.assertAlmostEqual(answer["top"][0]["probability"], math.exp(9 / 4) / total, places=6)

    def test_logits_are_all_scores_in_class_order(self):
        self.draw("a.ppm")
        answer = json.loads(self.run_model("predict", "--logits", "--json", "a.ppm")[0])[0]
        self.assertEqual(answer["logits"], [i / 4 for i in range(10)])
        self.assertEqual(len(answer["top"]), 5)

    def test_several_labels_have_a_probability_each_and_numbers_are_themselves(self):
        self.draw("a.ppm")
        several = model_folder(self.folder / "several", ["ant", "bee", "cat"], [-1, 2, 0.5], "multi_label_classification")
        out, _ = self.run_model("predict", "--json", "a.ppm", weights=several)
        top = json.loads(out)[0]["top"]
        self.assertEqual([t["label"] for t in top], ["bee", "cat", "ant"])
        for found, logit in zip(top, (2, 0.5, -1)):
            self.assertAlmostEqual(found["probability"], 1 / (1 + math.exp(-logit)), places=6)
        out, _ = self.run_model("predict", "a.ppm", weights=several)
        self.assertRegex(out, r"88\.08 %  bee\n +62\.25 %  cat\n +26\.89 %  ant\n")
        numbers = model_folder(self.folder / "numbers", ["width", "height"], [12.5, 125], "regression")
        out, _ = self.run_model("predict", "--top", "1", "--json", "a.ppm", weights=numbers)
        self.assertEqual(json.loads(out), [{"file": "a.ppm", "numbers": [{"label": "width", "index": 0, "number": 12.5},
                                                                       {"label": "height", "index": 1, "number": 125}]}])
        out, _ = self.run_model("predict", "a.ppm", weights=numbers)
        self.assertRegex(out, r"^a\.ppm\n +12\.5  width\n +125  height\n$")

    def test_one_output_is_a_yes_or_no_unless_somebody_says_otherwise(self):
        self.draw("a.ppm")
        one = self.folder / "one.safetensors"
        one.write_bytes(checkpoint([2.0]))
        out, err = self.run_model("predict", "--arch", "resnet20_cifar", "--json", "a.ppm", weights=one)
        self.assertAlmostEqual(json.loads(out)[0]["top"][0]["probability"], 1 / (1 + math.exp(-2)), places=6)
        self.assertIn("taken for a yes or no", err)

    def test_class_names_in_the_file_are_used_where_they_are_as_many_as_the_head_has(self):
        self.draw("a.ppm")
        weights = self.folder / "mine.safetensors"
        for names, label in ((["ant", "bee"], "bee"), (["ant", "bee", "cat"], "1")):
            weights.write_bytes(checkpoint([0.0, 1.0], {"classes": json.dumps(names)}))
            out, err = self.run_model("predict", "--arch", "resnet20_cifar", "--json", "a.ppm", weights=weights)
            self.assertEqual(json.loads(out)[0]["top"][0]["label"], label)
            self.assertEqual("class names in the file are not used: they are 3, the model has 2 classes" in err, label == "1")

    def test_people_get_percentages(self):
        self.draw("a.ppm")
        out, _ = self.run_model("predict", "--top", "1", "a.ppm")
        self.assertRegex(out, r"^a\.ppm\n +\d+\.\d\d %  truck\n$")

    def test_more_classes_than_there_are_gives_all(self):
        self.draw("a.ppm")
        answer = json.loads(self.run_model("predict", "--top", "100", "--json", "a.ppm")[0])[0]
        self.assertEqual(len(answer["top"]), 10)

    def test_classes_that_nobody_names_have_their_index(self):
        self.draw("a.ppm")
        other = self.folder / "mine.safetensors"
        shutil.copy(self.weights, other)
        out, _ = self.run_model("predict", "--arch", "resnet20_cifar", "--top", "1", "--json", "a.ppm", weights=other)
        self.assertEqual(json.loads(out)[0]["top"][0]["label"], "9")
        (self.folder / "names.txt").write_text("\n".join("abcdefghij") + "\n")
        out, _ = self.run_model("predict", "--arch", "resnet20_cifar", "--labels", "names.txt", "--top", "1", "--json",
                                "a.ppm", weights=other)
        self.assertEqual(json.loads(out)[0]["top"][0]["label"], "j")
        (self.folder / "names.txt").write_text("a\nb\n")
        self.assertIn("2 class names", self.model_refused("predict", "--arch", "resnet20_cifar", "--labels", "names.txt",
                                                          "a.ppm", weights=other))

    def test_a_picture_that_cannot_be_read_does_not_stop_the_others(self):
        self.draw("a.ppm", "c.ppm")
        (self.folder / "b.png").write_text("no picture")
        for workers in ("0", "1", "3"):
            out, err = self.run_model("predict", "--workers", workers, "--json", "missing.jpg", "a.ppm", "b.png", "c.ppm",
                                      status=1)
            self.assertEqual([a["file"] for a in json.loads(out)], ["a.ppm", "c.ppm"])
            self.assertRegex(err, r"zoo: missing\.jpg: ")
            self.assertRegex(err, r"zoo: b\.png: ")

    def test_a_folder_without_pictures_is_an_error(self):
        (self.folder / "album").mkdir()
        self.assertIn("album", self.model_refused("predict", "album"))

    def test_scores_that_are_no_numbers_are_an_error(self):
        self.draw("a.ppm")
        self.weights.write_bytes(checkpoint([math.inf] + [0.0] * 9))
        self.assertIn("not finite", self.model_refused("predict", "a.ppm"))

    def test_wrong_usage(self):
        self.draw("a.ppm")
        for arguments, words in (([], "picture"), (["--top", "0", "a.ppm"], "--top"), (["--topp", "1", "a.ppm"], "--top"),
                                 (["--logits", "a.ppm"], "--json")):
            self.assertIn(words, self.model_refused("predict", *arguments, status=2), arguments)


class Weights(ModelCase):
    def test_an_unknown_name_gets_the_nearest(self):
        self.draw("a.ppm")
        for weights in ("resnet5O", "resnet20_cifar.akamaster_cifar"):
            self.assertIn("Did you mean", self.model_refused("predict", "a.ppm", weights=weights))

    def test_a_file_that_is_no_checkpoint(self):
        self.draw("a.ppm")
        self.assertIn("nowhere.pth", self.model_refused("predict", "a.ppm", weights="nowhere.pth"))
        text = self.folder / "text.pth"
        text.write_text("no checkpoint")
        self.assertIn("text.pth", self.model_refused("predict", "a.ppm", weights=text))
        self.weights.write_bytes(self.weights.read_bytes()[:-100])
        self.assertIn(KNOWN_NAME, self.model_refused("predict", "a.ppm"))

    def test_an_architecture_that_the_file_does_not_fit(self):
        self.draw("a.ppm")
        self.assertRegex(self.model_refused("predict", "--arch", "resnet50", "a.ppm"), "conv1|layer1|resnet")
        self.assertIn("Did you mean", self.model_refused("predict", "--arch", "resnet5O", "a.ppm"))

    def test_a_run_answers_with_its_own_labels_and_preprocessing(self):
        self.draw("a.ppm", "data/yak/a.ppm", "data/zebu/b.ppm")
        best = self.folder / "run" / "best"
        best.mkdir(parents=True)
        (best / "model.safetensors").write_bytes(checkpoint([0, 1, 2]))
        (best / "config.json").write_text(json.dumps({
            "architecture": "resnet20_cifar", "num_classes": 3, "label_names": ["yak", "zebra", "zebu"],
            "pretrained_cfg": {"input_size": [3, 48, 48], "crop_pct": 0.875, "interpolation": "bilinear",
                               "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}}))
        for weights in ("run", "run/best"):
            out, err = self.run_model("predict", "--top", "1", "--json", "a.ppm", weights=weights)
            self.assertEqual(json.loads(out)[0]["top"][0]["label"], "zebu")
            self.assertNotIn("assumed", err)
        out, _ = self.run_model("evaluate", "--data", "data", "--json", weights="run")
        self.assertEqual(json.loads(out)["top1"], 50.0)
        (best / "config.json").write_text("{}")
        self.assertIn("config.json", self.model_refused("predict", "a.ppm", weights="run"))


class Spoilt(ZooCase):
    def test_a_wrong_copy_in_the_cache_is_not_used(self):
        self.zoo("download", SHIPPED)
        path = self.home / f"{SHIPPED}.safetensors"
        right = path.read_bytes()
        wrong = bytearray(right)
        wrong[len(wrong) // 2] ^= 1
        self.zoo("draw", "--count", "1", "--seed", "1", "--out", "shapes")
        for command in (["predict", "shapes/star"], ["evaluate", "--data", "shapes"]):
            path.write_bytes(wrong)
            _, err = self.zoo(command[0], "--weights", SHIPPED, *CPU, *command[1:])
            self.assertIn("had SHA-256 ", err)
            self.assertEqual(path.read_bytes(), right)


class HostileModels(hostile.HostileCase):
    def model_folder(self):
        folder = self.folder / "model"
        folder.mkdir()
        (folder / "model.safetensors").write_bytes(safetensors(resnet20(2), {"fc.bias": [2.0, 1.0]}))
        config = {"architecture": "resnet20_cifar", "num_classes": 2, "label_names": [hostile.TEXT, "plain"],
                  "pretrained_cfg": {"input_size": [3, 32, 32], "crop_pct": 1.0}}
        (folder / "config.json").write_text(json.dumps(config))
        return folder

    def test_a_model_and_pictures(self):
        model, data = self.model_folder(), self.data_folder()
        pictures = data / "val" / "plain"
        broken = hostile.write(hostile.path_in(self.folder, b"broken.ppm"), b"P6 no picture")
        cpu = ["--threads", "1"]
        out, _ = self.check("predict", "--weights", model, *cpu, pictures, broken)
        self.assertEqual(len(re.findall(r"(?m)^ +\d+\.\d\d %  ", out)), 6)  # three pictures of two classes
        out, _ = self.check("predict", "--weights", model, *cpu, "--json", pictures)
        self.assertEqual(json.loads(out)[0]["top"][0]["label"], hostile.TEXT)
        self.check("evaluate", "--weights", model, *cpu, "--data", data)
        self.check("evaluate", "--weights", model, *cpu, "--data", data, "--per-image", os.fsdecode(hostile.path_in(self.folder)))
        self.check("predict", "--weights", os.fsdecode(hostile.path_in(self.folder)), pictures)
        self.check("finetune", "--weights", model, *cpu, "--data", data, "--epochs", "1", "--batch-size", "2", "--out",
                   os.fsdecode(hostile.path_in(self.folder, b"run")))


if __name__ == "__main__":
    unittest.main()
