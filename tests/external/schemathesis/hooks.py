"""Hooks of every dialect: the statuses of all answers, told at the end, and the hooks of the dialect at hand."""

import atexit
import collections
import importlib.util
import os
import pathlib
import threading

import schemathesis

ANSWERS = collections.defaultdict(collections.Counter)
LOCK = threading.Lock()


@schemathesis.hook
def after_call(context, case, response):
    with LOCK:
        ANSWERS[case.operation.label][response.status_code] += 1


@atexit.register
def tell():
    """Every operation with the share of its answers that were of use, and how often each status came."""
    for label, statuses in sorted(ANSWERS.items()):
        total = statuses.total()
        good = sum(count for status, count in statuses.items() if 200 <= status < 300)
        each = " ".join(f"{status}:{count}" for status, count in sorted(statuses.items()))
        print(f"{100 * good / total:5.1f} % of {total:6} 2xx  {label}  {each}")
    everything = sum((statuses.total() for statuses in ANSWERS.values()), 0)
    print(f"{everything} requests in all")


path = pathlib.Path(__file__).with_name(f"{os.environ['DIALECT']}.py")
if path.exists():
    spec = importlib.util.spec_from_file_location("dialect_hooks", path)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
