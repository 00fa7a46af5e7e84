"""What is read, what is removed and what stays (items 25 to 28 and 40 to 42)."""

from ablebase_words import (ADMIN, AREA, AUDIT, INSTANT, ISSUE, LISTED, NO_AUDIT, OWNER, amend, ask, audit, begin,
                            listed, product, read, refused, remove, show, standards, step, stored)
from house import check, same


def item_25_the_organizations_list_has_products_in_use(house):
    slugs = sorted(product(house)[0] for _ in range(3))
    upper, made = "Zebra-tickets", product(house, slug="zebra-tickets", name="Zebra")[1]
    # Only an import could give a name with a capital letter.
    house.operator(f"UPDATE asset SET slug = '{upper}' WHERE slug = 'zebra-tickets'")
    for slug in [*slugs, upper]:
        begin(house, slug)
    rows = listed(house, "audits", "audits", LISTED)
    order = [(-row["number"], row["productSlug"].encode()) for row in rows]
    same([list(map(str, key)) for key in order], [list(map(str, key)) for key in sorted(order)], "the order")
    firsts = [row["productSlug"] for row in rows if row["number"] == 1 and row["productSlug"] in [*slugs, upper]]
    same(firsts, [upper, *slugs], "bytewise")
    wanted = house.all("audits", "uuid asset { name slug }",
                       ", filter: {asset: {kind: {eq: PRODUCT}, archivedAt: {isNull: true}}}")
    same(sorted([row["id"], row["productName"], row["productSlug"]] for row in rows),
         sorted([row["uuid"], row["asset"]["name"], row["asset"]["slug"]] for row in wanted))
    house.make("archiveAsset", "asset { id }", ADMIN, id=made["id"])
    left = listed(house, "audits", "audits", LISTED)
    gone = house.all("audits", "uuid", ", filter: {asset: {kind: {eq: PRODUCT}, archivedAt: {isNull: false}}}")
    check(gone and not {row["uuid"] for row in gone} & {row["id"] for row in left}, "audits of archived products")
    same(left, [row for row in rows if row["productSlug"] != upper])
    for query in ["?limit=1", "?page=2&page_size=1", "?%zz=%", "?"]:
        same(read(house, "audits" + query), {"audits": left}, query)


def item_26_a_products_list_is_there_also_when_it_is_archived(house):
    slug, made = product(house)
    rest = f"products/{slug}/audits"
    same(ask(house, "GET", rest).text, '{"audits":[]}')
    for number in range(1, 13):
        begin(house, slug, {"title": str(number)})
    before = listed(house, rest, "audits", AUDIT)
    same(len(AUDIT), 13)
    house.make("archiveAsset", "asset { id }", ADMIN, id=made["id"])
    same(listed(house, rest, "audits", AUDIT), before)
    same([[row["number"], row["title"]] for row in before], [[number, str(number)] for number in range(12, 0, -1)])
    for row in before:
        same(show(house, f"{rest}/{row['number']}"), row)
    head = ask(house, "HEAD", rest)
    same([head.status_code, head.content.decode()], [200, ""])


def item_27_audits_of_places_are_not_shown(house):
    where = '{ assets(first: 1, filter: {kind: {eq: LOCATION}}) { nodes { id slug } } }'
    place = house.ask(where)["assets"]["nodes"][0]
    house.make("createAudit", "audit { id }", ADMIN, assetId=place["id"], name="Of a place")
    of_places = {row["uuid"] for row in house.all("audits", "uuid", ", filter: {asset: {kind: {eq: LOCATION}}}")}
    check(of_places, "there is one")
    other = {row["uuid"] for row in house.all("audits", "uuid", ", filter: {not: {asset: {kind: {eq: PRODUCT}}}}")}
    check(of_places <= other, "other audits than those of products")
    check(not other & {row["id"] for row in listed(house, "audits", "audits", LISTED)}, "one is listed")
    kinds = {row["slug"] for row in house.all("assets", "slug", ", filter: {kind: {eq: PRODUCT}}")}
    for row in listed(house, "audits", "audits", LISTED):
        check(row["productSlug"] in kinds, row)
    refused(ask(house, "GET", f"products/{place['slug']}/audits"), (404, "NOT_FOUND", "Product not found"))


def item_28_what_other_surfaces_did_is_shown_in_two_words(house):
    """GENERATING has no way in from outside and is set by the operator."""
    slug, made = product(house)
    rest = f"products/{slug}/audits"

    def shown(number):
        row = show(house, f"{rest}/{number}")
        return [row["type"], row["status"]]

    created = house.make("createAudit", "audit { id uuid state }", ADMIN, assetId=made["id"], name="Elsewhere")
    same([created["state"], *shown(1)], ["CREATED", "full", "in_progress"])
    for mutation, state, status in [
        ("startAudit", "IN_PROGRESS", "in_progress"), ("submitAudit", "IN_REVIEW", "in_progress"),
        ("requestRecount", "RECOUNT", "in_progress"), ("startAudit", "IN_PROGRESS", "in_progress"),
        ("markReadyToClose", "READY_TO_CLOSE", "in_progress"), ("closeAudit", "CLOSED", "completed"),
    ]:
        house.make(mutation, "audit { id }", ADMIN, id=created["id"])
        same([stored(house, created["uuid"], "state")["state"], *shown(1)], [state, "full", status], mutation)
    check(show(house, f"{rest}/1")["completedAt"], "closed without an instant")
    canceled = house.make("createAudit", "audit { id uuid }", ADMIN, assetId=made["id"], name="Canceled")
    house.make("cancelAudit", "audit { id }", ADMIN, id=canceled["id"])
    same([shown(2), show(house, f"{rest}/2")["completedAt"]], [["full", "completed"], None])
    row = begin(house, slug)
    house.operator(f"UPDATE audit SET state = 'GENERATING' WHERE asset_sequence = {row['number']} AND asset_id = "
                   f"(SELECT id FROM asset WHERE slug = '{slug}')")
    same(shown(3), ["full", "in_progress"])
    # What is closed here is closed there.
    amend(house, f"{rest}/3", {"status": "completed"})
    same(stored(house, row["id"], "state")["state"], "CLOSED")


def issue(house, path, **given):
    """An issue of an audit; gives its record."""
    audit_ = stored(house, show(house, path)["id"], "id")["id"]
    return house.make("createIssue", "issue { id uuid number }", ADMIN, auditId=audit_,
                      **{"kind": "FINDING", "title": "Found", **given})


def item_40_what_a_removed_audit_found_stays(house):
    path = audit(house)
    row = show(house, path)
    found = [issue(house, path, kind=kind) for kind in ["FINDING", "TASK", "NONCONFORMANCE"]]
    kept = stored(house, row["id"], "id")["id"]
    house.make("createActivity", "activity { id }", ADMIN, auditId=kept, subject="Goes with it")
    remove(house, path)
    trail = house.ask('{ changeEvents(first: 20, filter: {entityUuid: {eq: "%s"}, action: {eq: DELETE}}) '
                      '{ nodes { entityType surface snapshotBefore } } }' % row["id"])["changeEvents"]["nodes"]
    same([[one["entityType"], one["surface"]] for one in trail], [["audit", "ablebase"]])
    for one in found:
        told = house.ask('{ issues(first: 1, filter: {uuid: {eq: "%s"}}) { nodes { uuid audit { uuid } } } }'
                         % one["uuid"])["issues"]["nodes"]
        same(told, [{"uuid": one["uuid"], "audit": None}])
    same(house.ask('{ activities(first: 1, filter: {subject: {eq: "Goes with it"}}) { nodes { id } } }')
         ["activities"]["nodes"], [])
    for method, rest in [("GET", path), ("DELETE", path), ("PATCH", path), ("GET", f"{path}/issues")]:
        refused(ask(house, method, rest, {} if method == "PATCH" else None, ADMIN), NO_AUDIT, method)
    same(begin(house, path.split("/")[1])["number"], 2)


def close(house, made):
    """Leads a task through its workflow; the one who does it is not the one who approves."""
    member = house.ask('{ user(username: "mia.member") { id } }')["user"]["id"]
    house.make("assignIssue", "issue { id }", ADMIN, id=made["id"], assigneeId=member)
    state = house.ask(f'{{ issue(id: "{made["id"]}") {{ status }} }}')["issue"]["status"]
    for mutation in (["openIssue"] if state == "DRAFT" else []) + ["submitIssue", "approveIssue"]:
        house.make(mutation, "issue { id }", OWNER if mutation == "approveIssue" else ADMIN, id=made["id"])


def item_41_what_an_audit_found_is_listed(house):
    """GraphQL lets an issue be on the asset of its audit only; the operator moves two to an area and to a machine."""
    slug, made = product(house)
    path, other = (f"products/{slug}/audits/{begin(house, slug)['number']}" for _ in range(2))
    row = show(house, path)
    area = house.make("createAsset", "asset { id uuid createdAt updatedAt }", ADMIN, name="Basket",
                      slug=f"{slug}-basket", kind="AREA", parentId=made["id"], description="What was put in")
    query = '{ assets(first: 1, filter: {kind: {eq: %s}}) { nodes { id slug } } }'
    thing = house.ask(query % "EQUIPMENT")["assets"]["nodes"][0]["slug"]
    told = [
        issue(house, path, kind="TASK", title="Closed", severity="HIGH", impact="LOW", priority="CRITICAL"),
        issue(house, path, kind="FINDING", impact="MEDIUM", effort="HIGH", priority="LOW", description="Why"),
        issue(house, path, kind="NONCONFORMANCE", severity="LOW", effort="LOW", priority="HIGH"),
        issue(house, path, kind="TASK", severity="MEDIUM", impact="HIGH", effort="MEDIUM", priority="MEDIUM",
              assetId=made["id"]),
    ]
    foreign = issue(house, other)
    issue_free = house.make("createIssue", "issue { uuid }", ADMIN, kind="TASK", title="Of no audit")
    close(house, told[0])
    for moved, asset in [(told[0], f"{slug}-basket"), (told[2], thing)]:
        on = "(SELECT id FROM asset WHERE slug = '{}')".format
        house.operator(f"UPDATE issue SET number = {moved['number'] + 7000}, asset_id = {on(asset)} "
                       f"WHERE number = {moved['number']} AND asset_id = {on(slug)}")
    numbers = [told[0]["number"] + 7000, told[1]["number"], told[2]["number"] + 7000, told[3]["number"]]
    found = listed(house, f"{path}/issues", "issues", ISSUE)
    same([[one["number"], one["id"]] for one in found],
         sorted(([number, one["uuid"]] for number, one in zip(numbers, told)), reverse=True))
    # From here on as they were made, the last first.
    found.sort(key=lambda one: [made["uuid"] for made in reversed(told)].index(one["id"]))
    check(not {foreign["uuid"], issue_free["uuid"]} & {one["id"] for one in found}, "others")
    same([one["id"] for one in listed(house, f"{other}/issues", "issues", ISSUE)], [foreign["uuid"]])
    same([one["state"] for one in found], ["open", "open", "open", "closed"])
    words = [[one["severity"], one["impact"], one["effort"], one["priority"]] for one in found]
    same(words, [["medium", "high", "medium", "medium"], ["low", None, "low", "high"], [None, "medium", "high", "low"],
                 ["high", "low", None, "critical"]])
    for one in found:
        same([one["productId"], one["auditId"], one["source"]], [made["uuid"], row["id"], "ablebase"])
        check(INSTANT.fullmatch(one["createdAt"]) and INSTANT.fullmatch(one["updatedAt"]), one)
    same([one["description"] for one in found], [None, None, "Why", None])
    same([one["areas"] for one in found[:3]], [[], [], []])
    [shown] = found[3]["areas"]
    same(list(shown), AREA)
    same(shown, {"id": area["uuid"], "name": "Basket", "slug": f"{slug}-basket", "description": "What was put in",
                 "productId": made["uuid"], "archivedAt": None, "createdAt": area["createdAt"][:23] + "Z",
                 "updatedAt": area["updatedAt"][:23] + "Z"})
    same(ask(house, "GET", f"{audit(house)}/issues").text, '{"issues":[]}')


def item_42_a_removed_standard_leaves_audits(house):
    made = house.make("createStandard", "standard { id uuid }", ADMIN, slug="gone-soon", name="Gone soon")
    house.make("createConformanceLevel", "conformanceLevel { id }", ADMIN, code="gold", name="Gold",
               standardId=made["id"])
    check("gold" in standards(house)["gone-soon"]["levels"], "the level")
    paths = [audit(house) for _ in range(2)]
    for path in paths:
        row = amend(house, path, {"standardId": "gone-soon", "conformanceLevel": "gold", "title": "Kept"})
        same([row["standardId"], row["conformanceLevel"]], ["gone-soon", "gold"])
    step(house, "closeAudit", show(house, paths[1]))
    house.make("deleteStandard", "clientMutationId", ADMIN, id=made["id"])
    for path in paths:
        row = show(house, path)
        same([row["title"], row["standardId"], row["conformanceLevel"]], ["Kept", None, None])
