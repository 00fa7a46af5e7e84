"""Export loops over San Francisco's restaurant inspections while others write: acceptance 2 of the two dialects.

exports.py <binary> <folder with LIVES files> [sqlite] [postgres]      both where none is named

A loop in the manner of Django's REST framework follows `next` of AuditComply; one in the manner of reporting tools
counts `offset` up with `limit=1000` and `columns` in the Action Audit Data API. Both read all inspections, twice: while
50 writes a second make other records, and while 50 a second make audits in the same organization. At the end, what
pages by number cannot do is shown and said, and fails nothing.
"""

import collections
import csv
import datetime
import json
import os
import subprocess
import sys
import threading
import time
import zoneinfo

import requests

from house import ENVIRONMENT, Failure, House, check, same

RATE, SLUG, READER, PASSWORD = 50, "san-francisco", "reader.sf", "walk by the bay"
COLUMNS = "number,subject,stage,score_main,audit_finished_at,updated_at"


class Writers:
    """A clock that gives out RATE writes a second to a few threads; a write is a GraphQL mutation."""

    def __init__(self, house, token, document, given):
        self.house, self.token, self.document, self.given = house, token, document, given
        self.lock, self.turn, self.done, self.refused = threading.Lock(), 0, [], []
        self.over, self.begun = threading.Event(), time.monotonic()
        self.threads = [threading.Thread(target=self.write, daemon=True) for _ in range(6)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()
        self.seconds = time.monotonic() - self.begun

    def write(self):
        session = requests.Session()
        session.trust_env = False
        session.headers["authorization"] = f"Bearer {self.token}"
        while not self.over.is_set():
            with self.lock:
                self.turn += 1
                turn = self.turn
            wait = self.begun + turn / RATE - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            given = self.given(turn)
            if given is None:
                return
            body = {"query": self.document, "variables": {"i": given}}
            try:
                told = session.post(self.house.base + "/graphql", json=body, timeout=30).json()
                payload = next(iter((told.get("data") or {}).values()), None)
                good = payload and not payload["userErrors"]
                (self.done if good else self.refused).append(payload if good else told)
            except (requests.RequestException, ValueError) as fault:
                self.refused.append(str(fault))

    def said(self):
        rate = len(self.done) / self.seconds
        why = f", {len(self.refused)} refused, such as {str(self.refused[0])[:200]}" if self.refused else ""
        return f"{len(self.done)} writes in {self.seconds:.0f} s, {rate:.0f} a second{why}"


def followed(house, path):
    """The DRF loop: rows and the counts told on the pages."""
    found, counts = [], []
    while path:
        told = house.comply("GET", path, READER)
        check(told.status_code == 200, f"{path}: {told.status_code} {told.text[:300]}")
        page = told.json()
        found += page["results"]
        counts.append(page["count"])
        path = page["next"]
    return found, counts


def counted(house, token, query=""):
    """The BI loop: rows and the totals told on the pages."""
    found, totals = [], []
    while True:
        told = house.export(f"audits.json?offset={len(found)}&limit=1000&columns={COLUMNS}{query}", token)
        check(told.status_code == 200, f"{told.status_code} {told.text[:300]}")
        page = told.json()["data"]
        found += page
        totals.append(int(told.headers["x-total-count"]))
        if len(page) < 1000:
            return found, totals


def settle(house, folder):
    """Makes the organization with a reader, and imports the inspections; gives the report."""
    words = ["user", "add", READER, "--organization", SLUG, "--new-organization", "San Francisco", "--time-zone",
             "America/Los_Angeles", "--password-stdin"]
    done = subprocess.run([house.binary, *words, *house.flags], input=PASSWORD + "\n", text=True, capture_output=True,
                          env=ENVIRONMENT, cwd=house.work)
    check(done.returncode == 0, done.stderr)
    begun = time.monotonic()
    report = json.loads(house.command("import", "lives", os.path.abspath(folder), "--organization", SLUG))
    print(f"  imported in {time.monotonic() - begun:.0f} s: {json.dumps(report['inspections'])}")
    token = house.token(READER, SLUG, PASSWORD)
    own = house.graphql(token, "{ viewer { user { id } organization { id } } }")["viewer"]
    for document, given in [
        ("mutation($i: UpdateOrganizationInput!) { updateOrganization(input: $i) { userErrors { message } } }",
         {"id": own["organization"]["id"], "dataApiEnabled": True}),
        ("mutation($i: GrantApiAccessInput!) { grantApiAccess(input: $i) { userErrors { message } } }",
         {"userId": own["user"]["id"]}),
    ]:
        told = house.graphql(token, document, {"i": given})
        same([one["userErrors"] for one in told.values()], [[]])
    house.jwt(READER, PASSWORD)
    return report, token


def day(instant):
    """The day of an instant in San Francisco, as the file writes it."""
    at = datetime.datetime.fromisoformat(instant.replace("Z", "+00:00"))
    return at.astimezone(zoneinfo.ZoneInfo("America/Los_Angeles")).strftime("%Y%m%d")


def complete(folder, report, rows):
    """Compares day and score of what was read with the file."""
    with open(os.path.join(folder, "inspections.csv"), encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    same(len(lines), report["inspections"]["received"])
    same(report["inspections"]["refused"], 0)
    wanted = collections.Counter((line["date"], line["score"] or None) for line in lines)
    found = collections.Counter((day(row["audit_finished_at"]), None if row["score_main"] is None else
                                 str(row["score_main"])) for row in rows)
    more, less = found - wanted, wanted - found
    check(not more, f"not in the file: {list(more.items())[:5]}")
    same(sum(less.values()), report["inspections"]["repeated"], f"in the file only: {list(less.items())[:5]}")


def once(keys, what):
    repeated = [key for key, times in collections.Counter(keys).items() if times > 1]
    check(not repeated, f"{what}: {len(repeated)} rows twice, such as {repeated[:3]}")


def twice(house, token, base, what):
    """Both loops, twice; the rows of `base` must be there each time, once, unchanged and in the same order."""
    for turn in [1, 2]:
        for loop, key, read in [("DRF", "id", lambda: followed(house, "/audits/")),
                                ("BI", "uuid", lambda: counted(house, token))]:
            begun = time.monotonic()
            found, totals = read()
            if loop not in base:
                base[loop] = found
            known = {row[key] for row in base[loop]}
            old, new = [row for row in found if row[key] in known], [row for row in found if row[key] not in known]
            once([row[key] for row in old], f"{loop} {what}")
            same(len(old), len(base[loop]), f"{loop} {what}")
            check(old == base[loop], f"{loop} {what}: other rows, or in another order")
            check(found[:len(old)] == old, f"{loop} {what}: a new row among the old ones")
            check(totals == sorted(totals), f"{loop} {what}: totals fell")
            base[loop, "new"] = [row[key] for row in new]
            again = len(new) - len(set(base[loop, "new"]))
            print(f"  {what}, {loop} loop, reading {turn}: {len(found)} rows on {len(totals)} pages in "
                  f"{time.monotonic() - begun:.1f} s, the {len(old)} each once and unchanged, {len(new)} new ones "
                  f"behind them ({again} of these again), totals {totals[0]} to {totals[-1]}", flush=True)


def mutation(name, fields):
    kind = name[0].upper() + name[1:] + "Input"
    return f"mutation($i: {kind}!) {{ {name}(input: $i) {{ {fields} userErrors {{ message }} }} }}"


def limits(house, token, base):
    """What pages by number cannot do: rows that come or go before a page move those on it."""
    make = mutation("createAudit", "audit { uuid }")
    with Writers(house, token, make, lambda turn: {"name": f"Newest {turn}"}) as writers:
        found, _ = counted(house, token, "&sort_dir=desc")
    twice_read = sum(times - 1 for times in collections.Counter(row["uuid"] for row in found).values())
    print(f"  beyond the paging: newest first while audits are made, the BI loop read {len(found)} rows, {twice_read} "
          f"of them again ({writers.said()}): what is made before the page pushes rows on to the next one")
    known = {row["uuid"] for row in base["BI"]}
    check(known <= {row["uuid"] for row in found}, "a row was missed while rows were only added")
    nodes, after = [], None
    while len(nodes) < 1000:
        cursor = f', after: "{after}"' if after else ""
        page = house.graphql(token, f"{{ audits(first: 100{cursor}, orderBy: [{{field: LEGACY_ID, direction: DESC}}]) "
                                    "{ nodes { id uuid } pageInfo { endCursor } } }")["audits"]
        nodes, after = nodes + page["nodes"], page["pageInfo"]["endCursor"]
    drop = mutation("deleteAudit", "__typename")
    before = {row["uuid"] for row in counted(house, token)[0]}
    newest = [{"id": node["id"]} for node in nodes]
    with Writers(house, token, drop, lambda turn: newest[turn - 1] if turn <= len(newest) else None) as writers:
        found, _ = counted(house, token, "&sort_dir=desc")
    gone = {node["uuid"] for node in nodes}
    missed = before - gone - {row["uuid"] for row in found}
    print(f"  beyond the paging: newest first while the newest are removed, the BI loop missed {len(missed)} of the "
          f"rows that stayed ({writers.said()}): what goes before the page pulls rows back to pages already read")


def on(binary, store, folder):
    print(f"exports {store}")
    house = House(binary, store)
    try:
        house.start()
        report, token = settle(house, folder)
        base = {}
        idea = mutation("createIdea", "idea { uuid }")
        with Writers(house, token, idea, lambda turn: {"subject": f"Elsewhere {turn}"}) as writers:
            twice(house, token, base, "with other records made")
        print(f"  {writers.said()}")
        same(len(base["BI"]), report["inspections"]["created"])
        same(len(base["DRF"]), len(base["BI"]))
        complete(folder, report, base["BI"])
        audit = mutation("createAudit", "audit { uuid legacyId }")
        with Writers(house, token, audit, lambda turn: {"name": f"Beside {turn}"}) as writers:
            twice(house, token, base, "with audits made")
        print(f"  {writers.said()}")
        made = {one["audit"]["uuid"] for one in writers.done}
        check(set(base["BI", "new"]) <= made, "a new row that nobody made")
        after = [row["uuid"] for row in counted(house, token)[0][len(base["BI"]):]]
        same(sorted(after), sorted(made), "when all is quiet every audit made is there")
        seen = set(base["BI", "new"])
        late = [uuid for uuid in after[:len(seen)] if uuid not in seen]
        print(f"  the last BI reading saw {len(seen)} of the audits made; {len(late)} came late, before ones already "
              "read: what is committed in another order than it was numbered in can be missed or read again, "
              "though only among what is made during the reading")
        limits(house, token, base)
    finally:
        house.finish()


def main():
    if len(sys.argv) < 3 or not os.path.exists(os.path.join(sys.argv[2], "inspections.csv")):
        sys.exit(__doc__)
    binary, folder, *stores = sys.argv[1:]
    for store in stores or ["sqlite", "postgres"]:
        if store == "postgres" and "TEST_DATABASE_URL" not in os.environ:
            sys.exit("exports: TEST_DATABASE_URL does not name a PostgreSQL server")
        try:
            on(binary, store, folder)
        except Failure as fault:
            sys.exit(f"exports {store}: FAILED: {fault}")
    print("exports: ok")


if __name__ == "__main__":
    main()
