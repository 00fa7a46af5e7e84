#!/usr/bin/env python3
"""Measures the search of the PackageX interface over 10,000 and 1,000,000 inventory audits.

usage: number_search.py BINARY [--store sqlite|URL of an empty PostgreSQL database] [--sizes 10000,1000000] [--rounds 40]

Starts the program on demonstration data, puts numbered audits of one location straight into the store, and prints the median and
the 95th percentile of exact, prefix, infix and one-typo searches in milliseconds, with the totals that they gave.
"""

import argparse
import json
import os
import re
import sqlite3
import statistics
import subprocess
import tempfile
import time
import urllib.request

TERMS = {"exact": "AUD-{n}", "prefix": "AUD-{p}", "infix": "D-{p}", "one typo": "AUD-{t}"}
COLUMNS = (
    "uuid, organization_id, number, number_norm, number_tail, name, asset_id, asset_kind, created_at, updated_at"
)


def rows_sql(store, first, last, asset, organization):
    """One statement that makes the audits AUD-first to AUD-last."""
    if store == "sqlite":
        return (
            f"WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last}) "
            f"INSERT INTO audit ({COLUMNS}) SELECT randomblob(16), {organization}, 'AUD-' || i, 'aud-' || i, CAST(i AS TEXT), "
            f"'AUD-' || i, {asset}, 'LOCATION', strftime('%Y-%m-%dT%H:%M:%S.000000Z', 1700000000 + i, 'unixepoch'), "
            "'2026-01-01T00:00:00.000000Z' FROM n"
        )
    return (
        f"INSERT INTO audit ({COLUMNS}) SELECT gen_random_uuid(), {organization}, 'AUD-' || i, 'aud-' || i, CAST(i AS TEXT), "
        f"'AUD-' || i, {asset}, 'LOCATION', to_timestamp(1700000000 + i), now() FROM generate_series({first}, {last}) i"
    )


class Store:
    """The store, past the program."""

    def __init__(self, url, folder):
        self.kind, self.url = ("sqlite", os.path.join(folder, "audit-gateway.sqlite")) if url == "sqlite" else ("postgres", url)

    def run(self, sql):
        if self.kind == "sqlite":
            with sqlite3.connect(self.url, timeout=600) as connection:
                return [list(map(str, row)) for row in connection.execute(sql).fetchall()]
        setting = "SET audit_gateway.organization = '*'"
        out = subprocess.run(
            ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", setting, "-c", sql, self.url],
            check=True, capture_output=True, text=True,
        ).stdout
        return [line.split("|") for line in out.splitlines()]


def ask(base, key, term):
    request = urllib.request.Request(f"{base}/v1/audits?search={term}", headers={"PX-API-KEY": key})
    begun = time.perf_counter()
    with urllib.request.urlopen(request, timeout=120) as answer:
        body = answer.read()
    return (time.perf_counter() - begun) * 1000, json.loads(body)["pagination"]["total_count"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--store", default="sqlite")
    parser.add_argument("--sizes", default="10000,1000000")
    parser.add_argument("--rounds", type=int, default=40)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        command = [given.binary, "serve", "--listen", "127.0.0.1:0", "--data-dir", folder, "--demonstration", "on"]
        environment = dict(os.environ)
        if given.store != "sqlite":
            environment["DATABASE_URL"] = given.store
        log = open(os.path.join(folder, "log"), "wb")
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
        try:
            base = None
            while base is None:
                line = server.stdout.readline()
                if not line:
                    raise SystemExit(open(log.name).read())
                found = re.search(r"http://127\.0\.0\.1:\d+", line)
                base = found and found.group(0)
            with open(os.path.join(folder, "demo-credentials.json"), encoding="utf-8") as file:
                key = json.load(file)["apiKey"]
            measure(Store(given.store, folder), base, key, given)
        finally:
            server.terminate()
            server.wait()


def measure(store, base, key, given):
    [[asset, organization]] = store.run("SELECT id, organization_id FROM asset WHERE slug = 'waalhaven-warehouse'")
    # The numbers of the demonstration are moved out of the way.
    there = 0
    store.run("UPDATE audit SET number = 'X' || number, number_norm = 'x' || number_norm WHERE asset_kind = 'LOCATION'")
    print(f"{'store':9} {'audits':>9} {'search':9} {'term':12} {'total':>6} {'median ms':>10} {'p95 ms':>8}")
    for size in map(int, given.sizes.split(",")):
        while there < size:
            step = min(size, there + 50_000)
            store.run(rows_sql(store.kind, there + 1, step, asset, organization))
            there = step
        if store.kind == "postgres":
            store.run("VACUUM (ANALYZE) audit")
            store.run("VACUUM (ANALYZE) audit_number")
        for name, form in TERMS.items():
            times, total, term = [], 0, ""
            for round_ in range(given.rounds):
                number = size * 52 // 100 + 233 + round_ * 7
                typo = str(number)[:2] + "X" + str(number)[3:]
                term = form.format(n=number, p=str(number)[:-1], t=typo)
                spent, total = ask(base, key, term)
                times.append(spent)
            times.sort()
            p95 = times[min(len(times) - 1, int(len(times) * 0.95))]
            print(f"{store.kind:9} {size:9} {name:9} {term:12} {total:6} {statistics.median(times):10.1f} {p95:8.1f}", flush=True)


if __name__ == "__main__":
    main()
