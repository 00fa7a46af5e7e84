"""The trail is provably not rewritten."""

import json
import os
import sqlite3
import subprocess
import sys

from house import ENVIRONMENT, check, psql, same

HERE = os.path.dirname(os.path.abspath(__file__))
VERIFIER = os.path.join(HERE, "..", "..", "..", "docs", "verify_trail.py")


def verified(house):
    """What the program and the script without it say of the trail of the first organization: exit codes and texts."""
    slug = ["--organization", "harbour-foods"]
    own = subprocess.run([house.binary, "verify", *slug, *house.flags], env=ENVIRONMENT, cwd=house.work,
                         capture_output=True, text=True)
    bundle = subprocess.run([house.binary, "trail", "export", *slug, *house.flags], env=ENVIRONMENT, cwd=house.work,
                            capture_output=True, text=True)
    path = os.path.join(house.work, "bundle.ndjson")
    with open(path, "w", encoding="utf-8") as file:
        file.write(bundle.stdout)
    script = subprocess.run([sys.executable, VERIFIER, path], capture_output=True, text=True)
    return (own.returncode, own.stdout + own.stderr), (script.returncode, script.stdout + script.stderr)


def clean(house):
    for code, said in verified(house):
        check(code == 0, said)


def item_4_every_tampering_is_named(house):
    organization = "(SELECT id FROM organization WHERE slug = 'harbour-foods')"
    where = f"organization_id = {organization}"
    for number in range(6):
        house.make("createItem", "item { id }", name=f"Evidence {number}")
    last = house.events()
    clean(house)
    # Nobody may: whoever does it all the same takes the guard away first.
    if house.database:
        json_text = "(replace(snapshot_after::text, 'Evidence', 'evidence'))::json"
        guard = ["ALTER TABLE change_event DISABLE TRIGGER USER", "ALTER TABLE change_event ENABLE TRIGGER USER"]
    else:
        guard, json_text = None, "replace(snapshot_after, 'Evidence', 'evidence')"
    house.stop()
    columns = ("organization_id, sequence, uuid, entity_type, entity_uuid, action, event_date, action_date, surface, "
               "salt, leaf, leaf_hash, snapshot_after")
    # Older SQLite, as Python's may be, takes no JSON that is null.
    copied = columns.replace("sequence, uuid", "9999999, entity_uuid") + ", '{}', '{}'"
    columns += ", snapshot_before, extra"
    changes = {
        "one snapshot": (f"UPDATE change_event SET snapshot_after = {json_text} WHERE {where} AND sequence = "
                         f"{last - 3}", last - 3),
        "one removed": (f"DELETE FROM change_event WHERE {where} AND sequence = {last - 3}", last - 3),
        "two swapped": (f"UPDATE change_event SET sequence = sequence + 1000000 WHERE {where} AND sequence IN "
                        f"({last - 3}, {last - 2}); UPDATE change_event SET sequence = {2 * last - 5 + 1000000} - "
                        f"sequence WHERE {where} AND sequence > 1000000", last - 3),
        "one inserted": (f"UPDATE change_event SET sequence = sequence + 1000001 WHERE {where} AND sequence >= "
                         f"{last - 1}; UPDATE change_event SET sequence = sequence - 1000000 WHERE {where} AND "
                         f"sequence > 1000000; INSERT INTO change_event ({columns}) SELECT "
                         f"{copied.replace('9999999', str(last - 1))} FROM change_event WHERE {where} AND "
                         f"sequence = {last - 2}", last - 1),
    }
    try:
        for what, (sql, first) in changes.items():
            kept = keep(house)
            tamper(house, guard, sql)
            for who, (code, said) in zip(["verify", "the script"], verified(house)):
                check(code != 0 and str(first) in said, f"{what}, {who}: {code} {said[-600:]}")
            restore(house, kept)
        clean(house)
    finally:
        house.start()
    house.tokens.clear()
    event = house.ask("{ changeEvents(first: 1, orderBy: [{field: SEQUENCE, direction: DESC}]) { nodes { uuid } } }")
    house.stop()
    house.command("trail", "erase", "--organization", "harbour-foods", "--event",
                  event["changeEvents"]["nodes"][0]["uuid"], "--reason", "an order of the court")
    clean(house)
    house.start()
    house.tokens.clear()
    proofs(house)


def keep(house):
    if house.database:
        name = house.database[1]
        psql(house.database[0], f"CREATE DATABASE {name}_kept TEMPLATE {name}")
        return name
    path = os.path.join(house.work, "data", "audit-gateway.sqlite")
    with sqlite3.connect(path) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    with open(path, "rb") as file:
        return file.read()


def restore(house, kept):
    if house.database:
        psql(house.database[0], f"DROP DATABASE {kept} WITH (FORCE)")
        psql(house.database[0], f"ALTER DATABASE {kept}_kept RENAME TO {kept}")
        return
    path = os.path.join(house.work, "data", "audit-gateway.sqlite")
    for end in ["-wal", "-shm"]:
        if os.path.exists(path + end):
            os.remove(path + end)
    with open(path, "wb") as file:
        file.write(kept)


def tamper(house, guard, sql):
    if guard:
        house.operator("; ".join([guard[0], sql, guard[1]]))
        return
    store = sqlite3.connect(os.path.join(house.work, "data", "audit-gateway.sqlite"), isolation_level=None)
    names = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = "
                                               "'change_event'")]
    made = [text for (text,) in store.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = "
                                              "'change_event'")]
    for name in names:
        store.execute(f"DROP TRIGGER {name}")
    store.executescript(sql)
    for text in made:
        store.execute(text)
    store.close()


def proofs(house):
    """A mutation's receipt, its proof of inclusion, and that the longer trail holds the shorter one."""
    token = house.token()
    document = "mutation { createItem(input: {name: \"Proven\"}) { item { id } userErrors { code } } }"
    told = house.send("POST", "/graphql", json={"query": document}, headers={"authorization": f"Bearer {token}"}).json()
    receipt = told["extensions"]["trail"][0]
    event = house.ask("query($s: Long!) { changeEvents(first: 1, filter: {sequence: {eq: $s}}) { nodes { id } } }",
                      s=receipt["sequence"])["changeEvents"]["nodes"][0]
    proof = house.ask("query($e: ID!) { trailProof(event: $e) { leafHash } trailCheckpoint { size } }", e=event["id"])
    same(proof["trailProof"]["leafHash"], receipt["leafHash"])
    check(proof["trailCheckpoint"]["size"] >= receipt["sequence"], json.dumps(proof))
