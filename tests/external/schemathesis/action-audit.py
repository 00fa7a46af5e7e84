"""Records that there are, for the Data API: a random UUID is that of none."""

import json
import os
import urllib.request

import schemathesis

RESOURCES = ["users", "workers", "orgcells", "action_plans", "activities", "audits", "audit_areas", "ideas", "templates"]


def identifiers(resource):
    address = f"{os.environ['GATEWAY']}/xapi/v1/{resource}.json?columns=uuid&limit=200"
    request = urllib.request.Request(address, headers={"Authorization": os.environ["CREDENTIALS"]})
    with urllib.request.urlopen(request) as answer:
        return [row["uuid"] for row in json.load(answer)["data"]]


KNOWN = {f"/xapi/v1/{resource}/{{uuid}}.json": identifiers(resource) for resource in RESOURCES}
asked = 0


@schemathesis.hook
def before_call(context, case, kwargs):
    """Of four requests that keep to the document, three are for a record that there is, in either case of letters."""
    global asked
    known = KNOWN.get(case.path)
    if known and case.meta and case.meta.generation.mode.is_positive:
        asked += 1
        if asked % 4:
            uuid = known[asked % len(known)]
            case.path_parameters = {"uuid": uuid.upper() if asked % 3 == 0 else uuid}
