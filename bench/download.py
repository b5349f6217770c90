"""Times a download over the loopback against curl with the hash computed beside it, and SHA-256 against openssl speed.

Usage: python bench/download.py [--programs build/bin] [--mib 256] [--rounds 9]
Medians of interleaved rounds. Both sides write the file to the same folder; zoo also syncs it, which curl does not, so
the folder should be one in memory (--folder /dev/shm, the default) unless the disk is what is to be measured.
"""
import argparse
import hashlib
import json
import os
import pathlib
import re
import socketserver
import statistics
import subprocess
import tempfile
import threading
import time

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
BLOCK = 256 << 10  # bytes: what zoo hashes at a time


class Sender(socketserver.StreamRequestHandler):
    """Sends the one file that there is by sendfile, so that the server costs next to nothing."""

    def handle(self):
        while self.rfile.readline().strip():
            pass
        with open(self.server.file, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            self.wfile.write(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\nETag: \"1\"\r\n"
                             "Connection: close\r\n\r\n".encode())
            self.wfile.flush()
            self.connection.sendfile(file)


def serve(file):
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Sender)
    server.daemon_threads, server.file = True, file
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def seconds(command, **options):
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    return time.perf_counter() - start, done.returncode


def write_manifest(path, url, file, sha256):
    """A user's manifest with one weight: the file."""
    manifest = json.loads((REPOSITORY / "weights.json").read_text())
    record = next(w for w in manifest["weights"] if w["name"] == "resnet20_cifar.akamaster_cifar10")
    record.pop("default", None)
    record.pop("aliases", None)
    record["name"] = "resnet20_cifar.bench"
    record["files"] = [{"urls": [url], "name": "bench.pth", "layout": "akamaster", "sha256": sha256,
                        "bytes": file.stat().st_size}]
    manifest["weights"], manifest["label_sets"] = [record], {}
    path.write_text(json.dumps(manifest))


def compare_downloads(options, folder, file, sha256):
    """Seconds a round: zoo's and curl's."""
    server = serve(file)
    url = f"http://127.0.0.1:{server.server_address[1]}/bench.pth"
    write_manifest(folder / "weights.json", url, file, sha256)
    environment = {**os.environ, "ZOO_MANIFEST": str(folder / "weights.json"), "ZOO_DATA": str(REPOSITORY),
                   "ZOO_HOME": str(folder / "cache")}
    target = folder / "cache" / "bench.pth"
    curl = f"set -o pipefail; curl -sS {url} | tee {target} | openssl dgst -sha256"
    ours, theirs = [], []
    for _ in range(options.rounds + 1):
        for times, command in ((ours, [options.programs / "zoo-download", "resnet20_cifar.bench"]),
                               (theirs, ["bash", "-c", curl])):
            target.unlink(missing_ok=True)
            wall_s, status = seconds(command, env=environment)
            if status != 0 or target.stat().st_size != file.stat().st_size:
                raise SystemExit(f"{command} failed")
            times.append(wall_s)
    server.shutdown()
    return ours[1:], theirs[1:]  # the first round warms up


def compare_hashes(options, file):
    """Bytes a second: zoo's and openssl speed's."""
    ours, theirs = [], []
    for _ in range(options.rounds):
        empty_s, _ = seconds([options.programs / "zoo", "verify", os.devnull])
        wall_s, _ = seconds([options.programs / "zoo", "verify", file])  # unknown to the manifest: hashed, named
        ours.append(file.stat().st_size / (wall_s - empty_s))
        speed = subprocess.run(["openssl", "speed", "-mr", "-seconds", "1", "-bytes", str(BLOCK), "-evp", "sha256"],
                               capture_output=True, text=True, check=True)
        theirs.append(float(re.search(r"^\+F:.*:([\d.]+)$", speed.stdout, re.MULTILINE).group(1)))
    return ours, theirs


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=pathlib.Path, default=REPOSITORY / "build/bin")
    parser.add_argument("--folder", default="/dev/shm")
    parser.add_argument("--mib", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = pathlib.Path(name)
        (folder / "cache").mkdir()
        file = folder / "served"
        content = os.urandom(options.mib << 20)
        file.write_bytes(content)
        downloads = [statistics.median(times) for times in
                     compare_downloads(options, folder, file, hashlib.sha256(content).hexdigest())]
        hashes = [statistics.median(rates) for rates in compare_hashes(options, file)]
    print(f"{options.mib} MiB, {options.rounds} rounds, medians, {os.cpu_count()} processors")
    print(f"download: zoo {downloads[0]:.3f} s, curl with hashing beside it {downloads[1]:.3f} s, "
          f"zoo/curl {downloads[0] / downloads[1]:.2f}")
    print(f"SHA-256: zoo {hashes[0] / 1e9:.2f} GB/s, openssl speed {hashes[1] / 1e9:.2f} GB/s, "
          f"zoo/openssl {hashes[0] / hashes[1]:.2f}")


if __name__ == "__main__":
    main()
