#!/usr/bin/env python3
"""Measures what pages far from the first cost, on a store of 1,000,000 audits.

usage: deep_pages.py BINARY [--store sqlite|URL of a PostgreSQL database] [--data FOLDER] [--audits 1000000] [--rounds 9]

Fills the store with `seed` where it holds no organization `bench` yet, and says how long that took. Then it asks for pages of AuditComply
and of the Action Audit Data API, near and far, one request after the other, and prints for each page the statements a request,
the processor milliseconds a request (gateway, PostgreSQL's backends, both) and the milliseconds that a request took: medians of the
rounds. Fails where a page costs more than twice the first one. Standard library only; `psql` for PostgreSQL.
"""

import argparse
import glob
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

ORGANIZATION = "bench"
PASSWORD = "correct horse battery staple"
MOST = 2.0


class Store:
    """Where the audits are."""

    def __init__(self, given, folder):
        self.folder = folder
        self.is_postgres = given.store != "sqlite"
        url = given.store if self.is_postgres else "sqlite://" + os.path.join(folder, "audit-gateway.sqlite")
        self.binary = os.path.abspath(given.binary)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AUDIT_GATEWAY_")}
        self.environment = {**kept, "DATABASE_URL": url, "AUDIT_GATEWAY_DATA_DIR": folder}
        self.url = url

    def run(self, *words, text=None):
        command = [self.binary, *words]
        return subprocess.run(command, env=self.environment, cwd=self.folder, input=text, capture_output=True, text=True)

    def must(self, *words, text=None):
        done = self.run(*words, text=text)
        if done.returncode:
            raise SystemExit(f"{' '.join(words)}: {done.stdout}{done.stderr}")

    def fill(self, audits):
        password = ["user", "password", f"{ORGANIZATION}-owner", "--password-stdin"]
        self.must("migrate", "up")
        # Where the owner is, the audits are.
        if self.run(*password, text=PASSWORD).returncode:
            begun = time.monotonic()
            self.must("seed", "--audits", str(audits), "--seed", "1", "--organization", ORGANIZATION, "--day", "2026-01-01")
            print(f"{audits} audits made in {time.monotonic() - begun:.0f} s", flush=True)
            self.must(*password, text=PASSWORD)
        if self.is_postgres:
            # As the store itself does after a while.
            subprocess.run(["psql", "-XAtqc", "VACUUM (ANALYZE)", self.url], check=True, stderr=subprocess.DEVNULL)

    def backends(self):
        """The processes of PostgreSQL that work for us."""
        if not self.is_postgres:
            return []
        sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        out = subprocess.run(["psql", "-XAtqc", sql, self.url], check=True, capture_output=True, text=True).stdout
        return out.split()


class Client:
    """One connection, one request after the other."""

    def __init__(self, address):
        self.connection = http.client.HTTPConnection(address, timeout=120)

    def ask(self, path, headers=None, body=None):
        headers = {"content-type": "application/json", **(headers or {})}
        self.connection.request("POST" if body else "GET", path, json.dumps(body) if body else None, headers)
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {data[:500]!r}")
        return answer, data

    def graphql(self, token, query, **variables):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = json.loads(self.ask("/graphql", headers, {"query": query, "variables": variables})[1])
        if "errors" in answer:
            raise SystemExit(f"{query}: {answer}")
        return answer["data"]

    def statements(self, surface):
        """How many requests of a surface there were, and how many statements of theirs."""
        lines = self.ask("/metrics")[1].decode().splitlines()
        told = lambda name: sum(
            float(line.rsplit(" ", 1)[1])
            for line in lines
            if line.startswith(f"audit_gateway_request_statements_{name}") and f'surface="{surface}"' in line
        )
        return told("count"), told("sum")


def tokens(client):
    """Headers by interface."""
    owner, login = f"{ORGANIZATION}-owner", "mutation L($input: LoginInput!) { login(input: $input) { accessToken } }"
    given = {"username": owner, "password": PASSWORD, "organization": ORGANIZATION}
    token = client.graphql(None, login, input=given)["login"]["accessToken"]
    me = client.graphql(token, "{ viewer { user { id } } }")["viewer"]["user"]["id"]
    grant = "mutation G($input: GrantApiAccessInput!) { grantApiAccess(input: $input) { userErrors { message } } }"
    client.graphql(token, grant, input={"userId": me})
    keys = client.graphql(token, "{ apiKeys(first: 10, filter: {purpose: {eq: DATA_API}, revokedAt: {isNull: true}}) { nodes { id } } }")
    show = "mutation S($input: ShowApiTokenInput!) { showApiToken(input: $input) { token } }"
    export = client.graphql(token, show, input={"id": keys["apiKeys"]["nodes"][0]["id"]})["showApiToken"]["token"]
    jwt = json.loads(client.ask("/api-token-auth/", None, {"username": owner, "password": PASSWORD})[1])["token"]
    return {"auditcomply": {"authorization": f"JWT {jwt}"}, "action_audit": {"authorization": f"Bearer {export}"}}


def pages(audits):
    """Interface, name of the page, address, and the rows that stand there."""
    last = audits // 25
    for number in sorted({1, 2, last // 2, last}):
        yield "auditcomply", f"page {number}", f"/audits/?page_size=25&page={number}", 25
    for offset in sorted({0, audits // 2, audits - 100}):
        yield "action_audit", f"offset {offset}", f"/xapi/v1/audits.json?limit=100&offset={offset}", 100


def seconds(process):
    """Processor seconds of a process, all its threads, to the nanosecond."""
    total = 0
    for path in glob.glob(f"/proc/{process}/task/*/schedstat"):
        try:
            with open(path, encoding="ascii") as file:
                total += int(file.read().split()[0])
        except OSError:
            continue
    return total / 1e9


def check(surface, answer, data, rows, audits):
    data = json.loads(data)
    if surface == "auditcomply":
        right = data["count"] == audits and len(data["results"]) == rows
    else:
        right = int(answer.headers["X-Total-Count"]) == audits and len(data["data"]) == rows
    if not right:
        raise SystemExit(f"{surface}: not {rows} rows of {audits}")


def measure(store, client, process, audits, given):
    headers, seen = tokens(client), {}
    listed = list(pages(audits))
    for surface, _, path, rows in listed * 10:
        check(surface, *client.ask(path, headers[surface]), rows, audits)
    for round_ in range(given.rounds):
        for page in listed if round_ % 2 else reversed(listed):
            surface, name, path, _ = page
            backends = store.backends()
            before, cpu, theirs = client.statements(surface), seconds(process), sum(map(seconds, backends))
            times = []
            for _ in range(given.requests):
                begun = time.perf_counter()
                client.ask(path, headers[surface])
                times.append((time.perf_counter() - begun) * 1000)
            cpu, theirs = seconds(process) - cpu, sum(map(seconds, backends)) - theirs
            requests, statements = (after - then for after, then in zip(client.statements(surface), before))
            own, others = cpu * 1000 / given.requests, theirs * 1000 / given.requests
            row = (statements / requests, own, others, own + others, statistics.median(times))
            seen.setdefault((surface, name), []).append(row)
    kind = "postgres" if store.is_postgres else "sqlite"
    print(f"{'store':9}{'interface':14}{'page':15}{'statements':>11}{'gateway ms':>11}{'backends ms':>12}{'CPU ms':>9}{'to first':>9}{'took ms':>9}")
    first, held = {}, True
    for surface, name, _, _ in listed:
        statements, own, others, both, took = map(statistics.median, zip(*seen[surface, name]))
        base = first.setdefault(surface, (statements, both))
        factor = both / base[1]
        held = held and factor <= MOST and statements <= MOST * base[0]
        print(f"{kind:9}{surface:14}{name:15}{statements:11.2f}{own:11.2f}{others:12.2f}{both:9.2f}{factor:9.2f}{took:9.2f}", flush=True)
    return held


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--store", default="sqlite")
    parser.add_argument("--data")
    parser.add_argument("--audits", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--requests", type=int, default=30)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(given, os.path.abspath(given.data or folder))
        store.fill(given.audits)
        command = [store.binary, "serve", "--listen", "127.0.0.1:0", "--log-level", "error"]
        log = os.path.join(folder, "log")
        with open(log, "wb") as errors:
            server = subprocess.Popen(
                command, env=store.environment, cwd=store.folder, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        try:
            address = None
            for line in server.stdout:
                address = re.search(r"^ready http://(127\.0\.0\.1:\d+)", line)
                if address:
                    break
            if not address:
                with open(log, encoding="utf-8") as errors:
                    raise SystemExit(errors.read())
            held = measure(store, Client(address.group(1)), server.pid, given.audits, given)
        finally:
            server.terminate()
            server.wait()
    sys.exit(0 if held else "a page costs more than twice the first one")


if __name__ == "__main__":
    main()
