"""How the built programs meet a fault in reading a hostile file, as their ELF files tell."""
import os
import re
import subprocess
import sys
import unittest

from zoo_cli import PROGRAMS


def readelf(program, *flags):
    return subprocess.run(["readelf", "--wide", *flags, program], capture_output=True, text=True, check=True).stdout


class Hardening(unittest.TestCase):
    def setUp(self):
        self.programs = [path for path in PROGRAMS.iterdir() if re.fullmatch(r"zoo(-[a-z]+)?", path.name)]
        self.assertGreater(len(self.programs), 5)

    def test_nothing_is_where_it_was_linked_for_nor_written_behind_the_start(self):
        for program in self.programs:
            with self.subTest(program=program.name):
                self.assertRegex(readelf(program, "--file-header"), r"Type:\s+DYN")
                segments = readelf(program, "--segments")
                self.assertIn("GNU_RELRO", segments)
                self.assertRegex(readelf(program, "--dynamic"), r"FLAGS_1\).*NOW.*PIE")

    def test_no_memory_can_be_written_and_run(self):
        for program in self.programs:
            with self.subTest(program=program.name):
                segments = re.findall(r"(?m)^\s+(\w+)\s+(?:0x\w+\s+){5}([RWE ]{3})", readelf(program, "--segments"))
                self.assertIn("GNU_STACK", dict(segments))
                self.assertEqual([name for name, rights in segments if "W" in rights and "E" in rights], [])

    def test_stacks_and_calls_of_the_library_are_guarded(self):
        for program in self.programs:
            with self.subTest(program=program.name):
                symbols = readelf(program, "--dyn-syms")
                self.assertIn("__stack_chk_fail", symbols)
                self.assertRegex(symbols, r"__(mem|str|read|pread|vsnprintf|snprintf|longjmp)\w*_chk")


if __name__ == "__main__":
    if os.environ["ZOO_IS_FORTIFIED"] != "1":
        print("skipped: built with ZOO_HARDEN=OFF, with sanitizers or without optimisation")
        sys.exit(77)
    unittest.main()
