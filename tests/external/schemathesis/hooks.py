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
        kept = case.meta is not None and case.meta.generation.mode.is_positive
        ANSWERS[case.operation.label][response.status_code, kept] += 1


def share(counts):
    """How many answers there are, and which share of them was of use."""
    total = counts.total()
    good = sum(count for (status, _), count in counts.items() if 200 <= status < 300)
    return f"{100 * good / max(total, 1):5.1f} % of {total:6}"


@atexit.register
def tell():
    """For every operation the share of 2xx among all answers and among those to requests that keep to the document."""
    for label, counts in sorted(ANSWERS.items()):
        kept = collections.Counter({key: count for key, count in counts.items() if key[1]})
        each = collections.Counter()
        for (status, _), count in counts.items():
            each[status] += count
        told = " ".join(f"{status}:{count}" for status, count in sorted(each.items()))
        print(f"{share(counts)} 2xx, {share(kept)} as described  {label}  {told}")
    everything = sum(ANSWERS.values(), collections.Counter())
    print(f"{share(everything)} requests in all")


path = pathlib.Path(__file__).with_name(f"{os.environ['DIALECT']}.py")
if path.exists():
    spec = importlib.util.spec_from_file_location("dialect_hooks", path)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
