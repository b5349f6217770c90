"""How long the programs take to start: the processor time of `PROGRAM --help`, and of `zoo list`.

  bench/start.py [--rounds N] FOLDER ...

Each FOLDER holds programs as they are built (build/bin); with several, rounds take turns, and each is a column. The time
is the least of all rounds: other processes only add to it.
"""
import argparse
import os
import pathlib
import subprocess

COMMANDS = [("zoo", "list"), ("zoo", "--help"), ("zoo-inspect", "--help"), ("zoo-download", "--help"), ("zoo-data", "--help"),
            ("zoo-predict", "--help"), ("zoo-finetune", "--help")]


def milliseconds(command):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command}: exit status {process.returncode}")
    return 1000 * (usage.ru_utime + usage.ru_stime)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    for name, argument in COMMANDS:
        programs = [folder / name for folder in options.folders]
        if not all(program.exists() for program in programs):
            continue
        rounds = [[milliseconds([program, argument]) for program in programs] for _ in range(options.rounds)]
        print(f"{name} {argument:8}" + "".join(f"{min(column):10.2f} ms" for column in zip(*rounds)))


if __name__ == "__main__":
    main()
