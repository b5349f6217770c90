"""zoo augment as a user types it."""
import json
import struct
import unittest
import zlib

from zoo_cli import ZooCase


def ppm(width, height):
    pixels = bytes((x * 5 + y * 3 + c * 40) % 256 for y in range(height) for x in range(width) for c in range(3))
    return f"P6 {width} {height} 255\n".encode() + pixels


def read_png(path):
    """(width, height, rows of RGB bytes) of an 8-bit RGB PNG."""
    data, at, packed = path.read_bytes(), 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        if kind == b"IHDR":
            width, height, bits, colour = struct.unpack(">IIBB", data[at + 8:at + 18])
            assert (bits, colour) == (8, 2), (bits, colour)
        if kind == b"IDAT":
            packed += data[at + 8:at + 8 + length]
        at += 12 + length
    raw, rows, before = zlib.decompress(packed), [], bytes(3 * width)
    for y in range(height):
        kind, line = raw[y * (3 * width + 1)], bytearray(raw[y * (3 * width + 1) + 1:(y + 1) * (3 * width + 1)])
        for i in range(len(line)):
            left, up, corner = line[i - 3] if i >= 3 else 0, before[i], before[i - 3] if i >= 3 else 0
            nearest = min((abs(up - corner), 0, left), (abs(left - corner), 1, up), (abs(left + up - 2 * corner), 2, corner))[2]
            line[i] = (line[i] + (0, left, up, (left + up) // 2, nearest)[kind]) % 256
        rows.append(bytes(line))
        before = line
    return width, height, rows


class Augment(ZooCase):
    def setUp(self):
        super().setUp()
        (self.folder / "a.ppm").write_bytes(ppm(20, 16))
        (self.folder / "b.ppm").write_bytes(ppm(30, 10))

    def recipe(self, *steps, name="recipe.json"):
        (self.folder / name).write_text(json.dumps({"steps": list(steps)}))
        return name

    def test_the_sheet_shows_the_original_and_then_its_variants(self):
        recipe = self.recipe({"op": "RandomHorizontalFlip", "p": 1})
        out, _ = self.zoo("augment", "a.ppm", "--recipe", recipe, "--count", "2")
        self.assertEqual(out, "wrote sheet.png: 1 picture, 2 variants each\n")
        width, height, rows = read_png(self.folder / "sheet.png")
        self.assertEqual((width, height), (4 + 3 * 24, 4 + 20))
        original = ppm(20, 16)[-20 * 16 * 3:]
        for y in range(16):
            line = original[y * 60:(y + 1) * 60]
            flipped = b"".join(line[i:i + 3] for i in range(57, -1, -3))
            row = rows[4 + y]
            self.assertEqual([row[12:72], row[84:144], row[156:216]], [line, flipped, flipped])

    def test_erased_parts_are_shown_in_the_mean_colour(self):
        recipe = self.recipe({"op": "RandomErasing", "p": 1, "scale": [0.2, 0.2]})
        out, _ = self.zoo("augment", "a.ppm", "--recipe", recipe, "--count", "1", "--json", "--out", "s.png")
        left, top, width, height = json.loads(out)["pictures"][0]["variants"][0]["erased"][0]
        row = read_png(self.folder / "s.png")[2][4 + top]
        begin = (4 + 24 + left) * 3
        self.assertEqual(row[begin:begin + 3 * width], bytes([124, 116, 104]) * width)
        self.assertGreater(height, 0)

    def test_the_report_names_each_window_and_the_whole_recipe(self):
        out, _ = self.zoo("augment", "a.ppm", "b.ppm", "--recipe", "torchvision-ra", "--size", "8", "--json", "--count", "3",
                          "--epoch", "5")
        report = json.loads(out)
        self.assertEqual([step["op"] for step in report["recipe"]["steps"]],
                         ["RandomResizedCrop", "RandomHorizontalFlip", "RandAugment"])
        self.assertEqual([variant["epoch"] for variant in report["pictures"][1]["variants"]], [5, 6, 7])
        for picture in report["pictures"]:
            for variant in picture["variants"]:
                left, top, width, height = variant["window"]
                self.assertLessEqual(left + width, picture["width"])
                self.assertLessEqual(top + height, picture["height"])
                self.assertEqual((variant["width"], variant["height"]), (8, 8))
        self.assertFalse((self.folder / "sheet.png").exists())
        (self.folder / "again.json").write_text(json.dumps(report["recipe"]))
        again, _ = self.zoo("augment", "a.ppm", "b.ppm", "--recipe", "again.json", "--json", "--count", "3", "--epoch", "5")
        self.assertEqual(again, out)

    def test_a_seed_gives_its_sheet_again(self):
        for name, seed in (("one", 1), ("same", 1), ("other", 2)):
            self.zoo("augment", "a.ppm", "--recipe", "rand-m9-mstd0.5-inc1", "--size", "12", "--seed", seed, "--out", f"{name}.png")
        self.assertEqual((self.folder / "one.png").read_bytes(), (self.folder / "same.png").read_bytes())
        self.assertNotEqual((self.folder / "one.png").read_bytes(), (self.folder / "other.png").read_bytes())

    def test_what_cannot_be_is_refused(self):
        recipe = self.recipe({"op": "RandomCrop", "size": 64})
        self.assertIn("a.ppm: a random crop of 64 x 64 pixels does not fit", self.refused("augment", "a.ppm", "--recipe", recipe))
        self.assertIn("--recipe: is missing", self.refused("augment", "a.ppm", status=2))
        self.assertIn("'torchvision'", self.refused("augment", "a.ppm", "--recipe", "torchvison", status=2))
        self.assertIn("'tweights'", self.refused("augment", "a.ppm", "--recipe", "rand-m9-w0", status=2))
        self.assertIn("no.json", self.refused("augment", "a.ppm", "--recipe", "no.json"))
        self.assertIn("missing.ppm", self.refused("augment", "missing.ppm", "--recipe", "cifar"))
        self.assertIn("--size", self.refused("augment", "a.ppm", "--recipe", recipe, "--size", "8", status=2))
        self.recipe({"op": "RandomInvrt"}, name="bad.json")
        self.assertIn("bad.json:/steps/0/op: 'RandomInvrt' is not a step. Did you mean 'RandomInvert'",
                      self.refused("augment", "a.ppm", "--recipe", "bad.json"))
        self.assertIn("the sheet: would have", self.refused("augment", "a.ppm", "--recipe",
                      self.recipe({"op": "Resize", "size": [512, 512]}, name="wide.json"), "--count", "2000"))
        self.assertFalse((self.folder / "sheet.png").exists())


if __name__ == "__main__":
    unittest.main()
