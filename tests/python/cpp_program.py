"""A test program that answers many calls in one process (tests/line_calls.h)."""
import os
import subprocess

# Where zoo's writers, which sync each file, do not wait for a disk; None: the usual folder.
MEMORY_FOLDER = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class CppProgram:
    def __init__(self, program: str):
        self.process = subprocess.Popen([program, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, *arguments) -> list[str]:
        """The lines that the call printed. Raises RuntimeError with the message of an error."""
        self.process.stdin.write("\t".join(map(str, arguments)) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the program ended with {self.process.wait()}")
        if answer.startswith("error: "):
            raise RuntimeError(answer.strip())
        return answer.split()

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
