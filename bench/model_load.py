"""Times building ResNet-50 and ResNet-152 and loading torchvision's state dict (random weights), ready for inference.

Usage: python bench/model_load.py [--programs build/bin] [--rounds 15]
       (after cmake --build build --target bench_model_load)
zoo: the file opened, the CRC of its records checked, the model built without initialisation, loaded, in eval mode.
Python: torchvision's model built, load_state_dict(torch.load(weights_only=True)), eval(). Each round runs both in turn, in
processes that stay; the first round warms up and does not count. A ratio is the median of the rounds' own ratios. The
file is in the page cache. Anonymous memory is what a process of its own has, while its first model is there, above what it
had at its start (zoo) or behind its imports (Python), over the bytes of the state dict.
"""
import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile

from sides import REPOSITORY, conditions, timed
import torch
import torchvision

LEAST_RATIO = 4
MOST_MEMORY = 1.2


class Zoo:
    def __init__(self, program, *arguments):
        self.process = subprocess.Popen([program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self):
        """(milliseconds, anonymous bytes)"""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        wall, anonymous = self.process.stdout.readline().split()
        return float(wall), int(anonymous)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def load_in_python(network, file):
    model = getattr(torchvision.models, network)()
    model.load_state_dict(torch.load(file, weights_only=True))
    return model.eval()


def anonymous_bytes():
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("this system does not say RssAnon")


def python_memory(network, file):
    """Of this script's process, which is to be a fresh one."""
    at_start = anonymous_bytes()
    model = load_in_python(network, file)
    print(anonymous_bytes() - at_start)
    del model


def python_memory_of_a_fresh_process(network, file):
    command = [sys.executable, __file__, "--python-memory", network, file]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def measure(program, network, file, rounds):
    """{form: [(zoo's milliseconds, Python's)]}, {form: zoo's first anonymous bytes}"""
    sides = {"row-major": Zoo(program, network, file), "channels-last": Zoo(program, network, file, "channels_last")}
    python = timed(lambda: load_in_python(network, file))
    memory = {form: zoo()[1] for form, zoo in sides.items()}
    python()
    times = {form: [] for form in sides}
    for _ in range(rounds):
        for form, zoo in sides.items():
            times[form].append((zoo()[0], python()))
    for zoo in sides.values():
        zoo.close()
    return times, memory


def quartiles(numbers):
    low, _, high = statistics.quantiles(numbers, n=4)
    return f"{low:.1f} to {high:.1f}"


def report(program, network, folder, rounds):
    file = str(folder / f"{network}.pth")
    state = getattr(torchvision.models, network)().state_dict()
    torch.save(state, file)
    model_bytes = sum(tensor.nbytes for tensor in state.values())
    python_bytes = python_memory_of_a_fresh_process(network, file)
    times, memory = measure(program, network, file, rounds)
    for form, pairs in times.items():
        ours, theirs = zip(*pairs)
        ratios = [their / our for our, their in pairs]
        print(f"{network:10}{form:14}{statistics.median(ours):8.1f} ms{statistics.median(theirs):9.1f} ms"
              f"{statistics.median(ratios):7.1f} ({quartiles(ratios)}; need {LEAST_RATIO})"
              f"{memory[form] / model_bytes:8.2f} (need {MOST_MEMORY}){python_bytes / model_bytes:8.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=pathlib.Path, default=REPOSITORY / "build/bin")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--python-memory", nargs=2, metavar=("NETWORK", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.python_memory:
        return python_memory(*options.python_memory)
    print(conditions(options.rounds))
    print("model, its form; zoo, Python, ratio (quartiles); anonymous memory / model in zoo, in Python")
    with tempfile.TemporaryDirectory() as folder:
        for network in ("resnet50", "resnet152"):
            report(options.programs / "bench_model_load", network, pathlib.Path(folder), options.rounds)


if __name__ == "__main__":
    main()
