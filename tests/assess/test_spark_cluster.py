"""The same findings from a standalone master with two workers on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from assess.books import PROJECTS
from assess.random_books import random_book
from yiben.assess import assess, rule_set
from yiben.kernel.periods import Period

SCRIPT = """
import json, sys
from pathlib import Path
from pyspark.sql import SparkSession
from yiben.assess import Stored, assess, rule_set
from yiben.kernel.periods import Period
from yiben.scenes.loader import BUILT_IN, load_pack
url, folder = sys.argv[1], Path(sys.argv[2])
builder = SparkSession.builder.master(url).appName("contract").config("spark.ui.enabled", "false")
builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.executor.memory", "512m")
builder = builder.config("spark.sql.shuffle.partitions", "4").config("spark.ui.showConsoleProgress", "false")
session = builder.getOrCreate()
pack = load_pack(Path(str(BUILT_IN / "projects.yaml")))
months = list(Period.of("2025-04/2025-07").each_month())
book = Stored.of_folders(sorted(folder.iterdir()), pack=pack)
found = assess(book, rules=rule_set(pack), months=months, engine="spark", session=session)
workers = session.sparkContext._jsc.sc().getExecutorMemoryStatus().size() - 1
session.stop()
print(json.dumps({"workers": workers, "colours": found.colours.to_pylist(), "reasons": found.reasons.to_pylist()}, default=str))
"""


@pytest.mark.spark
def test_a_cluster_of_two_workers_judges_two_counties(spark_master: str, tmp_path: Path) -> None:
    pack = PROJECTS
    months = list(Period.of("2025-04/2025-07").each_month())
    frames = random_book(pack, seed=77)
    split = frames.subjects.num_rows // 2
    names = frames.subjects["subject"].to_pylist()
    for county, held in (("one", set(names[:split])), ("two", set(names[split:]))):
        (tmp_path / county).mkdir()
        for title in ("subjects", "measures", "nodes", "exemptions"):
            table = getattr(frames, title)
            keep = [subject in held for subject in table["subject"].to_pylist()]
            pq.write_table(table.filter(keep), tmp_path / county / f"{title}.parquet")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, spark_master, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    mine = assess(frames, rules=rule_set(pack), months=months)
    assert told["workers"] == 2
    assert told["colours"] == json.loads(json.dumps(mine.colours.to_pylist(), default=str))
    assert told["reasons"] == json.loads(json.dumps(mine.reasons.to_pylist(), default=str))
