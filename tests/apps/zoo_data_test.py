"""zoo data as a user types it."""
import json
import shutil
import struct
import unittest
import zlib

from zoo_cli import ZooCase


def png(width, height, value=0):
    """A grey picture."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = (b"\0" + bytes([value]) * width) * height
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


class Data(ZooCase):
    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def make(self, classes=("ant", "bee"), count=10):
        for label, name in enumerate(classes):
            for i in range(count):
                self.write(f"data/{name}/{i}.png", png(8 + i, 6, 20 * label + i))

    def test_report(self):
        self.make()
        self.write("data/ant/notes.txt", b"x")
        self.write("data/bee/copy.png", png(8, 6, 0))
        out, _ = self.zoo("data", "data")
        for line in ("Pictures       21", "Formats        PNG 21", "Width          8 to 17 px, median 12", "Height         6 px",
                     "Copies         2 pictures in 1 group; 1 across classes", "Left out       1"):
            self.assertIn(line + "\n", out)
        self.assertIn("2; largest : smallest is 1.1 : 1", out)
        self.assertIn("ant/0.png\n    = bee/copy.png", out)
        self.assertLessEqual(max(map(len, out.splitlines())), 80)
        found = json.loads(self.zoo("data", "data", "--json")[0])
        self.assertEqual([(c["name"], c["pictures"]) for c in found["classes"]], [("ant", 10), ("bee", 11)])
        self.assertEqual(found["copies"], [{"names": ["ant/0.png", "bee/copy.png"], "across_parts": False, "across_classes": True}])
        self.assertEqual(found["left_out"], ["ant/notes.txt: not a picture's suffix"])
        self.assertEqual(found["width"], {"min": 8, "median": 12, "max": 17})
        self.assertEqual(found["broken"], [])

    def test_broken(self):
        self.make()
        whole = png(200, 100, 7)
        damaged = bytearray(whole)
        damaged[-20] ^= 0xFF
        self.write("data/ant/damaged.png", bytes(damaged))
        self.write("data/ant/text.jpg", b"these are words")
        self.write("data/bee/empty.png", b"")
        (self.folder / "data/bee/gone.png").symlink_to("nowhere")
        found = json.loads(self.zoo("data", "data", "--json", status=1)[0])
        self.assertEqual([b["name"] for b in found["broken"]], ["ant/text.jpg", "bee/empty.png", "bee/gone.png"])
        self.assertTrue(all(b["why"] and str(self.folder) not in b["why"] for b in found["broken"]), found["broken"])
        found = json.loads(self.zoo("data", "data", "--json", "--check", "decode", status=1)[0])
        self.assertEqual([b["name"] for b in found["broken"]], ["ant/damaged.png", "ant/text.jpg", "bee/empty.png", "bee/gone.png"])
        out, _ = self.zoo("data", "data", status=1)
        self.assertIn("Broken         3\n", out)
        found = json.loads(self.zoo("data", "data", "--json", "--check", "none")[0])
        self.assertEqual((found["broken"], found["copies"], found["pictures"]), (None, None, 24))

    def test_parts(self):
        self.make()
        (self.folder / "whole").mkdir()
        shutil.copytree(self.folder / "data", self.folder / "whole/train")
        (self.folder / "data/ant/0.png").write_bytes(png(9, 9, 200))
        (self.folder / "data").rename(self.folder / "whole/val")
        found = json.loads(self.zoo("data", "whole", "--json")[0])
        self.assertEqual(found["parts"], {"train": 20, "val": 20})
        self.assertEqual(len(found["copies"]), 19)
        self.assertTrue(all(copy["across_parts"] for copy in found["copies"]))
        out, _ = self.zoo("data", "whole")
        self.assertIn("Pictures       40: train 20, val 20\n", out)
        self.assertIn("38 pictures in 19 groups; 19 across parts", out)
        self.assertRegex(out, r"ant +10 +10 +20\n")

    def test_split(self):
        self.make()
        self.write("data/bee/copy.png", png(8, 6, 0))
        out, _ = self.zoo("data", "data", "--split", "0.2", "--seed", "3")
        self.assertIn("wrote split.json: 17 pictures for training, 4 for validation, of 2 classes\n1 group of exact copies", out)
        split = json.loads((self.folder / "split.json").read_text())
        self.assertEqual((split["data"], split["fraction"], split["seed"]), ("data", 0.2, 3))
        for side in (split["train"], split["val"]):
            self.assertEqual("ant/0.png" in side, "bee/copy.png" in side)
        found = json.loads(self.zoo("data", "split.json", "--json")[0])
        self.assertEqual(found["parts"], {"train": 17, "val": 4})
        self.assertIn("exists already", self.refused("data", "data", "--split", "0.2", status=2))
        again = json.loads(self.zoo("data", "data", "--split", "0.2", "--seed", "3", "--out", "two.json", "--json")[0])
        self.assertEqual(again, {"split": "two.json", "train": 17, "val": 4, "copies": 1})
        self.assertEqual((self.folder / "two.json").read_text(), (self.folder / "split.json").read_text())
        self.zoo("data", "data", "--split", "0.2", "--seed", "4", "--out", "three.json")
        self.assertNotEqual((self.folder / "three.json").read_text(), (self.folder / "split.json").read_text())
        refusal = self.refused("data", "split.json", "--split", "0.5", "--out", "x", status=2)
        self.assertIn("is divided already: train, val. Split one of them: --part train", refusal)
        self.zoo("data", "split.json", "--part", "train", "--split", "0.5", "--out", "halves.json")
        found = json.loads(self.zoo("data", "halves.json", "--json")[0])
        self.assertEqual((sum(found["parts"].values()), len(found["left_out"])), (17, 4))
        self.assertEqual(json.loads(self.zoo("data", "split.json", "--part", "val", "--json")[0])["pictures"], 4)
        self.assertIn("no part 'test'", self.refused("data", "split.json", "--part", "test"))

    def test_lists(self):
        self.make()
        self.write("list.csv", b"path,labels\nant/0.png,a|b\nbee/1.png,\n")
        found = json.loads(self.zoo("data", "list.csv", "--root", "data", "--json")[0])
        self.assertTrue(found["multi_label"])
        self.assertEqual([(c["name"], c["pictures"]) for c in found["classes"]], [("a", 1), ("b", 1)])
        self.write("names.txt", b"b\na\nc\n")
        out, _ = self.zoo("data", "list.csv", "--root", "data", "--classes", "names.txt")
        self.assertIn("; 1 without a picture", out)

    def test_many_classes_and_names(self):
        for i in range(120):
            self.write(f"data/c{i:03d}/1.png", png(4, 4, i))
        self.write("data/c007/2.png", png(5, 5))
        self.write("data/" + "é" * 90 + "/1.png", png(6, 6))
        out, _ = self.zoo("data", "data")
        self.assertIn("\n...\n", out)
        self.assertIn("é...", out)
        self.assertLess(out.count("\n"), 40)
        self.assertLessEqual(max(map(len, out.splitlines())), 80)

    def test_usage(self):
        self.make()
        for arguments in (["--check", "all"], ["--seed", "1"], ["--out", "x"], ["--split", "2"], ["--split", "0"],
                          ["--split", "0.2", "--check", "none"]):
            self.refused("data", "data", *arguments, status=2)
        self.refused("data", status=2)
        self.assertIn("no such file or folder", self.refused("data", "missing"))
        out, _ = self.zoo("data", "--help")
        self.assertLessEqual(max(map(len, out.splitlines())), 80)


if __name__ == "__main__":
    unittest.main()
