"""Times opening a ResNet-50 checkpoint (102 MB, random weights) in zoo and in Python: medians of interleaved rounds.

Usage: python bench/checkpoint_open.py [--program build/bin/bench_checkpoint_open] [--rounds 15]
Both sides find the file in the page cache. zoo checks the CRC-32 of each zip record where it says "checked" or "owned";
Python never does.
"""
import argparse
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "tests/python"))
import reference_shim  # noqa: E402, F401
import safetensors.torch  # noqa: E402
import torch  # noqa: E402
import torchvision  # noqa: E402


class Zoo:
    def __init__(self, program, file, mode):
        self.process = subprocess.Popen([program, file, mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def timed(action):
    def run():
        start = time.perf_counter()
        result = action()
        wall = (time.perf_counter() - start) * 1e3
        del result
        return wall

    return run


def comparisons(program, folder):
    """(name, zoo's side, Python's side); each side returns the milliseconds of one round."""
    state = torchvision.models.resnet50().state_dict()
    files = {name: str(folder / name) for name in ("zip.pth", "legacy.pth", "file.safetensors")}
    torch.save(state, files["zip.pth"])
    torch.save(state, files["legacy.pth"], _use_new_zipfile_serialization=False)
    safetensors.torch.save_file(state, files["file.safetensors"])

    def load(name, **options):
        return timed(lambda: torch.load(files[name], weights_only=True, **options))

    def load_safetensors(clone):
        def run():
            tensors = safetensors.torch.load_file(files["file.safetensors"])
            return {key: tensor.clone() for key, tensor in tensors.items()} if clone else tensors

        return timed(run)

    def zoo(name, mode):
        return Zoo(program, files[name], mode)

    return [("zip: views, no CRC / torch.load(mmap=True)", zoo("zip.pth", "views"), load("zip.pth", mmap=True)),
            ("zip: views, CRC checked / torch.load", zoo("zip.pth", "checked"), load("zip.pth")),
            ("zip: owned, CRC checked / torch.load", zoo("zip.pth", "owned"), load("zip.pth")),
            ("legacy: views / torch.load", zoo("legacy.pth", "views"), load("legacy.pth")),
            ("legacy: owned / torch.load", zoo("legacy.pth", "owned"), load("legacy.pth")),
            ("safetensors: views / load_file", zoo("file.safetensors", "views"), load_safetensors(False)),
            ("safetensors: owned / load_file + clone", zoo("file.safetensors", "owned"), load_safetensors(True))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=str(REPOSITORY / "build/bin/bench_checkpoint_open"))
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = comparisons(options.program, pathlib.Path(folder))
        times = [([], []) for _ in rows]
        for round_index in range(options.rounds + 1):
            for (_, zoo, python), (ours, theirs) in zip(rows, times):
                pair = zoo(), python()
                if round_index > 0:  # the first one warms up
                    ours.append(pair[0])
                    theirs.append(pair[1])
        for _, zoo, _ in rows:
            zoo.process.stdin.close()
            zoo.process.wait()
    print(f"torch {torch.__version__}, safetensors {safetensors.__version__}, {platform.machine()}, "
          f"{torch.get_num_threads()} threads, {options.rounds} rounds, medians")
    print(f"{'':44}{'zoo ms':>9}{'Python ms':>11}{'ratio':>8}")
    for (name, _, _), (ours, theirs) in zip(rows, times):
        zoo_ms, python_ms = statistics.median(ours), statistics.median(theirs)
        print(f"{name:44}{zoo_ms:9.2f}{python_ms:11.2f}{python_ms / zoo_ms:8.1f}")


if __name__ == "__main__":
    main()
