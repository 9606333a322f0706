"""One Spark session for all tests that need it, inside the process or on a cluster of its own."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import skip_or_fail


def _require_spark() -> None:
    if importlib.util.find_spec("pyspark") is None:
        skip_or_fail("pyspark is not installed (requirements/spark.in)")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        skip_or_fail("Java is not installed")


@pytest.fixture(scope="session")
def spark_session() -> Iterator[Any]:
    """Spark inside the process."""
    _require_spark()
    from yiben.assess.spark import local_session

    session = local_session()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def spark_master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A standalone master with two workers on loopback; gives its address."""
    _require_spark()
    import pyspark

    home = Path(pyspark.__file__).parent
    folder = tmp_path_factory.mktemp("cluster")
    port = _free_port()
    url = f"spark://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
    }
    started = []

    def start(*words: str) -> None:
        log = (folder / f"{len(started)}.log").open("wb")
        started.append(
            subprocess.Popen(
                [str(home / "bin" / "spark-class"), *words], env=environment, stdout=log, stderr=log
            )
        )

    package = "org.apache.spark.deploy"
    start(f"{package}.master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0")
    _wait_for(port)
    for number in range(2):
        work = str(folder / f"worker-{number}")
        options = (
            "--host",
            "127.0.0.1",
            "--cores",
            "1",
            "--memory",
            "1g",
            "--work-dir",
            work,
            "--webui-port",
            "0",
        )
        start(f"{package}.worker.Worker", *options, url)
    yield url
    for process in reversed(started):
        process.terminate()
    for process in started:
        process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    pytest.fail(f"the Spark master did not open port {port}")
