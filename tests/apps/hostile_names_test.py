"""Names that steer a terminal, in files and of files: no program lets one of their control characters out, nor a line that they
make up. Text shows them as \\x1b, JSON as \\u001b."""
import json
import os
import re
import unittest

from zoo_cli import PATIENCE_S, ZooCase, safetensors

# Colour, title, another line, an answer that was never given, C1's CSI, right-to-left override, a line separator, DEL.
TEXT = "ev\x1b[31m\x1b]0;title\x07\r\n   99.99 %  forged\u009b2J\u202egpj.\u2028\x7fil"
NAME = TEXT.encode() + b"\xff"  # as a file name: not UTF-8 either
HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
PICTURE = b"P6\n32 32\n255\n" + bytes([128]) * (3 * 32 * 32)


def path_in(folder, suffix=b""):
    return os.path.join(os.fsencode(folder), NAME + suffix)


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)
    return os.fsdecode(path)


class HostileCase(ZooCase):
    def check(self, *arguments, shows=True):
        """Runs it, whatever comes of it, and returns what it printed. shows: the name has to be in it."""
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=PATIENCE_S)
        self.assertIn(process.returncode, (0, 1, 2), err)
        for printed in (out, err):
            text = printed.decode()  # it is UTF-8
            self.assertIsNone(HIDDEN.search(text), (arguments, text))
            self.assertNotRegex(text, r"(?m)^\s*99\.99 %", arguments)
        if shows:
            self.assertRegex(out + err, rb"\\x1b|\\u001b", arguments)
        return out.decode(), err.decode()

    def data_folder(self):
        data = self.folder / "data"
        for part in ("train", "val"):
            for number, name in enumerate((NAME, b"plain")):
                folder = os.path.join(os.fsencode(data / part), name)
                os.makedirs(folder)
                for i in range(3):
                    write(path_in(folder, b"%d.ppm" % i), PICTURE[:-2] + bytes([10 * number + i, len(part)]))
            write(path_in(data / part / "plain", b".txt"), b"left out")
        return data


class HostileNames(HostileCase):
    def test_a_checkpoint(self):
        file = write(path_in(self.folder, b".safetensors"), safetensors({TEXT: [1], "x." + TEXT: [2]}))
        other = write(path_in(self.folder, b"2.safetensors"), safetensors({TEXT: [2]}))
        header = {"__metadata__": {TEXT: TEXT}}
        text = json.dumps(header).encode()
        meta = write(path_in(self.folder, b"3.safetensors"), len(text).to_bytes(8, "little") + text)
        pickle = write(path_in(self.folder, b".pth"), b"\x80\x02}q\x00X\x03\x00\x00\x00a\x1bbq\x01cos\nsy\x1bstem\nq\x02s.")
        for command in (["inspect", file], ["inspect", file, "--stats"], ["inspect", file, "--json"], ["inspect", meta],
                        ["inspect", file, "--diff", other], ["inspect", file, "--diff", other, "--json"],
                        ["inspect", pickle, "--opaque"], ["inspect", pickle, "--opaque", "--json"], ["inspect", pickle],
                        ["convert", file, os.fsdecode(path_in(self.folder, b"out.pth"))],
                        ["convert", file, "x.pth", "--only", "none" + TEXT], ["convert", file, "x.pth", "--layout", "timm"],
                        ["verify", file], ["add", file, "mine"], ["show", file], ["download", TEXT]):
            self.check(*command)

    def test_data(self):
        data = self.data_folder()
        broken = os.fsdecode(path_in(data / "train" / "plain", b"broken.ppm"))
        write(broken, b"P6 no picture")
        out, _ = self.check("data", data, "--json")
        json.loads(out)
        self.check("data", data)
        self.check("data", data / "train", "--split", "0.5", "--out", os.fsdecode(path_in(self.folder, b".json")))
        self.check("augment", broken, "--recipe", "torchvision", "--out", "sheet.png")
        self.check("augment", os.fsdecode(path_in(data / "val" / "plain", b"0.ppm")), "--recipe", "torchvision", "--out",
                   os.fsdecode(path_in(self.folder, b".png")))
        self.check("draw", "--count", "1", "--out", os.fsdecode(path_in(self.folder)))
        (self.folder / "list.csv").write_bytes(b"path,label\n\"" + NAME.replace(b"\r\n", b"").removesuffix(b"\xff") + b"\",1\n")
        self.check("data", self.folder / "list.csv")
        (self.folder / "lines.jsonl").write_text(json.dumps({"file_name": TEXT, "label": TEXT}) + "\n")
        self.check("data", self.folder / "lines.jsonl")

    def test_a_users_manifest(self):
        with self.server() as server:
            path = self.folder / "weights.json"
            manifest = json.loads(path.read_text())
            record = manifest["weights"][0]
            for key in ("dataset", "origin", "notes", "config", "paper"):
                record[key] = TEXT
            record["aliases"], record["log_urls"] = [TEXT], ["https://example.org/" + TEXT]
            record["files"][0]["urls"].append(server.url + TEXT)
            path.write_text(json.dumps(manifest))
            name = record["name"]
            out, err = self.check("show", name, "--json")
            self.assertEqual(err, "")
            self.assertEqual(json.loads(out)["notes"], TEXT)
            for command in (["show", name], ["show", name, "--log"], ["show", name, "--bibtex"], ["list", name],
                            ["list", name, "--json"], ["download", name], ["lock", "--out", TEXT], ["verify"],
                            ["show", TEXT + "?"], ["verify", "./" + TEXT], ["help", TEXT], [TEXT], ["list", "--" + TEXT]):
                self.check(*command, shows=command[0] not in ("list", "verify") and command[:2] != ["download", name])


if __name__ == "__main__":
    unittest.main()
