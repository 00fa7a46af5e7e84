"""kill -9 in the middle of 200 mutations at once, again and again: after each restart every acknowledged mutation is
there with its events, no event stands without its change and no change without its event, nothing is there twice, and
`verify` finds nothing. Standard library only; `psql` makes the database on PostgreSQL.

crash.py <binary> [sqlite] [postgres]      both where none is named

CRASHES: how many rounds (2). CRASH_SEED: the moments and the mutations. TEST_DATABASE_URL: the PostgreSQL server, whose
role may create databases.
"""

import asyncio
import base64
import collections
import hashlib
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

CONNECTIONS = 200
ROUNDS = int(os.environ.get("CRASHES", "2"))
SEED = int(os.environ.get("CRASH_SEED") or time.time_ns() % 1_000_000)
PEOPLE = {
    "harbour-foods": {
        "olivia.owner": "demo-olivia-owner",
        "adam.admin": "demo-adam-admin",
        "marta.manager": "demo-marta-manager",
    },
    "northwind-library": {"nora.owner": "demo-nora-owner"},
}
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("AUDIT_GATEWAY_")}
ENVIRONMENT.pop("DATABASE_URL", None)

# Mutation, what is read of the answer, type of the record that carries the text, field that carries it, and how many
# events there may be.
KINDS = {
    "createItem": ("item { id name }", "item", "name", {1}),
    "updateAudit": ("audit { id }", "audit", "notes", {1}),
    "createAudit": ("audit { id number assetSequence activities { nodes { id number } } }", "audit", "title", {3}),
    # The first answer starts the audit, which is an event of its own.
    "answerActivity": ("activity { id }", "activity", "observation", {1, 2}),
}


class Failure(Exception):
    pass


def check(holds, what):
    if not holds:
        raise Failure((what() if callable(what) else what)[:5000])


class Server:
    """The program on one store."""

    def __init__(self, binary, store, work):
        self.binary, self.store, self.work = os.path.abspath(binary), store, work
        self.flags = ["--data-dir", os.path.join(work, "data")]
        self.database = None
        if store == "postgres":
            admin = os.environ["TEST_DATABASE_URL"]
            name = f"audit_gateway_crash_{os.getpid()}"
            psql(admin, f"CREATE DATABASE {name}")
            self.database = (admin, name)
            parts = urllib.parse.urlsplit(admin)
            self.flags += ["--database-url", urllib.parse.urlunsplit(parts._replace(path=f"/{name}"))]
        self.log = open(os.path.join(work, "log"), "ab")
        self.process = None

    def start(self):
        words = [self.binary, "serve", "--listen", "127.0.0.1:0", "--demonstration", "on", "--log-level", "warn"]
        words += self.flags
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=self.log, env=ENVIRONMENT, cwd=self.work)
        ready = threading.Timer(120, self.process.kill)
        ready.start()
        for line in self.process.stdout:
            found = re.match(rb"ready (http://127\.0\.0\.1:(\d+))", line)
            if found:
                ready.cancel()
                self.base, self.port = found[1].decode(), int(found[2])
                return
        raise Failure(f"the server does not get ready; {self.said()}")

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def said(self):
        self.log.flush()
        with open(self.log.name, "rb") as log:
            return "its log ends with\n" + log.read()[-3000:].decode(errors="replace")

    def verify(self, notes):
        words = [self.binary, "verify", "--state", *self.flags]
        if os.path.exists(notes):
            words += ["--checkpoint", notes]
        done = subprocess.run(words, env=ENVIRONMENT, cwd=self.work, capture_output=True, text=True)
        check(done.returncode == 0, lambda: f"verify ends with {done.returncode}:\n{done.stdout}{done.stderr}")

    def finish(self):
        if self.process and self.process.poll() is None:
            self.kill()
        self.log.close()
        if self.database:
            admin, name = self.database
            psql(admin, f"DROP DATABASE {name} WITH (FORCE)")


def psql(url, sql):
    subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", url, "-c", sql], check=True)


class Person:
    """Somebody who is signed in."""

    def __init__(self, server, organization, username, password):
        self.server, self.organization, self.username, self.token = server, organization, username, None
        given = {"username": username, "password": password, "organization": organization}
        document = "mutation($input: LoginInput!) { login(input: $input) { accessToken userErrors { message } } }"
        self.token = self.ask(document, {"input": given})["login"]["accessToken"]
        check(self.token, f"{username} cannot sign in")

    def get(self, path, body=None):
        headers = {"content-type": "application/json", "accept": "application/json"}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.server.base + path, body and json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    def ask(self, query, variables=None):
        answer = json.loads(self.get("/graphql", {"query": query, "variables": variables or {}}))
        check("errors" not in answer, lambda: f"{query[:200]} is refused: {json.dumps(answer)[:2000]}")
        return answer["data"]

    def make(self, mutation, fields, **given):
        kind = mutation[0].upper() + mutation[1:]
        selected = f"{fields} userErrors {{ message }}"
        document = f"mutation($input: {kind}Input!) {{ made: {mutation}(input: $input) {{ {selected} }} }}"
        made = self.ask(document, {"input": given})["made"]
        check(not made["userErrors"], lambda: f"{mutation}: {made}")
        return made

    def all(self, field, kind, filter, fields):
        """All records that pass."""
        found, after = [], None
        document = (
            f"query($filter: {kind}Filter, $after: String) {{ "
            f"page: {field}(first: 200, after: $after, filter: $filter) {{ "
            f"nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        )
        while True:
            page = self.ask(document, {"filter": filter, "after": after})["page"]
            found += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]

    def events(self, after):
        """The trail behind a sequence, which must have no gap."""
        lines = self.get(f"/trail/events?after={after}&follow=false").decode().splitlines()
        events = [json.loads(line) for line in lines if line]
        sequences = [event["sequence"] for event in events]
        expected = list(range(after + 1, after + 1 + len(events)))
        check(sequences == expected, lambda: f"{self.organization}: the trail has gaps: {sequences}")
        return events


class Sent:
    """One mutation, and what is known of it."""

    def __init__(self, person, mutation, text, given):
        self.person, self.mutation, self.text = person, mutation, text
        fields, _, carrier, _ = KINDS[mutation]
        kind = mutation[0].upper() + mutation[1:]
        selected = f"{fields} userErrors {{ message }}"
        document = f"mutation($input: {kind}Input!) {{ done: {mutation}(input: $input) {{ {selected} }} }}"
        given = {**given, carrier: text, "idempotencyKey": f"key of {text}"}
        body = json.dumps({"query": document, "variables": {"input": given}}).encode()
        self.message = (
            f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {person.token}\r\n"
            "accept: application/json\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        ).encode() + body
        self.answer = None
        # Filled in when the store was busy for too long: the client was told to come again.
        self.busy = False

    async def send(self, reader, writer):
        """Sends it and gives its answer, whole; anything less is an error of the connection."""
        writer.write(self.message)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
        answer = json.loads(await reader.readexactly(length))
        codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
        if codes == {"UNAVAILABLE"}:
            self.busy = True
            return None
        check(not codes and not answer["data"]["done"]["userErrors"], lambda: f"{self.text} is refused: {answer}")
        check(answer.get("extensions", {}).get("trail"), lambda: f"{self.text} has no receipt: {answer}")
        return answer


class Floor:
    """What one organization's mutations work on in a round."""

    def __init__(self, server, organization, turn):
        self.people = [Person(server, organization, *who) for who in PEOPLE[organization].items()]
        first = self.people[0]
        self.organization, self.turn = organization, turn
        questions = [{"subject": "Guards fitted?", "mandatory": True}, {"subject": "Floor clean?"}]
        made = first.make("createTemplate", "template { id }", kind="AUDIT", name=f"Crash {turn}", questions=questions)
        self.template = made["template"]["id"]
        self.asset = first.make("createAsset", "asset { id }", name=f"Crash {turn}")["asset"]["id"]
        self.audits, self.activities = [], []
        for at in range(4):
            given = {"title": f"ground {turn} {at}", "templateId": self.template}
            audit = first.make("createAudit", "audit { id activities { nodes { id } } }", **given)["audit"]
            self.audits.append(audit["id"])
            self.activities += [activity["id"] for activity in audit["activities"]["nodes"]]
        checkpoint = first.ask("{ trailCheckpoint { size note } }")["trailCheckpoint"]
        self.size, self.note = checkpoint["size"], checkpoint["note"]
        self.known = {}

    def mutation(self, chance, number):
        mutation = chance.choices(list(KINDS), [4, 3, 3, 2])[0]
        given = {
            "createItem": dict,
            "updateAudit": lambda: {"id": chance.choice(self.audits)},
            "createAudit": lambda: {"assetId": self.asset, "templateId": self.template},
            "answerActivity": lambda: {"id": chance.choice(self.activities)},
        }[mutation]()
        return Sent(chance.choice(self.people), mutation, f"crash {self.turn} {number}", given)

    def read(self, sent):
        """The events behind the first checkpoint, by the text of their mutation: each told once and whole."""
        events = self.people[0].events(self.size)
        by_request = collections.defaultdict(list)
        for event in events:
            by_request[event["requestId"]].append(event)
        told = {}
        for request, group in by_request.items():
            texts = sent.keys() & {text_of(event) for event in group}
            check(len(texts) == 1, lambda: f"request {request} is no mutation's: {texts} {group}")
            text = texts.pop()
            check(text not in told, lambda: f"{text} took effect twice: {told[text]} {group}")
            check(len(group) in KINDS[sent[text].mutation][3], lambda: f"{text} has {len(group)} events: {group}")
            told[text] = group
        self.known = told
        return events

    def compare(self, events, sent):
        """The records are what the events say, and there are no others."""
        first, told = self.people[0], self.known
        mutation_of = lambda name: {text for text in told if sent[text].mutation == name}
        items = first.all("items", "Item", {"name": {"startsWith": f"crash {self.turn} "}}, "uuid name")
        check(sorted(item["name"] for item in items) == sorted(mutation_of("createItem")), "items and events differ")
        audits = first.all("audits", "Audit", {"asset": {"id": {"eq": self.asset}}}, "title number assetSequence")
        titles = sorted(audit["title"] for audit in audits)
        check(titles == sorted(mutation_of("createAudit")), "audits and events differ")
        numbers = sorted(audit["assetSequence"] for audit in audits)
        check(numbers == list(range(1, len(audits) + 1)), lambda: f"numbers of the asset have gaps: {numbers}")
        numbers = sorted(int(audit["number"].removeprefix("AUD-")) for audit in audits)
        gap_free = not numbers or numbers == list(range(numbers[0], numbers[-1] + 1))
        check(gap_free, lambda: f"numbers have gaps: {numbers}")
        for field, kind, ids, carrier in (
            ("audits", "Audit", self.audits, "notes"),
            ("activities", "Activity", self.activities, "observation"),
        ):
            for record in first.all(field, kind, {"id": {"in": ids}}, f"uuid version {carrier}"):
                own = [event for event in events if event["entityUuid"] == record["uuid"]]
                check(record["version"] == 1 + len(own), lambda: f"{record} has {len(own)} events: an update was lost")
                last = own[-1]["snapshotAfter"][carrier] if own else record[carrier]
                check(record[carrier] == last, lambda: f"{record} is not what its last event says: {last}")

    def prove(self, events, sent):
        """Every event is in the signed tree, under the hash that the mutation's receipt names."""
        first = self.people[0]
        size = self.size + len(events)
        roots = set()
        hashes = {}
        for some in batches(events, 8):
            fields = "sequence leafIndex leaf leafHash hashes size rootHash"
            part = lambda at, event: f'p{at}: trailProof(event: "{event["id"]}", size: {size}) {{ {fields} }}'
            for proof in first.ask("{ " + " ".join(itertools.starmap(part, enumerate(some))) + " }").values():
                roots.add(proof["rootHash"])
                hashes[proof["sequence"]] = proof["leafHash"]
                check(proven(proof), lambda: f"an inclusion proof does not hold: {proof}")
        checkpoint = first.ask("{ trailCheckpoint { size rootHash } }")["trailCheckpoint"]
        check(checkpoint["size"] == size, lambda: f"the tree has {checkpoint['size']} leaves of {size} events")
        check(roots <= {checkpoint["rootHash"]}, lambda: f"roots differ: {roots} {checkpoint}")
        for one in sent.values():
            if one.answer:
                group = self.known.get(one.text)
                check(group, lambda: f"{one.text} was acknowledged and is gone: {one.answer}")
                told = [(event["sequence"], hashes[event["sequence"]]) for event in group]
                receipts = [(receipt["sequence"], receipt["leafHash"]) for receipt in one.answer["extensions"]["trail"]]
                check(told == receipts, lambda: f"{one.text}'s receipt says otherwise: {told} {receipts}")


def text_of(event):
    """The text that an event brings; what was there before is not meant."""
    before, after = event["snapshotBefore"] or {}, event["snapshotAfter"]
    for _, kind, carrier, _ in KINDS.values():
        text = after.get(carrier)
        if event["entityType"] == kind and text and text != before.get(carrier):
            return text
    return None


def batches(things, size):
    things = iter(things)
    while some := list(itertools.islice(things, size)):
        yield some


def proven(proof):
    """Whether the leaf is in the tree (RFC 9162, 2.1.3.2)."""
    node = lambda left, right: hashlib.sha256(b"\x01" + left + right).digest()
    own = hashlib.sha256(b"\x00" + base64.b64decode(proof["leaf"])).digest()
    if base64.b64encode(own).decode() != proof["leafHash"] or proof["sequence"] != proof["leafIndex"] + 1:
        return False
    at, last = proof["leafIndex"], proof["size"] - 1
    for other in map(base64.b64decode, proof["hashes"]):
        if last == 0:
            return False
        if at % 2 or at == last:
            own = node(other, own)
            while at % 2 == 0 and at != 0:
                at, last = at // 2, last // 2
        else:
            own = node(own, other)
        at, last = at // 2, last // 2
    return last == 0 and base64.b64encode(own).decode() == proof["rootHash"]


async def crash(server, floors, chance, answers):
    """Mutations over all connections until so many were answered and the server is killed. Gives them, and how many
    were under way then."""
    sent, numbers, under_way, rest = {}, itertools.count(1), set(), itertools.count(answers - 1, -1)
    enough = asyncio.Event()

    async def converse(reader, writer):
        while True:
            one = chance.choice(floors).mutation(chance, next(numbers))
            sent[one.text] = one
            under_way.add(one.text)
            one.answer = await one.send(reader, writer)
            under_way.discard(one.text)
            if next(rest) <= 0:
                enough.set()

    pairs = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(CONNECTIONS)]
    tasks = [asyncio.create_task(converse(*pair)) for pair in pairs]
    # A conversation that ends before has failed, which is told below.
    stop = asyncio.create_task(enough.wait())
    await asyncio.wait([stop, *tasks], timeout=120, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    # Between two answers, too.
    await asyncio.sleep(chance.uniform(0, 0.02))
    lost = len(under_way)
    server.kill()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if not isinstance(ended, (OSError, EOFError, asyncio.IncompleteReadError)):
            raise ended
    for _, writer in pairs:
        writer.close()
    return sent, lost


async def again(server, sent):
    """Sends every mutation once more and gives the answers."""
    rest, answers = list(sent.values()), {}

    async def converse():
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        while rest:
            one = rest.pop()
            for _ in range(20):
                answers[one.text] = await one.send(reader, writer)
                if answers[one.text]:
                    break
                await asyncio.sleep(0.5)
            check(answers[one.text], lambda: f"{one.text} was told 20 times to come again")
        writer.close()

    await asyncio.gather(*(converse() for _ in range(8)))
    return answers


def round_of(server, turn, chance, notes):
    floors = [Floor(server, organization, turn) for organization in PEOPLE]
    with open(notes, "a", encoding="utf-8") as file:
        file.write("\n".join(floor.note for floor in floors) + "\n")
    sent, lost = asyncio.run(crash(server, floors, chance, chance.randint(1, 300)))
    check(lost > CONNECTIONS / 2, f"only {lost} mutations were under way")
    acknowledged = {text for text, one in sent.items() if one.answer}
    server.start()
    server.verify(notes)
    of = lambda floor: {text: one for text, one in sent.items() if one.person in floor.people}
    for floor in floors:
        events = floor.read(of(floor))
        floor.compare(events, of(floor))
    done = {text for floor in floors for text in floor.known}
    check(acknowledged <= done, lambda: f"acknowledged and gone: {acknowledged - done}")
    busy = {text for text, one in sent.items() if one.busy}
    answers = asyncio.run(again(server, sent))
    for text in acknowledged:
        first, second = sent[text].answer, answers[text]
        # With its receipt, which is compared with the trail below.
        check(first == second, lambda: f"{text} is answered otherwise the second time:\n{first}\n{second}")
    for text, answer in answers.items():
        sent[text].answer = answer
    for floor in floors:
        before = floor.known
        events = floor.read(of(floor))
        check(floor.known.keys() == of(floor).keys(), "a mutation that was sent again is missing")
        check(all(floor.known[text] == group for text, group in before.items()), "what was there is told otherwise")
        floor.compare(events, of(floor))
        floor.prove(events, of(floor))
    print(
        f"crash: {server.store}, round {turn}: {len(sent)} mutations sent, {len(acknowledged)} acknowledged and there; "
        f"{lost} under way when it was killed, of which {len(done - acknowledged - busy)} had taken effect; "
        f"{len(busy)} told to come again, of which {len(busy & done)} had taken effect; "
        "all sent again without a second effect",
        flush=True,
    )


def on(binary, store):
    work = tempfile.mkdtemp(prefix="crash-")
    chance = random.Random(SEED)
    server = None
    try:
        server = Server(binary, store, work)
        server.start()
        for turn in range(1, ROUNDS + 1):
            round_of(server, turn, chance, os.path.join(work, "notes"))
        server.verify(os.path.join(work, "notes"))
    except BaseException:
        print(f"crash: {store}, CRASH_SEED={SEED}: failed; {server.said() if server else ''}", file=sys.stderr)
        raise
    finally:
        if server:
            server.finish()
        shutil.rmtree(work, ignore_errors=True)


def main():
    binary, *stores = sys.argv[1:]
    for store in stores or ["sqlite", "postgres"]:
        if store == "postgres" and "TEST_DATABASE_URL" not in os.environ:
            if os.environ.get("REQUIRE_POSTGRES") or stores:
                sys.exit("crash: TEST_DATABASE_URL does not name a PostgreSQL server")
            print("crash: NOT DONE on PostgreSQL, because TEST_DATABASE_URL names none", file=sys.stderr)
            continue
        on(binary, store)


if __name__ == "__main__":
    main()
