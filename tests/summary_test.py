"""The last line of scripts/test, of what ctest itself reports."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SUMMARY = pathlib.Path(__file__).with_name("summary.py")
GOOD = 'add_test(good "true")\n'
SKIPPED = """add_test(lacking "sh" "-c" "echo skipped: no picture; exit 77")
add_test(lacking_two "sh" "-c" "echo skipped: a: no corpus; echo; echo skipped: b: no corpus; exit 77")
set_tests_properties(lacking lacking_two PROPERTIES SKIP_RETURN_CODE 77)
"""
BAD = """add_test(bad "false")
add_test(missing "/no/such/program")
add_test(crashed "sh" "-c" "kill -SEGV $$")
add_test(unexpected_77 "sh" "-c" "exit 77")
"""


class Summary(unittest.TestCase):
    def summary(self, *builds):
        """Status and lines for builds that have these tests, the second of them sanitized."""
        with tempfile.TemporaryDirectory() as folder:
            files = [pathlib.Path(folder, name) for name in ("release.xml", "sanitized.xml")[:len(builds)]]
            for file, tests in zip(files, builds):
                pathlib.Path(folder, "CTestTestfile.cmake").write_text(tests)
                subprocess.run(["ctest", "--test-dir", folder, "--output-junit", file], capture_output=True, check=False)
            done = subprocess.run([sys.executable, SUMMARY, *files], capture_output=True, text=True, check=False)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout.splitlines()

    def test_what_is_skipped_is_no_failure_and_told_with_its_reasons(self):
        self.assertEqual(self.summary(GOOD + SKIPPED, GOOD), (0, [
            "skipped: lacking: no picture", "skipped: lacking_two:", "    a: no corpus", "    b: no corpus",
            "2 passed, 0 failed, 2 skipped"]))

    def test_whatever_else_did_not_pass_failed(self):
        self.assertEqual(self.summary(GOOD, BAD + GOOD), (1, [
            "failed: bad (sanitized)", "failed: missing (sanitized)", "failed: crashed (sanitized)",
            "failed: unexpected_77 (sanitized)", "2 passed, 4 failed, 0 skipped"]))

    def test_all_may_be_skipped(self):
        self.assertEqual((self.summary(SKIPPED)[0], self.summary(SKIPPED)[1][-1]), (0, "0 passed, 0 failed, 2 skipped"))


if __name__ == "__main__":
    unittest.main()
