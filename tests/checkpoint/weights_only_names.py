"""The names that torch.load(weights_only=True) takes, as apps/inspect/weights_only_names.h has them.

Usage: weights_only_names.py HEADER [--write]: compares the header with the torch that is installed, or writes it.
"""
import argparse
import pathlib
import sys

import torch
from torch._utils import IMPORT_MAPPING
from torch._weights_only_unpickler import _get_allowed_globals


def names():
    """(module, name) of each, sorted as std::string compares them; also where Python 2's module is its first home."""
    pairs = {tuple(path.rsplit(".", 1)) for path in _get_allowed_globals()}
    old = IMPORT_MAPPING["__builtin__"]
    assert old == "builtins"
    pairs |= {("__builtin__", name) for module, name in pairs if module == old}
    return sorted(pairs, key=lambda pair: [part.encode() for part in pair])


def header():
    lines = ["// The classes and functions that torch.load(weights_only=True) takes, in order. Written by",
             f"// tests/checkpoint/weights_only_names.py from torch {torch.__version__.split('+')[0]}; do not edit.",
             "#pragma once", "", "#include <array>", "#include <string_view>", "", "namespace zoo::apps {", "",
             "struct WeightsOnlyName {", "  std::string_view module, name;", "};", "",
             "inline constexpr std::array kWeightsOnlyNames = std::to_array<WeightsOnlyName>({"]
    lines += [f'    {{"{module}", "{name}"}},' for module, name in names()]
    return "\n".join([*lines, "});", "", "}  // namespace zoo::apps", ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("header", type=pathlib.Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    if arguments.write:
        arguments.header.write_text(header())
    elif arguments.header.read_text() != header():
        sys.exit(f"{arguments.header} is not what torch {torch.__version__} says. Look at what changed; then write it "
                 f"with --write.")


if __name__ == "__main__":
    main()
