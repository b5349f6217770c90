"""What became of all tests: summary.py FILE ..., each of them what `ctest --output-junit` wrote. Tells what was skipped and
why and what failed, and ends with "N passed, N failed, N skipped". The status is 1 where a test failed.
"""
import pathlib
import sys
import xml.etree.ElementTree as xml

SKIPPED = "SKIP_RETURN_CODE=77"  # ctest calls also "skipped" what it did not find
MARK = "skipped: "


def reasons(case):
    lines = (case.findtext("system-out") or "").splitlines()
    return [line[len(MARK):] for line in lines if line.startswith(MARK)] or ["no reason given"]


def main():
    passed, failed, skipped = 0, [], []
    for path in map(pathlib.Path, sys.argv[1:]):
        for case in xml.parse(path).getroot().iter("testcase"):
            name = case.get("name") + (" (sanitized)" if path.stem == "sanitized" else "")
            skip = case.find("skipped")
            if skip is not None and skip.get("message") == SKIPPED:
                skipped.append((name, reasons(case)))
            elif case.get("status") == "run":
                passed += 1
            else:
                failed.append(name)
    for name, why in skipped:
        print(f"skipped: {name}: {why[0]}" if len(why) == 1 else "\n    ".join([f"skipped: {name}:", *why]))
    for name in failed:
        print(f"failed: {name}")
    print(f"{passed} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
