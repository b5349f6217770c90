"""zoo download, add, lock, verify: the hub, URLs, mirrors, a user's own manifest and a project's lock file."""
import hashlib
import http.server
import json
import threading
import unittest

from zoo_cli import CONTENT, ZooCase, safetensors

NAME = "resnet20_cifar.test"
COMMIT = "0" * 39 + "1"
TOKEN = "hf_secret123"


class Hub(http.server.ThreadingHTTPServer):
    """The repository o/r as the hub shows it, and, as another server, where its large files are."""
    daemon_threads = True

    def __init__(self, files, token=None):
        self.files, self.token, self.seen = files, token, []
        self.content = None
        super().__init__(("127.0.0.1", 0), HubHandler)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class HubHandler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        hub, name = self.server, self.path.rsplit("/", 1)[1]
        hub.seen.append((self.path, self.headers.get("Authorization")))
        if hub.token and self.headers.get("Authorization") != f"Bearer {hub.token}":
            self.answer(401, b"")
        elif self.path.startswith("/api/"):
            self.answer(200, b'{"tags": ["license:cc-by-nc-4.0"]}')
        elif name not in hub.files:
            self.answer(404, b"")
        elif hub.content and name.endswith(".safetensors"):
            sha256 = hashlib.sha256(hub.files[name]).hexdigest()
            self.answer(302, b"", {"X-Repo-Commit": COMMIT, "X-Linked-Etag": f'"{sha256}"',
                                   "X-Linked-Size": len(hub.files[name]), "Location": f"{hub.content.url}/{name}"})
        else:
            self.answer(200, hub.files[name], {"X-Repo-Commit": COMMIT})

    do_HEAD = do_GET

    def answer(self, status, body, headers=None):
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": len(body)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class SourcesCase(ZooCase):
    def hub(self, token=None):
        shapes = {t["name"]: t["shape"] for t in json.loads(self.zoo("show", "resnet18", "--json")[0])["tensors"]
                  if t["shape"]}
        self.model = safetensors(shapes)
        config = {"architecture": "resnet18", "num_classes": 1000, "label_names": [f"class {i}" for i in range(1000)],
                  "pretrained_cfg": {"input_size": [3, 224, 224], "crop_pct": 0.95}}
        files = {"model.safetensors": self.model, "config.json": json.dumps(config).encode()}
        hub, content = Hub(files, token), Hub(files)
        hub.content = content
        for server in (hub, content):
            self.addCleanup(server.server_close)
            self.addCleanup(server.shutdown)
        self.environment["HF_ENDPOINT"] = hub.url
        return hub


class OfTheHub(SourcesCase):
    def test_a_model_is_downloaded_with_its_licence_and_found_again(self):
        hub = self.hub()
        out, err = self.zoo("download", "hf:o/r")
        self.assertEqual(out, f"{self.home}/hf/o--r/main/model.safetensors\n")
        self.assertIn(COMMIT, err)
        self.assertIn("cc-by-nc-4.0 (NON-COMMERCIAL", err)
        self.assertEqual((self.home / "hf/o--r/main/model.safetensors").read_bytes(), self.model)
        asked = len(hub.seen)
        self.assertEqual(self.zoo("download", "hf:o/r", "--offline"), (out, ""))
        self.assertEqual(len(hub.seen), asked)
        self.assertIn("ok ", self.zoo("verify", "--all")[0])
        (self.home / "hf/o--r/main/config.json").write_text("{}")
        self.assertIn("WRONG    hf/o--r/main/config.json", self.zoo("verify", "--all", status=1)[0])

    def test_the_token_is_sent_to_the_hub_alone_and_never_shown(self):
        hub = self.hub(token=TOKEN)
        self.assertIn("set HF_TOKEN", self.refused("download", "hf:o/r"))
        self.environment["HF_TOKEN"] = TOKEN
        out, err = self.zoo("download", "hf:o/r")
        self.assertNotIn(TOKEN, out + err)
        self.assertEqual({token for _, token in hub.content.seen}, {None})
        self.environment["HF_TOKEN"] = TOKEN + "x"
        self.assertNotIn(TOKEN, self.refused("download", "hf:o/r@other"))

    def test_what_is_no_name_there_is_wrong_usage(self):
        self.assertIn("is no name on the hub", self.refused("download", "hf:../../etc", status=2))

    def test_added_to_the_users_manifest_it_has_a_name(self):
        self.hub()
        path = self.folder / ".config" / "zoo" / "weights.json"
        out, err = self.zoo("add", "hf:o/r")
        self.assertEqual(out, "resnet18.o_r\n")
        self.assertIn(str(path), err)
        record = json.loads(self.zoo("show", "resnet18.o_r", "--json")[0])
        self.assertEqual(record["files"][0]["sha256"], hashlib.sha256(self.model).hexdigest())
        self.assertIn(COMMIT, record["files"][0]["urls"][0])
        self.assertEqual(record["license"], "cc-by-nc-4.0")
        self.assertEqual(record["labels"], "resnet18.o_r")
        self.assertEqual(record["preprocess"]["resize_px"], 235)
        self.assertIn("resnet18.o_r", self.zoo("list", "resnet18")[0])
        self.zoo("download", "resnet18.o_r")
        self.assertTrue(self.zoo("verify", "resnet18.o_r")[0].startswith("ok "))
        self.assertIn("is there already", self.refused("add", "hf:o/r", "resnet18.o_r", status=2))
        self.assertIn("is not the name of a resnet18", self.refused("add", "hf:o/r", "resnet50.x", status=2))
        self.assertEqual(len(json.loads(path.read_text())["weights"]), 1)


class OfAUrl(SourcesCase):
    def test_a_url_with_its_hash(self):
        hub = self.hub()
        url = f"{hub.content.url}/model.safetensors"
        self.assertIn("no SHA-256 of it is published", self.refused("download", url))
        out, err = self.zoo("download", f"{url}#sha256={hashlib.sha256(self.model).hexdigest()}")
        self.assertTrue(out.startswith(f"{self.home}/url/"), out)
        self.assertIn("nobody names one", err)

    def test_a_file_is_added(self):
        self.hub()
        (self.folder / "Mine.safetensors").write_bytes(self.model)
        self.environment["ZOO_MANIFEST"] = str(self.folder / "own" / "list.json")
        self.assertEqual(self.zoo("add", "Mine.safetensors", "--license", "MIT")[0], "resnet18.mine\n")
        self.zoo("download", "resnet18.mine", "--offline")
        self.assertTrue((self.home / "resnet18.mine.safetensors").is_file())


class Mirrors(ZooCase):
    def test_all_into_a_folder_which_then_is_a_mirror(self):
        with self.server():
            _, err = self.zoo("download", "--all", "--offline", "--to", "stick", status=1)  # what ships with zoo
            self.assertIn("weights are missing", err)
            self.assertEqual(self.files_in(self.folder / "stick"), ["resnet20_cifar.drawn.safetensors"])
            self.zoo("download", NAME, "--to", "stick")
        self.assertIn("--offline", self.refused("download", NAME, "--offline"))
        self.environment["ZOO_MIRROR"] = str(self.folder / "stick")
        self.zoo("download", NAME, "--offline")
        self.assertEqual((self.home / "weights.pth").read_bytes(), CONTENT)

    def test_a_mirror_stands_for_the_beginning_of_urls(self):
        with self.server() as server:
            begin = server.url.rsplit("/", 1)[0]
        (self.folder / "weights.pth").write_bytes(CONTENT)
        self.zoo("download", NAME, "--mirror", f"{begin}={self.folder}")
        self.assertIn("scheme 'ftp', expected", self.refused("download", NAME, "--mirror", "ftp://x", status=2))

    def test_all_takes_no_names(self):
        self.assertIn("unexpected 'resnet18'", self.refused("download", "--all", "resnet18", status=2))


class Lock(ZooCase):
    def test_a_projects_lock_file_is_binding(self):
        with self.server(short_hash=True):
            self.assertIn("is not known yet", self.refused("lock", NAME))
            self.zoo("download", NAME, "--trust-prefix")
            self.assertEqual(self.zoo("lock", NAME)[0], "weights.lock.json\n")
            lock = self.folder / "weights.lock.json"
            sha256 = hashlib.sha256(CONTENT).hexdigest()
            self.assertEqual(json.loads(lock.read_text())["files"], {
                "weights.pth": {"bytes": len(CONTENT), "sha256": sha256}})
            self.environment["ZOO_HOME"] = str(self.folder / "elsewhere")
            self.zoo("download", NAME)  # the whole hash is known now
            self.assertNotIn("of its hash", self.zoo("verify", NAME)[0])
            lock.write_text(lock.read_text().replace(sha256[8:], "0" * 56))
            self.assertIn("weights.lock.json: 'weights.pth' is recorded", self.refused("download", NAME))
            for operand in ([], [NAME], [self.folder / "elsewhere" / "weights.pth"]):
                out, _ = self.zoo("verify", *operand, status=1)
                self.assertRegex(out, rf"^WRONG    {NAME}\n +weights.lock.json: 'weights.pth' is recorded with SHA-256 {sha256[:8]}0")
            self.assertIn("is recorded with", self.refused("lock", NAME))
            self.environment["ZOO_LOCK"] = str(self.folder / "none.json")
            for command in ("download", "verify"):
                self.assertIn("though ZOO_LOCK names it", self.refused(command, NAME))

    def test_verify_takes_a_projects_hash_where_the_manifest_has_none(self):
        with self.server(short_hash=True):
            self.home.mkdir()
            (self.home / "weights.pth").write_bytes(CONTENT)
            sha256 = hashlib.sha256(CONTENT).hexdigest()
            self.assertIn(f"(of its hash only {sha256[:8]}... is published)", self.zoo("verify", NAME)[0])
            lock = self.folder / "own.json"
            self.environment["ZOO_LOCK"] = str(lock)
            for whole, status in ((sha256, 0), (sha256[:8] + "0" * 56, 1)):
                lock.write_text(json.dumps({"version": 1, "files": {"weights.pth": {"sha256": whole, "bytes": len(CONTENT)}}}))
                out, _ = self.zoo("verify", NAME, status=status)
                self.assertNotIn("of its hash", out)
                self.assertEqual(f"expected {whole}" in out, status == 1)

    def test_a_hash_of_the_manifest_needs_no_download(self):
        self.zoo("lock", "resnet20_cifar.akamaster_cifar10", "--out", "own.json")
        self.assertIn("resnet20-12fca82f.th", json.loads((self.folder / "own.json").read_text())["files"])


class Shadows(ZooCase):
    def test_a_users_record_in_the_place_of_a_shipped_one_is_told(self):
        with self.server():
            path = self.folder / "weights.json"
            path.write_text(path.read_text().replace(NAME, "resnet20_cifar.akamaster_cifar10"))
            _, err = self.zoo("download", "resnet20_cifar")
        self.assertIn("in the place of zoo's own 'resnet20_cifar.akamaster_cifar10'", err)
        self.assertIn("In place of", self.zoo("show", "resnet20_cifar.akamaster_cifar10")[0])


if __name__ == "__main__":
    unittest.main()
