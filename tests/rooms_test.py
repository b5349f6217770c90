"""Holds every #include of the product against the arrows of docs/architecture.md, and finds circles of files.

The arrows are the block of lines "room -> room room" there: a room may include what it points to, and what that
points to. A file that includes upwards, or stands in a circle, is reported with its line."""
import pathlib
import re
import sys

SOURCE = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^#include "([\w/]+\.h)"', re.MULTILINE)


def read_arrows(page):
    arrows = {}
    for room, targets in re.findall(r"^    ([\w/]+) ->([\w/ ]*)$", page, re.MULTILINE):
        arrows[room] = set(targets.split())
    for room, targets in arrows.items():
        unknown = targets - arrows.keys()
        assert not unknown, f"{room} points to {unknown}, which have no line of their own"
    return arrows


def below(room, arrows):
    """The room, and all that it may include."""
    found, left = set(), [room]
    while left:
        one = left.pop()
        if one not in found:
            found.add(one)
            left += arrows[one]
    return found


def room_of(path):
    """zoo/base/text.h -> base; zoo/zoo.h -> zoo; transforms/... -> transforms."""
    if path == "zoo/version.h":  # made by CMake, known to all
        return "base"
    parts = path.split("/")
    return parts[1] if parts[0] == "zoo" and len(parts) > 2 else parts[0]


def find_circle(includes):
    """A list of units each of which includes the next, the first once more at its end; or nothing."""
    state, stack = {}, []

    def visit(file):
        state[file] = "open"
        stack.append(file)
        for target in includes.get(file, ()):
            if state.get(target) == "open":
                return stack[stack.index(target):] + [target]
            if target not in state and (circle := visit(target)):
                return circle
        state[file] = "done"
        stack.pop()
        return None

    for file in includes:
        if file not in state and (circle := visit(file)):
            return circle
    return None


def main():
    arrows = read_arrows((SOURCE / "docs/architecture.md").read_text())
    assert len(arrows) > 10, "docs/architecture.md has no arrows"
    allowed = {room: below(room, arrows) for room in arrows}
    for room in arrows:
        for target in arrows[room]:
            assert room not in allowed[target], f"the arrows have a circle: {room} -> {target} -> {room}"
    faults, includes = [], {}
    for folder in ("zoo", "transforms", "apps"):
        for file in sorted((SOURCE / folder).rglob("*")):
            if file.suffix not in (".h", ".cpp"):
                continue
            path = file.relative_to(SOURCE).as_posix()
            targets = INCLUDE.findall(file.read_text())
            room = room_of(path)
            if room not in arrows:
                faults.append(f"{path}: docs/architecture.md has no arrows of '{room}'")
                continue
            for target in targets:
                if room_of(target) not in allowed[room]:
                    faults.append(f"{path}: includes {target}, and {room} may not know {room_of(target)}")
            unit = path.rsplit(".", 1)[0]  # a header and the source of its name are one
            others = [target[:-2] for target in targets if (SOURCE / target).is_file()]
            includes.setdefault(unit, []).extend(other for other in others if other != unit)
    while circle := find_circle(includes):
        faults.append("a circle: " + " -> ".join(circle))
        includes[circle[-2]].remove(circle[-1])
    print("\n".join(faults) if faults else f"{len(includes)} units keep to the arrows")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
