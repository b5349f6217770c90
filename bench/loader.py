"""Times files becoming batches of 224x224 pictures: zoo against torchvision v1 and v2, timm and NVIDIA DALI, on the CPU.

Usage: python bench/loader.py --tune               finds each side's best settings, bench/results/loader_settings.json
       python bench/loader.py [--rounds 9] [--json FILE]
       python bench/loader.py --memory             zoo's resident set after each of 20 epochs
       (after cmake --build build --target bench_data_loader)
Everything runs in child processes on two cores, which stay, worker processes included, so that no start is counted. Each
round lets every side run whole epochs once, in turn; the page cache is warm. A ratio is the median of the rounds' own
ratios, with quartiles. "loader" is each side's loader with the settings that --tune found best for it; "core" goes from
files to tensors with one thread on one core, without a loader (zoo: its loader without threads; DALI: one thread);
"transform" is the transform of decoded pictures in memory, with one thread on one core, to which DALI does not come.
Training is RandomResizedCrop(224), flip, normalise; evaluation Resize(256), CenterCrop(224), normalise; all give float32.
Before it is timed, each side tells the mean of all numbers of an epoch: in evaluation these must agree.

DALI has an environment of its own: scripts/setup --dali --no-build
"""
import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys

from children import Child, in_turn, quartiles

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
CORPUS = pathlib.Path(os.environ.get("ZOO_CORPUS", REPOSITORY.parent / "shared/corpus"))
DATA = {"hymenoptera": CORPUS / "datasets/hymenoptera_data/train", "flowers5_128": CORPUS / "datasets/flowers5_128"}
SETTINGS = REPOSITORY / "bench/results/loader_settings.json"
KINDS, MODES = ("loader", "core", "transform"), ("train", "evaluate")
CORES = sorted(os.sched_getaffinity(0))[:2]

GOALS = {"train": 3, "evaluate": 2}  # times the best of the Python sides; DALI is to be beaten
DALI = "NVIDIA DALI"
SAME_MEAN = 0.003       # of normalised numbers
SAME_MEAN_DALI = 0.006  # its decoder and its resize are not exact: off by 0.004, a quarter of a grey level, on flowers5_128

# The first of each is where the search starts.
PYTHON_CHOICES = {"workers": (2, 1, 3), "normalise": ("worker", "here"), "batch": (32, 64), "prefetch": (2, 4),
                  "layout": ("NCHW", "NHWC")}
CHOICES = {
    "torchvision v1": PYTHON_CHOICES,
    "torchvision v2, PIL": PYTHON_CHOICES,
    "torchvision v2, tensor": PYTHON_CHOICES,
    "timm": {name: PYTHON_CHOICES[name] for name in ("workers", "normalise", "batch")},
    DALI: {"workers": (2, 1, 3), "decode": ("window", "whole"), "batch": (32, 64), "prefetch": (2, 4),
           "layout": ("NCHW", "NHWC"), "fast_idct": (False, True), "read_ahead": (False, True)},
    "zoo": {"workers": (2, 1, 3), "batch": (32, 64)},
}


def choices(name, mode):
    """DALI's fast IDCT is for training only: a mean of all pixels 0.8 grey levels off is no evaluation."""
    return {key: values for key, values in CHOICES[name].items() if not (mode == "evaluate" and key == "fast_idct")}


def describe(settings):
    return " ".join(f"{key}={value}" for key, value in settings.items())


def first_choice(name):
    return {key: values[0] for key, values in CHOICES[name].items()}


class PythonSide:
    def __init__(self, name, data, kind, options):
        self.name, self.kind = name, kind
        script = [options.dali, REPOSITORY / "bench/loader_dali.py"] if name == DALI else [
            sys.executable, REPOSITORY / "bench/loader_sides.py", name]
        self.child = Child(name, [*script, data], cores_for(kind))

    def get_ready(self, mode, settings):
        self.mean = self.child.ask(kind=self.kind, mode=mode, settings=settings)["mean"]

    def images_per_s(self, epochs):
        answer = self.child.ask(epochs=epochs)
        return answer["pictures"] / answer["seconds"]

    def close(self):
        self.child.close()


class ZooSide:
    name = "zoo"

    def __init__(self, data, kind, options):
        self.data, self.kind, self.program = data, kind, options.programs / "bench_data_loader"
        self.child = None

    def get_ready(self, mode, settings):
        self.close()
        workers = settings["workers"] if self.kind == "loader" else 0
        command = [self.program, self.data, mode, workers, settings["batch"]]
        self.child = Child(self.name, command + (["transform"] if self.kind == "transform" else []), cores_for(self.kind))
        self.mean = float(self.child.read_line().split()[1])

    def images_per_s(self, epochs):
        seconds, pictures = self.child.ask_line(epochs).split()
        return float(pictures) / float(seconds)

    def close(self):
        if self.child:
            self.child.close()


def cores_for(kind):
    return CORES if kind == "loader" else CORES[:1]


def open_side(name, data, kind, options):
    return ZooSide(data, kind, options) if name == "zoo" else PythonSide(name, data, kind, options)


def side_names(kind, options):
    absent = kind == "transform" or not options.dali.exists()
    return [name for name in options.sides if not (name == DALI and absent)]


def epochs_a_turn(data, options):
    """Whole epochs: one of a large set, several of a small one."""
    pictures = sum(path.is_file() for path in data.glob("*/*"))
    return max(1, round(options.pictures / pictures))


def tried_rate(side, mode, settings, epochs):
    side.get_ready(mode, settings)
    return side.images_per_s(epochs)


def best_settings(name, data, mode, options):
    """One choice after the other, each kept where it is fastest; the values of a choice take turns."""
    side = open_side(name, data, "loader", options)
    epochs = epochs_a_turn(data, options)
    best = first_choice(name)
    for key, values in choices(name, mode).items():
        candidates = [best | {key: value} for value in values]
        rates = [[tried_rate(side, mode, settings, epochs) for settings in candidates] for _ in range(options.rounds)]
        medians = [statistics.median(column) for column in zip(*rates)]
        best = candidates[medians.index(max(medians))]
    side.close()
    return best, max(medians)


def tune(options):
    known = read_settings()
    for name in options.data:
        for mode in options.modes:
            for side in side_names("loader", options):
                best, rate = best_settings(side, DATA[name], mode, options)
                print(f"{name}, {mode}, {side}: {describe(best)}, {rate:.0f} images/s", flush=True)
                known.setdefault(name, {}).setdefault(mode, {})[side] = best
                SETTINGS.write_text(json.dumps(known, indent=1) + "\n")


def read_settings():
    return json.loads(SETTINGS.read_text()) if SETTINGS.exists() else {}


def check_means(sides):
    """That the sides do the same work."""
    middle = statistics.median(side.mean for side in sides)
    for side in sides:
        if abs(side.mean - middle) > (SAME_MEAN_DALI if side.name == DALI else SAME_MEAN):
            raise RuntimeError(f"{side.name} gives other pictures: their mean is {side.mean:.4f}, the others' {middle:.4f}")


def measure(name, kind, mode, options):
    """{side: {settings, images/s of each round}}"""
    known = read_settings().get(name, {}).get(mode, {})
    settings = {side: known.get(side, first_choice(side)) for side in side_names(kind, options)}
    sides = []
    try:
        for side in settings:
            sides.append(open_side(side, DATA[name], kind, options))
            sides[-1].get_ready(mode, settings[side])
        if mode == "evaluate":
            check_means(sides)
        epochs = epochs_a_turn(DATA[name], options)
        rates = {side: [] for side in settings}
        for order in in_turn(sides, options.rounds):
            for side in order:
                rates[side.name].append(side.images_per_s(epochs))
    finally:
        for side in sides:
            side.close()
    return {side.name: {"settings": settings[side.name], "tuned": side.name in known, "mean": side.mean,
                        "images_per_s": rates[side.name]} for side in sides}


def ratios(result, other):
    return [ours / theirs for ours, theirs in zip(result["zoo"]["images_per_s"], result[other]["images_per_s"])]


def best_of(result, names):
    return max(names, key=lambda name: statistics.median(result[name]["images_per_s"]))


def verdicts(result, mode, kind):
    """[(other side, quartiles of the ratios, goal)]: the best Python side, and DALI."""
    python = [name for name in result if name not in ("zoo", DALI)]
    goals = [(best_of(result, python), GOALS[mode])] if python else []
    goals += [(DALI, 1)] if DALI in result else []
    if kind != "loader":
        goals = [(name, None) for name, _ in goals]
    return [(name, quartiles(ratios(result, name)), goal) for name, goal in goals]


def print_result(name, kind, mode, result):
    print(f"\n{name}, {mode}, {kind}: images/s (quartiles)")
    for side, row in result.items():
        low, middle, high = quartiles(row["images_per_s"])
        text = describe(row["settings"]) + ("" if row["tuned"] else " (not tuned)") if kind == "loader" else ""
        print(f"  {side:24}{middle:7.0f} ({low:.0f} to {high:.0f})  {text}".rstrip())
    if "zoo" not in result:
        return
    for other, (low, middle, high), goal in verdicts(result, mode, kind):
        wanted = "" if goal is None else f"; goal {goal}: {'reached' if middle >= goal else 'MISSED'}"
        print(f"  zoo / {other}: {middle:.2f} ({low:.2f} to {high:.2f}{wanted})")


def conditions(options):
    python = [sys.executable, "-c", "import sides, torch, torchvision, timm, PIL; print('torch', torch.__version__, "
              "'torchvision', torchvision.__version__, 'timm', timm.__version__, 'Pillow', PIL.__version__)"]
    dali = [options.dali, "-c", "import nvidia.dali; print('DALI', nvidia.dali.__version__)"]
    versions = [subprocess.run(command, capture_output=True, text=True, check=True, cwd=REPOSITORY / "bench").stdout.strip()
                for command in ([python, dali] if options.dali.exists() else [python])]
    return f"{', '.join(versions)}, {platform.machine()}, cores {CORES}, {options.rounds} rounds, medians"


def measure_all(options):
    measured_with = conditions(options)
    print(measured_with)
    if not options.dali.exists():
        print(f"DALI is left out: there is no {options.dali} (--dali)")
    results = []
    for name in options.data:
        for kind in options.kinds:
            for mode in options.modes:
                result = measure(name, kind, mode, options)
                print_result(name, kind, mode, result)
                sys.stdout.flush()
                results.append({"data": name, "kind": kind, "mode": mode, "sides": result})
                if options.json:
                    options.json.write_text(json.dumps({"conditions": measured_with, "results": results}, indent=1))


def resident_mib(process_id):
    for line in pathlib.Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system does not say VmRSS")


def print_memory(options, epochs=20):
    for name in options.data:
        for mode in options.modes:
            side = open_side("zoo", DATA[name], "loader", options)
            side.get_ready(mode, read_settings().get(name, {}).get(mode, {}).get("zoo", first_choice("zoo")))
            sizes = []
            for _ in range(epochs):
                side.images_per_s(1)
                sizes.append(resident_mib(side.child.process.pid))
            side.close()
            print(f"{name}, {mode}: resident MiB after each epoch: {' '.join(f'{size:.0f}' for size in sizes)}; "
                  f"from the second to the last {sizes[-1] - sizes[1]:+.1f} MiB", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=pathlib.Path, default=REPOSITORY / "build/bin")
    parser.add_argument("--dali", type=pathlib.Path, default=REPOSITORY / ".deps/dali/bin/python",
                        help="the Python that has DALI")
    parser.add_argument("--rounds", type=int, help="default: 9; with --tune 2")
    parser.add_argument("--pictures", type=int, default=1200, help="at least about so many a side and round, in whole epochs")
    parser.add_argument("--data", nargs="+", choices=DATA, default=list(DATA))
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--modes", nargs="+", choices=MODES, default=MODES)
    parser.add_argument("--sides", nargs="+", choices=CHOICES, default=list(CHOICES), metavar="SIDE",
                        help=", ".join(map(repr, CHOICES)))
    parser.add_argument("--tune", action="store_true", help="find the best settings of the loaders instead")
    parser.add_argument("--memory", action="store_true", help="print zoo's resident set over 20 epochs instead")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write all numbers there")
    options = parser.parse_args()
    options.rounds = options.rounds or (2 if options.tune else 9)
    if options.tune:
        return tune(options)
    if options.memory:
        return print_memory(options)
    return measure_all(options)


if __name__ == "__main__":
    main()
