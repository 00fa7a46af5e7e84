"""Random documents, half of them wrong on purpose, made of the schema by schemathesis. None may be answered with a
server error: no status of 500 or above but 503, no code INTERNAL, nothing but JSON.

random_queries.py <base> <api key> <cases> [<seed>]
"""

import collections
import itertools
import re
import sys
import time

import graphql
import hypothesis
import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.graphql import nodes

BASE, KEY, CASES = sys.argv[1], sys.argv[2], int(sys.argv[3])
SEED = int(sys.argv[4]) if len(sys.argv) > 4 else 1
HEADERS = {"authorization": f"Bearer {KEY}"}

SCALARS = {
    "Long": st.integers().map(nodes.Int),
    "DateTime": (st.datetimes().map(lambda at: at.isoformat() + "Z") | st.text()).map(nodes.String),
    "Date": (st.dates().map(str) | st.text()).map(nodes.String),
    "Decimal": (st.decimals().map(str) | st.text()).map(nodes.String),
    "UUID": (st.uuids().map(str) | st.text()).map(nodes.String),
    "URL": st.text().map(nodes.String),
    "JSON": st.text().map(nodes.String),
}
for name, strategy in SCALARS.items():
    schemathesis.graphql.scalar(name, strategy)

schema = schemathesis.graphql.from_url(f"{BASE}/graphql", headers=HEADERS)
operations = [result.ok() for result in schema.get_all_operations()]
tally = collections.Counter()
slowest = 0.0
session = requests.Session()


def known_ids():
    """Ids of records that are there, a few of every list, by type."""
    found = collections.defaultdict(list)
    for operation in operations:
        query = f"{{ {operation.label.removeprefix('Query.')}(first: 3) {{ nodes {{ id __typename }} }} }}"
        answer = session.post(f"{BASE}/graphql", json={"query": query}, headers=HEADERS, timeout=30).json()
        if "errors" not in answer:
            page = next(iter(answer["data"].values()))
            for node in page["nodes"]:
                found[node["__typename"]].append(node["id"])
    return found


IDS = known_ids()
# What would lock this client out keeps its made-up ids.
OWN = re.compile("ApiKey|ApiAccess|ApiToken|Membership|User|Organization|logout")


class Mend(graphql.Visitor):
    """Makes a random document one that can be answered: ids of records, no cursor out of thin air, no stale version."""

    def __init__(self, label, chance):
        super().__init__()
        self.label, self.chance = label, chance
        self.foreign = not OWN.search(label)

    def id_for(self, name):
        """An id of the type that the name, or else the root field, speaks of."""
        for text in (name, self.label):
            fitting = [ids for kind, ids in IDS.items() if kind.lower() in text.lower()]
            if fitting:
                return graphql.StringValueNode(value=self.chance.choice(max(fitting, key=len)))
        return graphql.StringValueNode(value=self.chance.choice(sum(IDS.values(), [])))

    def enter_argument(self, node, *_):
        """Leaves most cursors out, and gives ids that are there."""
        name = node.name.value
        if name in ("after", "before", "last") and self.chance.random() < 0.9:
            return graphql.REMOVE
        if name in ("id", "entity", "ids") and self.chance.random() < 0.9:
            text = self.id_for(name)
            value = graphql.ListValueNode(values=(text,)) if name == "ids" else text
            return graphql.ArgumentNode(name=node.name, value=value)
        return None

    def enter_object_field(self, node, *_):
        """The same in the input of a mutation."""
        name = node.name.value
        if name == "expectedVersion" and self.chance.random() < 0.9:
            return graphql.REMOVE
        named = name == "id" or name.endswith("Id") and name != "clientMutationId"
        if named and self.foreign and isinstance(node.value, graphql.StringValueNode):
            return graphql.ObjectFieldNode(name=node.name, value=self.id_for(name))
        return None


def send(operation, query):
    """Sends one document and fails where the answer is a fault of the server."""
    global slowest
    began = time.monotonic()
    answer = session.post(f"{BASE}/graphql", json={"query": query}, headers=HEADERS, timeout=30)
    slowest = max(slowest, time.monotonic() - began)
    told = f"{operation.label}: status {answer.status_code}\n{query}\n{answer.text[:2000]}"
    assert answer.status_code < 500, told
    body = answer.json()
    codes = [error["extensions"]["code"] for error in body.get("errors", [])]
    assert "INTERNAL" not in codes and "UNAVAILABLE" not in codes, told
    assert codes or "data" in body, told
    tally[codes[0] if codes else "answered"] += 1


def attack(operation, mode, cases):
    """Sends so many random documents for one root field."""

    @hypothesis.seed(SEED)
    @hypothesis.settings(
        max_examples=cases,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode), chance=st.randoms())
    def test(case, chance):
        query = case.body
        if mode is GenerationMode.POSITIVE:
            query = graphql.print_ast(graphql.visit(graphql.parse(query), Mend(operation.label, chance)))
        send(operation, query)

    test()


# Every root field has its share, those that read before those that write; what does not divide goes to the first ones.
operations.sort(key=lambda operation: operation.label.startswith("Mutation."))
turns = list(itertools.product(operations, [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
failed = 0
for number, (operation, mode) in enumerate(turns):
    cases = CASES // len(turns) + (1 if number < CASES % len(turns) else 0)
    if cases == 0:
        continue
    try:
        attack(operation, mode, cases)
    except hypothesis.errors.Unsatisfiable:
        tally["nothing to send"] += cases
    except (AssertionError, requests.RequestException) as error:
        failed += 1
        print(f"FAILED {operation.label} ({mode.value}): {error}", flush=True)
sent = sum(tally.values()) - tally["nothing to send"]
print(f"schemathesis: {sent} documents over {len(operations)} root fields, slowest {slowest:.2f} s, {failed} failed")
print("  " + ", ".join(f"{code} {count}" for code, count in tally.most_common()))
enough = sent >= CASES * 3 // 4 and tally["answered"] * 10 >= sent
sys.exit(0 if enough and not failed else 1)
