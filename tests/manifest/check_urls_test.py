"""scripts/check-urls against a server on this machine."""
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "check-urls"
BODY = b"0123456789"


class Server(http.server.BaseHTTPRequestHandler):
    """/good answers; /moved leads there; /no-head wants GET; all else is gone."""

    def do_HEAD(self):
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/good")
        elif self.path == "/no-head":
            self.send_response(405)
        else:
            self.send_response(200 if self.path == "/good" else 404)
            self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()

    def do_GET(self):
        self.send_response(206 if self.path == "/no-head" else 404)
        self.send_header("Content-Range", f"bytes 0-0/{len(BODY)}")
        self.send_header("Content-Length", "1")
        self.end_headers()
        self.wfile.write(BODY[:1])

    def log_message(self, *_):
        pass


class CheckUrls(unittest.TestCase):
    def setUp(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.base = f"http://127.0.0.1:{server.server_port}"

    def check(self, *files, log="/good"):
        """Its status and what it says of a manifest with these (path, bytes)."""
        record = {"name": "resnet18.test", "log_urls": [self.base + log],
                  "files": [{"urls": [self.base + path, "weights/beside.pth"], **({"bytes": size} if size else {})}
                            for path, size in files]}
        with tempfile.TemporaryDirectory() as folder:
            manifest = pathlib.Path(folder, "weights.json")
            manifest.write_text(json.dumps({"weights": [record]}))
            done = subprocess.run([sys.executable, SCRIPT, "--manifest", manifest], capture_output=True, text=True,
                                  env={**os.environ, "no_proxy": "*"}, check=False)
        return done.returncode, done.stdout, done.stderr

    def test_what_answers_is_good(self):
        status, out, err = self.check(("/good", len(BODY)), ("/moved", len(BODY)), ("/no-head", len(BODY)))
        self.assertEqual((status, out), (0, ""))
        self.assertIn("3 of 3 URLs", err)

    def test_what_is_gone_is_named(self):
        status, out, err = self.check(("/gone", None), ("/good", None))
        self.assertEqual(status, 1)
        self.assertIn("resnet18.test: status 404", out)
        self.assertIn(self.base + "/gone", out)
        self.assertIn("1 of 2 URLs", err)

    def test_a_log_counts_too(self):
        status, out, _ = self.check(("/good", None), log="/lost")
        self.assertEqual(status, 1)
        self.assertIn("/lost", out)

    def test_another_length_is_told(self):
        for path in ("/good", "/no-head"):
            status, out, _ = self.check((path, 11))
            self.assertEqual(status, 1)
            self.assertIn("10 bytes, recorded are 11", out)

    def test_a_server_that_is_not_there(self):
        self.base = "http://127.0.0.1:1"
        status, out, _ = self.check(("/good", None))
        self.assertEqual(status, 1)
        self.assertIn("no answer", out)


if __name__ == "__main__":
    unittest.main()
