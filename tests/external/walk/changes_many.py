"""Many at once: writers of one record, numbers, keys, crashes, a subscriber who is cut off, idle subscriptions."""

import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import requests

from house import ENVIRONMENT, House, check, same

HERE = os.path.dirname(os.path.abspath(__file__))


def at_once(count, work):
    """Runs `work(0)` to `work(count - 1)` at the same time and gives what they give, in order."""
    gate = threading.Barrier(count)

    def one(number):
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def post(house, token, document, given):
    told = requests.post(house.base + "/graphql", json={"query": document, "variables": {"i": given}}, timeout=120,
                         headers={"authorization": f"Bearer {token}"})
    check(told.status_code < 500, told.text)
    return told.json()


def item_2_many_writers(house):
    token = house.token()
    site = house.make("createAsset", "asset { id }", kind="SITE", name="Crowded hall")["id"]
    audit = house.make("createAudit", "audit { id version }", assetId=site, name="Contested")
    document = "mutation($i: UpdateAuditInput!) { updateAudit(input: $i) { userErrors { code } audit { version } } }"
    for turn in range(5):
        version = house.ask("query($a: ID!) { audit(id: $a) { version } }", a=audit["id"])["audit"]["version"]
        told = at_once(64, lambda n: post(house, token, document, {"id": audit["id"], "expectedVersion": version,
                                                                   "title": f"{turn} by {n}"}))
        won = [answer for answer in told if not answer.get("errors")]
        lost = [answer["errors"][0]["extensions"] for answer in told if answer.get("errors")]
        same([len(won), len(lost)], [1, 63])
        check(all(one["code"] == "CONFLICT" and one["currentVersion"] == version + 1 for one in lost), lost[:2])
    empty = house.make("createAsset", "asset { id }", kind="SITE", name="Empty hall")["id"]
    document = "mutation($i: CreateAuditInput!) { createAudit(input: $i) { userErrors { code } " \
               "audit { assetSequence } } }"
    told = at_once(64, lambda n: post(house, token, document, {"assetId": empty, "name": f"Round {n}"}))
    numbers = sorted(answer["data"]["createAudit"]["audit"]["assetSequence"] for answer in told)
    same(numbers, list(range(1, 65)))
    before = house.events()
    document = "mutation($i: CreateItemInput!) { createItem(input: $i) { userErrors { code } item { id name } } }"
    given = {"name": "Only once", "idempotencyKey": "walk-once"}
    told = at_once(32, lambda n: post(house, token, document, given)["data"])
    check(all(one == told[0] for one in told), told[:2])
    same(house.events(), before + 1)


def item_3_kills_lose_nothing(house):
    kills = os.environ.get("CRASHES", "20")
    done = subprocess.run([sys.executable, os.path.join(HERE, "..", "crash.py"), house.binary, house.store],
                          env={**os.environ, "CRASHES": kills}, capture_output=True, text=True)
    check(done.returncode == 0, done.stdout[-800:] + done.stderr[-800:])
    same(done.stdout.count(f"crash: {house.store}, round"), int(kills))


def item_5_a_subscriber_who_is_dropped_every_second(house):
    """Two processes on one store write, and the reader changes between them; ../live.mjs and tests/it/live say the same
    of WebSocket and server-sent events."""
    other = House(house.binary, house.store)
    if other.database:
        other.finish()
    other.store, other.database, other.flags = house.store, None, house.flags
    other.work = house.work
    other.start()
    try:
        token, begun, seen = house.token(), house.events(), []
        document = "mutation($i: CreateItemInput!) { createItem(input: $i) { userErrors { code } } }"

        def write(place):
            for number in range(625):
                post(place, token, document, {"name": f"Row {number}"})
                # About a minute in all.
                time.sleep(0.08)

        with ThreadPoolExecutor(8) as pool:
            writers = [pool.submit(write, place) for place in [house, other] * 4]
            last = begun + 5_000
            turn = 0
            while not seen or seen[-1] < last:
                place = [house, other][turn % 2]
                turn += 1
                seen += one_second(place, token, seen[-1] if seen else begun)
                check(turn < 600, f"after {turn} connections only {len(seen)} events")
            for writer in writers:
                writer.result()
        same(seen, list(range(begun + 1, last + 1)))
        print(f"  5,000 events over {turn} connections, none twice", flush=True)
    finally:
        other.stop()


def one_second(place, token, after):
    """Sequences that the feed tells in a second, in their order."""
    found, end = [], time.monotonic() + 1
    with requests.get(f"{place.base}/trail/events?after={after}", headers={"authorization": f"Bearer {token}"},
                      stream=True, timeout=(10, 1)) as told:
        check(told.status_code == 200, told.text if told.status_code != 200 else "")
        try:
            for line in told.iter_lines(chunk_size=1024):
                if line.strip():
                    found.append(json.loads(line)["sequence"])
                if time.monotonic() > end:
                    break
        except requests.exceptions.RequestException:
            pass
    return found


def item_6_idle_subscriptions(house):
    """The rates of mutations are the benchmark's."""
    count = os.environ.get("IDLE", "10000")
    crowd = House(house.binary, house.store)
    try:
        crowd.start("--connections", "12000", "--user-connections", "12000")
        done = subprocess.run(["node", os.path.join(HERE, "..", "idle.mjs"), crowd.base, crowd.token(),
                               str(crowd.process.pid), crowd.binary, os.path.join(crowd.work, "data"), count],
                              env={**ENVIRONMENT, **({"DATABASE_URL": crowd.url} if crowd.database else {})},
                              capture_output=True, text=True)
        check(done.returncode == 0, done.stdout[-800:] + done.stderr[-800:])
        print("  " + done.stdout.strip().replace("\n", "\n  "), flush=True)
    finally:
        crowd.finish()
