"""What the comparisons of checkpoint code share: both sides of a round as functions that return its milliseconds.

Importing this makes the reference libraries importable (tests/python/reference_shim.py).
"""
import pathlib
import platform
import subprocess
import sys
import time

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "tests/python"))
import reference_shim  # noqa: E402, F401
import safetensors  # noqa: E402
import torch  # noqa: E402


class Zoo:
    """A program that stays: for each line that it gets it does one round, and answers how long that took."""

    def __init__(self, program, *arguments):
        self.process = subprocess.Popen([program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def timed(action):
    """What action returns is freed outside of the time."""
    def run():
        start = time.perf_counter()
        result = action()
        wall = (time.perf_counter() - start) * 1e3
        del result
        return wall

    return run


def conditions(rounds):
    return (f"torch {torch.__version__}, safetensors {safetensors.__version__}, {platform.machine()}, "
            f"{torch.get_num_threads()} threads, {rounds} rounds, medians")
