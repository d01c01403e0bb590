"""A few rounds of script/crash: what was acknowledged is there after kill -9 in the middle of a load of updates."""

import subprocess
import sys

from harness import REPOSITORY


def test_nothing_acknowledged_is_lost_by_kill_9_under_load():
    done = subprocess.run([sys.executable, REPOSITORY + "/tests/system/crash.py", "--runs", "6"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "killed 6 times" in done.stdout and " 0 lost" in done.stdout
