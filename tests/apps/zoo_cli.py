"""Runs zoo as a user types it, in a folder and a cache of its own; Python's standard library only.

ZOO_PROGRAMS is the folder of the programs, ZOO_SOURCE_DIR the source tree.
"""
import contextlib
import hashlib
import http.server
import json
import math
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "python"))
from corpus import CORPUS  # noqa: E402, F401

PROGRAMS = pathlib.Path(os.environ["ZOO_PROGRAMS"])
SOURCE = pathlib.Path(os.environ["ZOO_SOURCE_DIR"])
PATIENCE_S = 600  # only so that what hangs fails
CONTENT = bytes(range(256)) * 4096  # 1 MiB


class Server(http.server.ThreadingHTTPServer):
    """Serves `content` at every path. With `stall` it stops half-way and waits until it is closed."""
    daemon_threads = True

    def __init__(self, content, stall=False):
        self.content, self.stall = content, stall
        self.half_sent, self.closing = threading.Event(), threading.Event()
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/weights.pth"

    def handle_error(self, request, client_address):
        pass  # a client that goes away is part of the tests

    def close(self):
        self.closing.set()
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        content = self.server.content
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        half = len(content) // 2
        self.wfile.write(content[:half])
        self.wfile.flush()
        self.server.half_sent.set()
        if self.server.stall:
            self.server.closing.wait()
        else:
            self.wfile.write(content[half:])

    def log_message(self, *arguments):
        pass


def safetensors(tensors, values=None, cut=0, metadata=None):
    """The bytes of a safetensors file; tensors: {name: shape}. values: {name: numbers}, where they are not all zero. `cut` bytes
    of its data are left out."""
    header, data = {"__metadata__": metadata} if metadata else {}, b""
    for name, shape in tensors.items():
        numbers = (values or {}).get(name)
        begin, data = len(data), data + (struct.pack(f"<{len(numbers)}f", *numbers) if numbers else bytes(4 * math.prod(shape)))
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data[:len(data) - cut]


def resnet20(classes=10, head="fc"):
    """The tensors of the paper's ResNet-20 as {name: shape}; akamaster calls the head "linear"."""
    def norm(name, width):
        return {f"{name}.{part}": [width] for part in ("weight", "bias", "running_mean", "running_var")}
    tensors = {"conv1.weight": [16, 3, 3, 3], **norm("bn1", 16)}
    before = 16
    for stage, width in enumerate((16, 32, 64), 1):
        for block in (f"layer{stage}.{i}" for i in range(3)):
            tensors |= {f"{block}.conv1.weight": [width, before, 3, 3], **norm(f"{block}.bn1", width),
                        f"{block}.conv2.weight": [width, width, 3, 3], **norm(f"{block}.bn2", width)}
            before = width
    return tensors | {f"{head}.weight": [classes, 64], f"{head}.bias": [classes]}


class ZooCase(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="zoo-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.home = self.folder / "home"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "ZOO_HOME": str(self.home),
                            "ZOO_DATA": str(SOURCE), "LC_ALL": "C.UTF-8"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "LD_LIBRARY_PATH"):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def start(self, *arguments, program=PROGRAMS / "zoo", **options):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, **options}
        return subprocess.Popen([str(program), *map(str, arguments)], env=self.environment, cwd=self.folder, **options)

    def zoo(self, *arguments, status=0, **options):
        """Runs it to its end, checks the status, and returns (stdout, stderr)."""
        with self.start(*arguments, **options) as process:
            out, err = process.communicate(timeout=PATIENCE_S)
        out, err = (out or b"").decode(errors="replace"), (err or b"").decode(errors="replace")
        self.assertEqual(process.returncode, status, f"zoo {arguments}:\n{out}\n{err}")
        self.assertNotIn("Sanitizer", err)
        return out, err

    def refused(self, *arguments, status=1):
        """Runs what must fail; returns the message."""
        out, err = self.zoo(*arguments, status=status)
        self.assertEqual(out, "", arguments)
        self.assertRegex(err, r"^zoo( \w+)?: ", arguments)
        return err

    @contextlib.contextmanager
    def server(self, content=CONTENT, stall=False, short_hash=False):
        """A server, and a user's manifest with the weight resnet20_cifar.test of the bytes CONTENT."""
        server = Server(content, stall)
        try:
            manifest = json.loads((SOURCE / "weights.json").read_text())
            record = next(w for w in manifest["weights"] if w["name"] == "resnet20_cifar.akamaster_cifar10")
            record["name"] = "resnet20_cifar.test"
            record.pop("default")
            sha256 = hashlib.sha256(CONTENT).hexdigest()
            record["files"] = [{"urls": [server.url], "name": "weights.pth", "format": "zip", "layout": "akamaster",
                                "bytes": len(CONTENT),
                                **({"sha256_prefix": sha256[:8]} if short_hash else {"sha256": sha256})}]
            manifest["weights"], manifest["label_sets"] = [record], {}
            path = self.folder / "weights.json"
            path.write_text(json.dumps(manifest))
            self.environment["ZOO_MANIFEST"] = str(path)
            yield server
        finally:
            server.close()

    def files_in(self, folder):
        """What lies there besides the records of hashes."""
        if not folder.exists():
            return []
        return sorted(p.name for p in folder.iterdir() if p.name not in ("weights.lock.json", ".weights.verified"))
