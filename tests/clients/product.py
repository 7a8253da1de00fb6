"""Starts the product's demo as an operator would, and ends it again.

The counterpart of product.mjs and demo.mjs: a data folder of its own, a free port, and what the
demo prints when its story is told.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
# Generous: a machine may be slow.
START_SECONDS = 300
STOP_SECONDS = 120
OURS = ("COUNTERSIGN_", "DATABASE_URL", "REDIS_URL")


def binary(given: str | None) -> Path:
    """The product, built from this checkout; a path given on the command line is used as it is."""
    if given:
        return Path(given).resolve()
    print("building the product (cargo build)")
    command = ["cargo", "build", "--locked", "--quiet", "--bin", "countersign"]
    subprocess.run(command, cwd=ROOT, check=True)
    return (ROOT / os.environ.get("CARGO_TARGET_DIR", "target")) / "debug" / "countersign"


def free_port() -> int:
    """A port of loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Demo:
    """A running demo, with its addresses and its two people."""

    def __init__(self, program: Path) -> None:
        named = os.environ.get("COUNTERSIGN_DATA")
        # Not below a home folder: as root, PostgreSQL has another account.
        self._own = None if named else tempfile.mkdtemp(prefix="countersign-script.", dir="/var/tmp")
        self._data = Path(named or self._own)
        self._data.mkdir(parents=True, exist_ok=True)
        if self._own:
            self._data.chmod(0o755)
        self._log = (self._data / "demo.log").open("w+")
        env = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        env |= {"COUNTERSIGN_DATA": str(self._data), "COUNTERSIGN_LISTEN": f"127.0.0.1:{free_port()}"}
        command = [program, "demo"]
        self._process = subprocess.Popen(
            command, cwd=self._data, env=env, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log
        )
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def _wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while not self._read(self.log()):
            if self._process.poll() is not None:
                raise RuntimeError(f"the demo ended ({self._process.returncode}):\n{self.log()}")
            if time.monotonic() > until:
                raise RuntimeError(f"the demo was not ready after {START_SECONDS} s:\n{self.log()}")
            time.sleep(0.1)

    def _read(self, text: str) -> bool:
        """Reads the addresses and the two people; true once all of it is there."""
        lines = re.findall(r"^ +(dashboard|endpoint|developer|reviewer) +(\S+)(?: +(\S+))?\n", text, re.MULTILINE)
        said = {name: rest for name, *rest in lines}
        if len(said) < 4:
            return False
        dashboard = urlsplit(said["dashboard"][0])
        self.origin = f"{dashboard.scheme}://{dashboard.netloc}"
        self.tenant = dashboard.path.split("/")[2]
        self.endpoint = said["endpoint"][0]
        self.owner, self.reviewer = (
            {"email": said[name][0], "password": said[name][1]} for name in ("developer", "reviewer")
        )
        return True

    def log(self) -> str:
        """The end of what it said."""
        self._log.flush()
        return (self._data / "demo.log").read_text()[-4000:]

    def stop(self) -> int:
        """Asks it to end, and says how it did: 0 is a graceful stop."""
        self._process.send_signal(signal.SIGTERM)
        try:
            ended = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            ended = self._process.wait()
        self._log.close()
        if self._own:
            shutil.rmtree(self._own, ignore_errors=True)
        return ended
