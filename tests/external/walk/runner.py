"""Runs the items of a walk, in their order, on both stores."""

import os
import re
import sys
import time
import traceback

from house import Failure, House


def run(name, count, modules, prepare=lambda house: None):
    """Says how each of the items 1 to `count` went; ends the program with 1 if one failed or has no function."""
    items = {}
    for module in modules:
        for function in vars(module).values():
            found = re.match(r"item_(\d+)_", getattr(function, "__name__", ""))
            if found:
                number = int(found[1])
                if items.setdefault(number, function) is not function:
                    sys.exit(f"{name}: item {number} has two functions")
    missing = [number for number in range(1, count + 1) if number not in items]
    if missing or len(items) != count:
        sys.exit(f"{name}: no function shows the items {missing}; there are {len(items)}")
    if len(sys.argv) < 2:
        sys.exit(f"{sys.argv[0]} <binary> [sqlite] [postgres]   both where none is named; ITEMS=3,7: only these")
    binary, *stores = sys.argv[1:]
    only = {int(number) for number in os.environ.get("ITEMS", "").split(",") if number}
    failed = 0
    for store in stores or ["sqlite", "postgres"]:
        if store == "postgres" and "TEST_DATABASE_URL" not in os.environ:
            if os.environ.get("REQUIRE_POSTGRES") or stores:
                sys.exit(f"{name}: TEST_DATABASE_URL does not name a PostgreSQL server")
            print(f"{name}: NOT DONE on PostgreSQL, because TEST_DATABASE_URL names none", file=sys.stderr)
            continue
        failed += walk(name, (binary, store), items, only, prepare)
    sys.exit(1 if failed else 0)


def walk(name, place, items, only, prepare):
    failures, begun = [], time.monotonic()
    chosen = [number for number in sorted(items) if not only or number in only]
    house = House(*place)
    try:
        prepare(house.start())
        for number in chosen:
            at = time.monotonic()
            try:
                items[number](house)
                print(f"{name} {place[1]} {number:02} ok {time.monotonic() - at:.1f}s", flush=True)
            except Exception as fault:
                failures.append(number)
                why = str(fault) if isinstance(fault, Failure) else traceback.format_exc(limit=-4)
                line = traceback.extract_tb(fault.__traceback__)[1].lineno if isinstance(fault, Failure) else 0
                print(f"{name} {place[1]} {number:02} FAILED line {line}: {why}", flush=True)
    finally:
        house.finish()
    print(f"{name} {place[1]}: {len(chosen) - len(failures)} of {len(chosen)} items shown in "
          f"{time.monotonic() - begun:.0f} s; failed: {failures}", flush=True)
    return len(failures)
