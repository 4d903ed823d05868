"""Threads, signals, forks and the end of the process."""

import concurrent.futures
import os
import signal
import threading
import time

import pyarrow as pa
import pytest

import firn
from conftest import SCHEMA, SqlFile, ids, rows, run_python

ROWS = 2_000_000
FILES = 8


@pytest.fixture(scope="module")
def large_file(tmp_path_factory) -> SqlFile:
    """With `db.large`: files of distinct ids, whose times are theirs too. Work for seconds."""
    file = SqlFile(tmp_path_factory.mktemp("large"))
    catalog = file.open()
    catalog.create_namespace("db")
    schema = pa.schema({"id": pa.int64(), "ts": pa.timestamp("us"), "x": pa.float64()})
    table = catalog.create_table("db.large", schema)
    for begin in range(0, FILES * ROWS, ROWS):
        numbers = pa.array(range(begin, begin + ROWS), pa.int64())
        columns = [numbers, numbers.cast(pa.timestamp("us")), numbers.cast(pa.float64())]
        table.append(pa.table(columns, schema=schema))
    return file


@pytest.fixture
def large(large_file) -> firn.Table:
    return large_file.open().load_table("db.large")


def test_threads_share_a_catalog(catalog):
    catalog.create_table("db.shared", SCHEMA)

    def work(number: int) -> int:
        table = catalog.load_table("db.shared")
        table.append(rows(10 * number, 10))
        view = "db.shared:price as known@key=id,time=ts"
        firn.join(catalog, rows(0, 5), view, event_timestamp="ts")
        return len(ids(table.refresh().scan()))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert all(count >= 10 for count in pool.map(work, range(16)))
    assert ids(catalog.load_table("db.shared").scan()) == list(range(160))


def test_threads_share_rows(table):
    table.append(rows(0, 1000))
    found = table.scan()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: len(ids(found)), range(32))) == [1000] * 32


def test_other_threads_run_meanwhile(large):
    ticks = 0
    done = threading.Event()

    def tick():
        nonlocal ticks
        while not done.is_set():
            ticks += 1
            time.sleep(0.001)

    ticker = threading.Thread(target=tick)
    ticker.start()
    begin = time.monotonic()
    total = sum(batch.num_rows for batch in large.scan(columns="id"))
    seconds = time.monotonic() - begin
    done.set()
    ticker.join()
    assert total == FILES * ROWS
    assert ticks > seconds * 20


INTERRUPTED = """
import firn, os, signal, threading, time
import pyarrow as pa
catalog = firn.open_catalog(URI)
table = catalog.load_table("db.large")
times = pa.array([2**50], pa.timestamp("us")).take(pa.array([0] * 1_000_000))
entities = pa.table({"id": range(1_000_000), "event_timestamp": times})
def work():
    WORK
begin = time.monotonic()
work()
seconds = time.monotonic() - begin
def interrupt():
    global sent
    sent = time.monotonic()
    os.kill(os.getpid(), signal.SIGINT)
try:
    # Not before the work has begun, however quick it is.
    threading.Timer(max(0.2, seconds / 5), interrupt).start()
    while True:
        work()
except KeyboardInterrupt:
    print(time.monotonic() - sent < max(1, seconds / 2))
print(table.scan(limit=1).to_arrow().num_rows)
"""


# No row matches, but every file may hold some that do.
NOWHERE = f"x in ({', '.join(f'{begin}.5' for begin in range(0, FILES * ROWS, ROWS))})"


@pytest.mark.parametrize(
    "work",
    [
        "table.scan().to_arrow()",
        "[batch for batch in table.scan()]",
        "firn.join(catalog, entities, firn.View('db.large', 'x', keys='id'))",
        "firn.latest(catalog, firn.View('db.large', 'x', keys='id'), end='1970-01-01T00:00:06')",
        f"table.delete({NOWHERE!r})",
        f"table.overwrite(table.scan(limit=0), {NOWHERE!r})",
    ],
    ids=["scan", "batches", "join", "latest", "delete", "overwrite"],
)
def test_ctrl_c_ends_it(large_file, work):
    printed = run_python(large_file.uri, INTERRUPTED.replace("WORK", work))
    assert printed.split() == ["True", "1"]


ENDLESS = """
import firn, itertools, os, signal, threading, time
import pyarrow as pa
table = firn.open_catalog(URI).load_table("db.t")
batch = pa.RecordBatch.from_pydict({"id": range(1_000_000)}, pa.schema([("id", pa.int64())]))
endless = pa.RecordBatchReader.from_batches(batch.schema, itertools.repeat(batch))
threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    table.append(endless)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_ctrl_c_ends_a_change_that_leaves_nothing(table, python, sql_file):
    assert python(ENDLESS) == "interrupted\n"
    assert table.refresh().current_snapshot_id is None
    assert list(sql_file.folder.rglob("*.parquet")) == []


FOREIGN = """
import firn, os, signal, threading, time
import pyarrow as pa
table = firn.open_catalog(URI).load_table("db.large")
pa.table(table.scan(limit=0))  # imports pandas, whose initialisation may swallow the interrupt
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
begin = time.monotonic()
try:
    try:
        for _ in range(100):
            pa.table(table.scan())
    except pa.ArrowException as error:
        print("Interrupted" in str(error))
        for _ in range(1000):
            pass
except KeyboardInterrupt:
    print("interrupted", time.monotonic() - begin < 5)
"""


def test_ctrl_c_while_another_library_reads(large_file):
    """The library tells that its stream broke off; what the handler raised comes right after."""
    assert run_python(large_file.uri, FOREIGN).split()[-2:] == ["interrupted", "True"]


def test_another_handler_decides(large):
    came = []
    old = signal.signal(signal.SIGUSR1, lambda number, frame: came.append(number))
    try:
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGUSR1)).start()
        while not came:
            assert large.scan(columns="id").to_arrow().num_rows == FILES * ROWS
    finally:
        signal.signal(signal.SIGUSR1, old)
    assert came == [signal.SIGUSR1]


def test_a_forked_child_works(catalog, table, python):
    table.append(rows(0, 10))
    printed = python(
        "import firn, os, sys\n"
        "catalog = firn.open_catalog(URI)\n"
        "table = catalog.load_table('db.t')\n"
        "reading = iter(table.scan())\n"
        "assert next(reading).num_rows == 10\n"
        "rows = table.scan()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    assert catalog.list_tables('db') == [('db', 't')]\n"
        "    assert table.scan().to_arrow().num_rows == 10\n"
        "    table.append(table.scan(limit=1))\n"
        "    assert firn.join(catalog, table.scan(limit=2), 'db.t:price as p@key=id,time=ts',\n"
        "                     event_timestamp='ts').to_arrow().num_rows == 2\n"
        "    assert rows.to_arrow().num_rows == 10\n"
        "    try:\n"
        "        next(reading)\n"
        "        sys.exit(2)\n"
        "    except firn.ConflictError as error:\n"
        "        assert 'another process' in str(error)\n"
        "    sys.exit(7)\n"
        "_, status = os.waitpid(child, 0)\n"
        "print(os.waitstatus_to_exitcode(status))\n"
        "print(table.refresh().scan().to_arrow().num_rows)\n"
    )
    assert printed.split() == ["7", "11"]


def test_pools_of_processes(catalog, table, python):
    table.append(rows(0, 10))
    program = (
        "import firn, multiprocessing, sys\n"
        "def count(table):\n"
        "    return table.scan().to_arrow().num_rows\n"
        "catalog = firn.open_catalog(URI)\n"
        "table = catalog.load_table('db.t')\n"
        "table.scan().to_arrow()\n"
        "with multiprocessing.get_context('fork').Pool(3) as pool:\n"
        "    print(pool.map(count, [table] * 6))\n"
    )
    assert python(program) == "[10, 10, 10, 10, 10, 10]\n"


@pytest.mark.parametrize(
    "leave",
    [
        "",
        "sys.exit(0)",
        "kept = [catalog, table, begun]",
        "import gc; gc.disable(); cycle = [begun]; cycle.append(cycle)",
        "threading.Thread(target=lambda: table.scan().to_arrow(), daemon=True).start();"
        "time.sleep(0.1)",
        "stream = pa.RecordBatchReader.from_stream(table.scan()); stream.read_next_batch()",
    ],
    ids=["nothing", "exit", "kept", "cycle", "daemon", "stream"],
)
def test_the_process_ends(large_file, leave):
    begin = time.monotonic()
    run_python(
        large_file.uri,
        "import firn, sys, threading, time\n"
        "import pyarrow as pa\n"
        "catalog = firn.open_catalog(URI)\n"
        "table = catalog.load_table('db.large')\n"
        "begun = iter(table.scan())\n"
        "next(begun)\n" + leave,
    )
    assert time.monotonic() - begin < 20
