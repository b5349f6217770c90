"""Sides of a comparison as processes that stay, so that rounds can take turns: both ends of their conversation.

A child gets one JSON object a line on stdin and answers each with one on stdout. It needs no package beyond Python's own
for that, so each side can have its own interpreter.
"""
import json
import os
import statistics
import subprocess
import sys
import time


class Child:
    def __init__(self, name, command, cores, environment=None):
        """cores: the processors that it may run on."""
        self.name = name
        self.process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=os.environ | (environment or {}), preexec_fn=lambda: os.sched_setaffinity(0, cores))

    def ask_line(self, line):
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.read_line()

    def read_line(self):
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.name}: its process ended with exit status {self.process.wait()}")
        return answer

    def ask(self, **request):
        return json.loads(self.ask_line(json.dumps(request)))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def serve(answer):
    """The child's end: answer(**request) for each request, until the parent closes. Takes stdout for itself."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        print(json.dumps(answer(**json.loads(line))), file=replies, flush=True)


def wait_until_idle(step_s=0.02):
    """Returns when this process's threads have nothing left to do: what they prepared ahead is not to cost others."""
    while True:
        before = time.process_time()
        time.sleep(step_s)
        if time.process_time() - before < step_s / 5:
            return


def quartiles(numbers):
    """(lower, median, upper)"""
    if len(numbers) == 1:
        return (numbers[0],) * 3
    return tuple(statistics.quantiles(numbers, n=4, method="inclusive"))


def in_turn(sides, rounds):
    """The sides of each round; each round starts with another one."""
    for number in range(rounds):
        start = number % len(sides)
        yield sides[start:] + sides[:start]
