"""Events by GraphQL and the gateway's own trail (items 46 and 47)."""

import re
import time

from folio_words import ACTOR, HISTORY, MEMBER, TYPES, UUID, events, ids, uid, whole
from house import check, same

RECORD = ("mutation($i: RecordAcquisitionEventsInput!) { recordAcquisitionEvents(input: $i) { received inserted "
          "duplicates refused errors { index id field message } } }")


def record_events(house, *made, user="nora.owner", token=None):
    """The answer of the mutation."""
    given = {"query": RECORD, "variables": {"i": {"events": list(made)}}}
    headers = {"authorization": f"Bearer {token or house.token(user)}"}
    return house.send("POST", "/graphql", json=given, headers=headers).json()


def item_46_the_mutation_fills_in_and_asks_for_the_permission(house):
    piece = {"type": "PIECE", "action": "CREATE", "entityId": uid(), "actionDate": "2026-01-02T03:04:05.678901Z",
             "snapshot": {"receivingStatus": "Expected"}}
    told = record_events(house, piece, user=MEMBER)
    same(told["errors"][0]["extensions"]["code"], "FORBIDDEN")
    same(ids(house, f"/piece/{piece['entityId']}", 0), [])
    for scopes, may in [(["graphql:write"], False), (["acquisition.events.post"], True), ([], True)]:
        token = house.make("createApiKey", "token", "nora.owner", scopes=scopes)
        told = record_events(house, {**piece, "entityId": uid()}, token=token)
        check(("errors" not in told) == may, f"{scopes}: {told}")
    user = house.ask("{ viewer { user { uuid } } }", "nora.owner")["viewer"]["user"]["uuid"]
    begun = time.time()
    own, invoice = uid(), uid()
    told = record_events(
        house, piece, {"type": "ORDER", "action": "EDIT", "entityId": uid(), "actionDate": "2026-01-02T03:04:05Z",
                       "extra": {"a": 1}},
        {"type": "INVOICE_LINE", "action": "DELETE", "entityId": uid(), "actionDate": "2026-01-02T03:04:05Z"},
        {"id": own, "type": "INVOICE", "action": "EDIT", "entityId": invoice, "userId": ACTOR, "extra": {"batch": 7},
         "eventDate": "2026-01-02T03:04:06Z", "actionDate": "2026-01-02T03:04:05Z", "originalSnapshot": {"a": 1}})
    ended = time.time()
    same(told["data"], {"recordAcquisitionEvents": {
        "received": 4, "inserted": 2, "duplicates": 0, "refused": 2,
        "errors": [{"index": 1, "id": None, "field": "extra", "message": "unknown key"},
                   {"index": 2, "id": None, "field": "invoiceId", "message": "is required"}]}})
    found = events(house, f"/piece/{piece['entityId']}", 1)[0]
    check(re.fullmatch(UUID, found["id"]) and found["id"][14] == "4", found)
    same([found["userId"], found["action"], found["actionDate"], found["pieceSnapshot"]],
         [user, "Create", "2026-01-02T03:04:05.678+00:00", {"receivingStatus": "Expected"}])
    stamp = [time.strftime("%Y-%m-%dT%H:%M:%S.000+00:00", time.gmtime(at)) for at in [begun, ended + 1]]
    check(stamp[0] <= found["eventDate"] <= stamp[1], f"{found['eventDate']} {stamp}")
    same(ids(house, f"/piece/{piece['entityId']}{HISTORY}", 1), [found["id"]])
    same(events(house, f"/invoice/{invoice}", 1), [
        {"id": own, "action": "Edit", "invoiceId": invoice, "userId": ACTOR,
         "eventDate": "2026-01-02T03:04:06.000+00:00", "actionDate": "2026-01-02T03:04:05.000+00:00",
         "originalInvoiceSnapshot": {"a": 1}, "batch": 7}])


def item_47_a_suppliers_changes_are_those_of_an_organization(house):
    user = house.ask("{ viewer { user { uuid } } }", "nora.owner")["viewer"]["user"]["uuid"]
    for kind in ["SUPPLIER", "SITE"]:
        made = house.make("createAsset", "asset { id uuid }", "nora.owner", name="Paper Mill", kind=kind)
        house.make("updateAsset", "asset { id }", "nora.owner", id=made["id"], city="Hull")
        house.make("deleteAsset", "deletedId", "nora.owner", id=made["id"])
        path = f"/organization/{made['uuid']}"
        if kind != "SUPPLIER":
            same(whole(house, path), {"organizationAuditEvents": [], "totalItems": 0})
            continue
        found = events(house, path + "?sortOrder=asc", 3)
        same([one["action"] for one in found], ["Create", "Edit", "Delete"])
        for one in found:
            same(list(one), ["id", "action", "organizationId", "userId", "eventDate", "actionDate",
                             "organizationSnapshot"])
            same([one["organizationId"], one["userId"], one["organizationSnapshot"]["name"]],
                 [made["uuid"], user, "Paper Mill"])
            same(one["organizationSnapshot"].get("city"), None if one["action"] == "Create" else "Hull")
            same(one["id"][14], "4")
        same(events(house, path), found[::-1])
        query = f'{{ changeEvents(first: 5, filter: {{entityUuid: {{eq: "{made["uuid"]}"}}}}) {{ nodes {{ uuid }} }} }}'
        same(sorted(one["uuid"] for one in house.ask(query, "nora.owner")["changeEvents"]["nodes"]),
             sorted(one["id"] for one in found))
        for word in [word for word in TYPES if word != "organization"]:
            same(whole(house, f"/{word}/{made['uuid']}")["totalItems"], 0)
