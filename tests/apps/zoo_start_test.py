"""What it costs to list all weights, in files and system calls: on any machine the same."""
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

import zoo_cli
from zoo_cli import PROGRAMS, ZooCase

COUNT_CALLS = pathlib.Path(os.environ["ZOO_TESTS"]) / "count_calls"


class Listing(ZooCase):
    def test_it_reads_the_manifest_and_asks_once_for_each_file(self):
        self.environment["ASAN_OPTIONS"] = "detect_leaks=0"  # which needs ptrace for itself
        done = subprocess.run([COUNT_CALLS, PROGRAMS / "zoo", "list"], env=self.environment, cwd=self.folder,
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        opened = re.findall("(?m)^open (.*)$", done.stdout)
        own = [path for path in opened if not re.search(r"\.so(\.|$)|^/(etc|proc|sys|dev)/", path)]
        self.assertEqual(own, [str(zoo_cli.SOURCE / "weights.json")])
        files = sum(len(weight["files"]) for weight in json.loads((zoo_cli.SOURCE / "weights.json").read_text())["weights"])
        self.assertLess(int(re.search("calls (.*)", done.stdout)[1]), files + 300)


if __name__ == "__main__":
    if subprocess.run([COUNT_CALLS, "/bin/true"]).returncode == 77:
        sys.exit(77)
    unittest.main()
