"""One million files: how long it takes to know them, and how much memory they take, against torchvision's ImageFolder.

  bench/index.py [--files N] [--folders N] [--rounds N] [--in DIR] [--build DIR]

Needs the targets bench_index and the reference environment (scripts/setup --reference). A tree of empty files is made in
--in (default /dev/shm) and removed at the end. Each round measures, one after the other: torchvision, zoo without its
cache, zoo from its cache. Every measurement is a process of its own; its start and imports do not count.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent

TORCHVISION = """
import resource, sys, time, json
sys.path.insert(0, sys.argv[2])
import reference_shim
from torchvision.datasets import ImageFolder
def resident():
    return next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmRSS"))
before, start = resident(), time.perf_counter()
dataset = ImageFolder(sys.argv[1])
wall = time.perf_counter() - start
print(json.dumps({"s": wall, "bytes": resident() - before, "files": len(dataset)}))
"""


def make_tree(root, files, folders):
    per_folder = files // folders
    for folder in range(folders):
        path = root / f"class_{folder % 1000:04d}" / f"part_{folder // 1000:03d}" if folders > 1000 else root / f"class_{folder:04d}"
        path.mkdir(parents=True)
        handle = os.open(path, os.O_RDONLY)
        for i in range(per_folder):
            os.close(os.open(f"picture_{folder * per_folder + i:08d}.jpg", os.O_CREAT | os.O_WRONLY, dir_fd=handle))
        os.close(handle)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=1_000_000)
    parser.add_argument("--folders", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--in", dest="parent", default="/dev/shm" if os.path.isdir("/dev/shm") else None)
    parser.add_argument("--build", type=pathlib.Path, default=REPOSITORY / "build")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="zoo-index-", dir=options.parent))
    try:
        root, home = folder / "data", folder / "home"
        make_tree(root, options.files, options.folders)
        time.sleep(2.5)  # younger folders are not kept in the cache
        environment = {**os.environ, "ZOO_HOME": str(home)}

        def run(*command):
            return json.loads(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)

        zoo = options.build / "bin/bench_index"
        found = {"torchvision": [], "zoo, no cache": [], "zoo, first": [], "zoo, cache": []}
        for _ in range(options.rounds):
            shutil.rmtree(home, ignore_errors=True)
            found["torchvision"].append(run(sys.executable, "-c", TORCHVISION, root, REPOSITORY / "tests/python"))
            found["zoo, no cache"].append(run(zoo, root, "no-cache"))
            found["zoo, first"].append(run(zoo, root))
            found["zoo, cache"].append(run(zoo, root))
        count = found["torchvision"][0]["files"]
        assert all(one["files"] == count for runs in found.values() for one in runs), found
        print(f"{count:,} files in {options.folders:,} folders, {options.rounds} rounds, medians")
        reference = statistics.median(one["s"] for one in found["torchvision"])
        for name, runs in found.items():
            seconds = statistics.median(one["s"] for one in runs)
            size = statistics.median(one["bytes"] for one in runs)
            path_bytes = runs[0].get("path_bytes")
            beyond = f", {(size - path_bytes) / count:.1f} beyond its path" if path_bytes else ""
            print(f"{name:14} {seconds:8.3f} s  {reference / seconds:6.1f} x  {size / count:7.1f} bytes a file{beyond}")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
