"""Runs a launch file as a HyperQueue array on a cluster of this machine alone, killing its tasks in the first rounds.

Usage: hyperqueue.py LAUNCH_FILE PARTS. The command must be on PATH; `pip install hyperqueue` brings server and workers. Its Python interface
numbers tasks by itself and reads no `#HQ` lines: each task gets the number that `hq submit --array` would give it.
"""

import os
import pathlib
import signal
import sys
import time

from hyperqueue import Job, LocalCluster
from hyperqueue.cluster import WorkerConfig

MARK = f"HYPERQUEUE_CHECK={os.getpid()}"


def kill_tasks():
    """Kills the tasks of this run, which carry its mark in their environment."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if MARK.encode() in (process / "environ").read_bytes().split(b"\0"):
                os.kill(int(process.name), signal.SIGKILL)
        except OSError:
            pass


launch, parts = sys.argv[1], int(sys.argv[2])
name, value = MARK.split("=")
environment = {"PATH": os.environ["PATH"], name: value}

with LocalCluster(worker_config=WorkerConfig(cores=2)) as cluster:
    client = cluster.client()
    left, turn = list(range(1, parts + 1)), 0
    while left:
        job = Job(max_fails=None)
        for part in left:
            job.program(["bash", "-c", f"HQ_TASK_ID={part} exec bash {launch}"], env=environment, cwd=os.getcwd())
        submitted = client.submit(job)
        if turn < 3:
            time.sleep(1 + turn)
            kill_tasks()
        client.wait_for_jobs([submitted], raise_on_error=False)
        failed = client.get_failed_tasks(submitted) or {}
        left = [left[task] for task in sorted(failed)]
        turn += 1
        print(f"round {turn}: {len(left)} of {parts} tasks were killed")
        if turn > 20:
            sys.exit("tasks fail without being killed")
