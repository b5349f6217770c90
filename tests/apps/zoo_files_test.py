"""zoo download, verify, inspect: good files and bad ones."""
import hashlib
import json
import os
import pty
import re
import resource
import shutil
import signal
import unittest

from zoo_cli import CONTENT, PATIENCE_S, PROGRAMS, ZooCase, safetensors

NAME = "resnet20_cifar.test"


class Download(ZooCase):
    def test_a_download_is_verified_kept_and_found_again(self):
        with self.server():
            out, _ = self.zoo("download", NAME)
            self.assertEqual(out, f"{self.home / 'weights.pth'}\n")
            self.assertEqual((self.home / "weights.pth").read_bytes(), CONTENT)
            self.assertEqual(self.files_in(self.home), ["weights.pth"])
        self.assertEqual(self.zoo("download", NAME, "--offline")[0], out)  # the server is gone
        self.assertTrue(self.zoo("verify")[0].startswith("ok "))
        self.assertTrue(self.zoo("verify", NAME)[0].startswith("ok "))
        self.assertTrue(self.zoo("verify", self.home / "weights.pth")[0].startswith("ok "))
        self.assertEqual([w["name"] for w in json.loads(self.zoo("list", "--cached", "--json")[0])], [NAME])
        self.assertTrue(self.zoo("list", NAME)[0].splitlines()[1].endswith("*"))

    def test_to_chooses_the_folder(self):
        with self.server():
            out, _ = self.zoo("download", NAME, "--to", "here")
        self.assertEqual((self.folder / "here" / "weights.pth").read_bytes(), CONTENT)
        self.assertEqual(out.strip(), "here/weights.pth")
        self.assertFalse(self.home.exists())

    def test_other_bytes_are_refused_and_not_kept(self):
        wrong = bytes(len(CONTENT))
        with self.server(content=wrong):
            message = self.refused("download", NAME)
        self.assertRegex(message, r"SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}")
        self.assertEqual(self.files_in(self.home), [])

    def test_a_short_hash_over_http_needs_trust(self):
        with self.server(short_hash=True):
            self.assertIn("--trust-prefix", self.refused("download", NAME))
            self.assertEqual(self.files_in(self.home), [])
            _, note = self.zoo("download", NAME, "--trust-prefix")
            self.assertIn(hashlib.sha256(CONTENT).hexdigest(), note)

    def test_offline_fetches_nothing(self):
        with self.server() as server:
            self.assertIn("--offline", self.refused("download", NAME, "--offline"))
            self.assertFalse(server.half_sent.is_set())

    def test_a_server_that_is_not_there_is_named(self):
        with self.server() as server:
            url = server.url
        self.assertIn(url, self.refused("download", NAME))
        self.assertEqual(self.files_in(self.home), [])

    def test_ctrl_c_leaves_nothing_half_written(self):
        for stop in (signal.SIGINT, signal.SIGTERM):
            with self.server(stall=True) as server, self.start("download", NAME) as process:
                self.assertTrue(server.half_sent.wait(PATIENCE_S))
                process.send_signal(stop)
                out, err = process.communicate(timeout=PATIENCE_S)
                self.assertEqual(process.returncode, 130, err)
                self.assertEqual(out, b"")
                self.assertIn(b"interrupted", err)
            self.assertEqual(self.files_in(self.home), [])

    def test_a_full_disk_leaves_nothing_half_written(self):
        # A file that may not grow past a limit fails as a full disk does: write() says no in the middle.
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        with self.server():
            _, err = self.zoo("download", NAME, status=1, preexec_fn=limit)
        self.assertRegex(err, r"^zoo: .*weights\.pth.*: ")
        self.assertEqual(self.files_in(self.home), [])

    def test_a_folder_that_cannot_be_made_is_named(self):
        (self.folder / "file").write_text("")
        with self.server():
            self.assertIn("file/sub", self.refused("download", NAME, "--to", "file/sub"))

    def test_several_arrive_at_once_and_one_failure_does_not_keep_the_others(self):
        names = ["resnet20_cifar.test1", "resnet20_cifar.test2", "resnet20_cifar.test3"]
        with self.server() as server:
            manifest = json.loads((self.folder / "weights.json").read_text())
            record = manifest["weights"][0]
            file = record["files"][0]
            manifest["weights"] = [{**record, "name": name, "aliases": [], "files": [
                {**file, "name": f"{name}.pth", "urls": [f"{server.url}/{name}"]}]} for name in names]
            manifest["weights"][1]["files"][0]["sha256"] = "0" * 64
            (self.folder / "weights.json").write_text(json.dumps(manifest))
            for jobs in ("1", "2", "64"):
                out, err = self.zoo("download", *names, "--jobs", jobs, status=1)
                self.assertEqual(out, f"{self.home / names[0]}.pth\n{self.home / names[2]}.pth\n")
                self.assertIn(f"{names[1]}: {server.url}/{names[1]}: SHA-256 is ", err)
                self.assertIn(f"zoo: 1 of 3 weights are missing: {names[1]}\n", err)
                self.assertEqual(self.files_in(self.home), [f"{names[0]}.pth", f"{names[2]}.pth"])
                shutil.rmtree(self.home)
        for jobs in ("0", "x", "65"):
            self.assertIn("--jobs", self.refused("download", NAME, "--jobs", jobs, status=2))

    def test_the_progress_bar_is_for_terminals(self):
        with self.server(stall=True):
            master, slave = pty.openpty()
            with self.start("download", NAME, stderr=slave) as process:
                os.close(slave)
                shown = b""
                while b"50 %" not in shown or not shown.endswith(b" left"):
                    shown += os.read(master, 4096)
                process.send_signal(signal.SIGINT)
                process.communicate(timeout=PATIENCE_S)
            os.close(master)
        line = re.split(rb"\r\x1b\[J", shown)[-1].decode()
        self.assertRegex(line, r"^resnet20_cifar\.test  \[=+> +\]  50 % of 1\.0 MB  [\d.]+ .?B/s  \d+:\d\d left$")
        self.assertLess(len(line), 80)


class Spoilt(ZooCase):
    """The weight that ships, with one bit of the copy in the cache changed: the size is right, the record of it too."""
    SHIPPED = "resnet20_cifar.drawn"

    def setUp(self):
        super().setUp()
        self.zoo("download", self.SHIPPED)
        self.path = self.home / f"{self.SHIPPED}.safetensors"
        self.right = self.path.read_bytes()
        self.spoil()

    def spoil(self):
        wrong = bytearray(self.right)
        wrong[len(wrong) // 2] ^= 1
        self.path.write_bytes(wrong)

    def test_download_hashes_what_it_finds(self):
        _, err = self.zoo("download", self.SHIPPED)
        self.assertIn(f"{self.path} had SHA-256 ", err)
        self.assertEqual(self.path.read_bytes(), self.right)

    def test_convert_does_not_take_it(self):
        self.assertIn("had SHA-256 ", self.refused("convert", self.SHIPPED, "out.pth"))
        self.assertFalse((self.folder / "out.pth").exists())
        self.zoo("download", self.SHIPPED)
        self.zoo("convert", self.SHIPPED, "out.pth")


class Verify(ZooCase):
    def test_a_changed_file_shows_both_hashes(self):
        with self.server():
            self.zoo("download", NAME)
            path = self.home / "weights.pth"
            path.write_bytes(CONTENT[:-1] + b"x")
            for arguments in ([], [NAME], [path]):
                out, _ = self.zoo("verify", *arguments, status=1)
                self.assertEqual(len(set(re.findall(r"[0-9a-f]{64}", out))), 2, out)
            path.write_bytes(CONTENT[:-1])
            out, _ = self.zoo("verify", status=1)
            self.assertIn(str(len(CONTENT) - 1), out)

    def test_missing_and_unknown_files(self):
        self.assertIn("zoo download resnet18.tv_in1k", self.zoo("verify", "resnet18", status=1)[0])
        self.assertIn("no such file", self.refused("verify", "./nothing.pth"))
        (self.folder / "mine.bin").write_bytes(b"mine")
        self.assertIn("no published weight", self.zoo("verify", "mine.bin", status=1)[0])
        self.assertIn("holds no weights", self.zoo("verify")[1])


class Inspect(ZooCase):
    def write(self, name, content):
        (self.folder / name).write_bytes(content)
        return name

    def resnet_shapes(self):
        tensors = json.loads(self.zoo("show", "resnet20_cifar", "--json")[0])["tensors"]
        return {tensor["name"]: tensor["shape"] for tensor in tensors if tensor["shape"]}

    def test_names_and_shapes_tell_the_architecture(self):
        shapes = {f"module.{name}": shape for name, shape in self.resnet_shapes().items()}
        report = json.loads(self.zoo("inspect", self.write("a.bin", safetensors(shapes)), "--json")[0])
        self.assertEqual(report["format"], "safetensors")
        self.assertEqual(report["prefix"], "module.")
        self.assertEqual(report["layout"], "torchvision")
        self.assertEqual([(arch["name"], arch["exact"]) for arch in report["archs"]], [("resnet20_cifar", True)])
        self.assertEqual({t["name"]: t["shape"] for t in report["tensors"]}, shapes)
        out, _ = self.zoo("inspect", "a.bin")
        self.assertIn("resnet20_cifar, 10 classes", out)
        self.assertIn("float32  [16, 3, 3, 3]", out)

    def test_class_names_in_a_file_are_shown(self):
        shapes, names = self.resnet_shapes(), [f"class {i}" for i in range(10)] + ["one more"]
        file = self.write("a.bin", safetensors(shapes, metadata={"class_to_idx": json.dumps({n: i for i, n in enumerate(names)})}))
        self.assertEqual(json.loads(self.zoo("inspect", file, "--json")[0])["classes"], names)
        self.assertRegex(self.zoo("inspect", file)[0], r"Class names +11: class 0, class 1, .*, class 9, \.\.\.\n")

    def test_a_file_that_is_cut_off_is_listed_and_fails(self):
        shapes = self.resnet_shapes()
        out, err = self.zoo("inspect", self.write("cut.safetensors", safetensors(shapes, cut=10)), "--json", status=1)
        report = json.loads(out)
        self.assertFalse(report["complete"])
        self.assertEqual(len(report["tensors"]), len(shapes))
        self.assertIn("cut off", err)

    def test_what_is_no_checkpoint_is_refused(self):
        for name, content in (("empty.pth", b""), ("text.pth", b"hello\n"), ("noise.pth", bytes(range(7, 207))),
                              ("header.safetensors", b"\xff" * 16), ("page.pth", b"<!DOCTYPE html><html></html>")):
            self.assertIn(name, self.refused("inspect", self.write(name, content)))
        self.assertIn("no such file", self.refused("inspect", "none.pth"))
        self.assertIn("folder", self.refused("inspect", "."))
        if os.geteuid() != 0:
            os.chmod(self.folder / self.write("secret.pth", b"x"), 0)
            self.assertIn("ermission denied", self.refused("inspect", "secret.pth"))

    def test_names_in_a_file_cannot_steer_the_terminal(self):
        out, _ = self.zoo("inspect", self.write("evil.safetensors", safetensors({"a\x1b[31mb": [2]})))
        self.assertNotIn("\x1b", out)


if __name__ == "__main__":
    unittest.main()
