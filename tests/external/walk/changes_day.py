"""A day in the life, and who and what is refused."""

from house import check, same


def refused(house, user, mutation, **given):
    """The code that a mutation is refused with: a user error's, else that of the request."""
    kind = mutation[0].upper() + mutation[1:] + "Input"
    document = f"mutation($i: {kind}!) {{ {mutation}(input: $i) {{ userErrors {{ field code message }} }} }}"
    told = house.send("POST", "/graphql", json={"query": document, "variables": {"i": given}},
                      headers={"authorization": f"Bearer {house.token(user)}"})
    check(told.status_code < 500, f"{mutation}: {told.text}")
    answer = told.json()
    if answer.get("errors"):
        return answer["errors"][0]["extensions"]["code"]
    errors = answer["data"][mutation]["userErrors"]
    check(errors, f"{mutation} {given} was carried out")
    return errors[0]["code"]


def item_1_a_day_from_the_plan_to_the_reopening(house):
    people = {row["username"]: row["id"] for row in house.all("users", "id username")}
    site = house.all("assets", "id", ", filter: {kind: {eq: SITE}, archived: {eq: false}}")[0]["id"]
    questions = [{"subject": "Guards fitted?", "mandatory": True, "weight": 2}, {"subject": "Clean?"}]
    template = house.make("createTemplate", "template { id }", "adam.admin", kind="AUDIT", name="Press",
                          questions=questions)["id"]
    program = house.make("createProgram", "program { id status }", "marta.manager", name="Year", assetId=site,
                         leadAuditorId=people["marta.manager"])
    same(program["status"], "PLANNING")
    same(refused(house, "marta.manager", "completeProgram", id=program["id"]), "TRANSITION_REFUSED")
    house.make("startProgram", "program { id }", "marta.manager", id=program["id"])
    schedule = house.make("createSchedule", "schedule { id }", "marta.manager", templateId=template,
                          whoId=people["alex.auditor"], assetId=site)["id"]
    audit = house.make("createAudit", "audit { id state activities { nodes { id mandatory } } }", "alex.auditor",
                       title="Autumn", assetId=site, templateId=template, scheduleId=schedule, programId=program["id"],
                       auditorId=people["alex.auditor"])
    me, activities = audit["id"], audit["activities"]["nodes"]
    same([audit["state"], activities[0]["mandatory"]], ["CREATED", True])
    same(refused(house, "alex.auditor", "closeAudit", id=me), "MANDATORY_ACTIVITIES_OPEN")
    same(refused(house, "marta.manager", "completeProgram", id=program["id"]), "PROGRAM_AUDITS_OPEN")
    answered = house.make("answerActivity", "activity { progress audit { state schedule { status } } }", "alex.auditor",
                          id=activities[0]["id"], answerValue="No", score="1")
    same(answered, {"progress": 100, "audit": {"state": "IN_PROGRESS", "schedule": {"status": "INPROGRESS"}}})
    issue(house, people, activities[0]["id"])
    for step in ["submitAudit", "markReadyToClose", "closeAudit"]:
        closed = house.make(step, "audit { state scoreMain }", "alex.auditor", id=me)
    same(closed, {"state": "CLOSED", "scoreMain": "1"})
    same(refused(house, "alex.auditor", "answerActivity", id=activities[1]["id"], answerValue="Yes"), "AUDIT_OVER")
    reopened = house.make("reopenAudit", "audit { state closedAt }", "alex.auditor", id=me)
    same(reopened, {"state": "IN_PROGRESS", "closedAt": None})
    house.make("cancelAudit", "audit { id }", "alex.auditor", id=me)
    same(refused(house, "alex.auditor", "reopenAudit", id=me), "TRANSITION_REFUSED")
    events = house.ask("query($id: ID!) { history(entity: $id, first: 50) { nodes { actor { username } changes { path "
                       "before after } } } }", "mia.member", id=me)["history"]["nodes"]
    states = [change["after"] for event in reversed(events) for change in event["changes"] if change["path"] == "state"]
    same(states, ["CREATED", "IN_PROGRESS", "IN_REVIEW", "READY_TO_CLOSE", "CLOSED", "IN_PROGRESS", "CANCELED"])
    same({event["actor"]["username"] for event in events} == {"alex.auditor"}, True)
    counts(house)


def issue(house, people, activity):
    me = house.make("createIssue", "issue { id }", "alex.auditor", title="Guard missing", activityId=activity)["id"]
    house.make("assignIssue", "issue { id }", "marta.manager", id=me, assigneeId=people["mia.member"])
    same(refused(house, "alex.auditor", "startIssue", id=me), "FORBIDDEN")
    house.make("startIssue", "issue { id }", "mia.member", id=me)
    same(refused(house, "mia.member", "submitIssue", id=me), "CORRECTIVE_ACTION_MISSING")
    house.make("updateIssue", "issue { id }", "mia.member", id=me, correctiveAction={"description": "Fit it"})
    house.make("submitIssue", "issue { id }", "mia.member", id=me)
    same(refused(house, "mia.member", "approveIssue", id=me), "OWN_WORK")
    house.make("approveIssue", "issue { id }", "marta.manager", id=me)
    told = house.make("reopenIssue", "issue { status reopenedCount }", "marta.manager", id=me)
    same(told, {"status": "REOPENED", "reopenedCount": 1})


def counts(house):
    level = house.all("stockLevels", "location { id } item { id } layout { id } availableQty",
                      ", filter: {availableQty: {gt: \"10\"}}")[0]
    audit = house.make("createAudit", "audit { id countTasks { nodes { id totalQty } } }", "alex.auditor",
                       assetId=level["location"]["id"], itemIds=[level["item"]["id"]],
                       layoutIds=[level["layout"]["id"]])
    me, task = audit["id"], audit["countTasks"]["nodes"][0]
    same(task["totalQty"], level["availableQty"])
    same(refused(house, "alex.auditor", "submitAudit", id=me), "UNCOUNTED_TASKS")
    same(refused(house, "alex.auditor", "closeAudit", id=me), "COUNTS_UNREVIEWED")
    house.make("recordCount", "countTask { id }", "alex.auditor", id=task["id"], countedQty="3")
    same(refused(house, "alex.auditor", "submitAudit", id=me), "REASON_CODE_REQUIRED")
    reason = house.make("createReasonCode", "reasonCode { id }", "adam.admin", code="GONE", name="Gone")["id"]
    house.make("recordCount", "countTask { id }", "alex.auditor", id=task["id"], reasonCodeId=reason)
    for step in ["submitAudit", "closeAudit"]:
        house.make(step, "audit { id }", "alex.auditor", id=me)
    after = house.ask("query($a: ID!) { audit(id: $a) { state countTasks { nodes { countedQty } } } }", a=me)["audit"]
    same(after, {"state": "CLOSED", "countTasks": {"nodes": [{"countedQty": "3"}]}})


def item_7_malformed_scalars_and_foreign_records_are_field_errors(house):
    """tests/it/command/policy.rs goes through every role and mutation; here are the scalars and one foreign id."""
    asset = house.all("assets", "id", ", filter: {kind: {eq: SITE}}")[0]["id"]
    foreign = house.all("assets", "id", user="nora.owner")[0]["id"]
    document = "mutation($i: CreateAuditInput!) { createAudit(input: $i) { userErrors { field code } } }"
    before = house.events()
    for bad in [{"assetId": "x"}, {"assetId": 7}, {"assetId": asset, "completeBy": "tomorrow"},
                {"assetId": asset, "completeBy": "2026-02-30T00:00:00Z"}, {"assetId": asset, "auditorId": "VXNlcjp4"},
                {"assetId": asset, "metadata": "{"}, {"assetId": asset, "title": "\u0000"},
                {"assetId": asset, "priority": "URGENT"}, {"assetId": foreign}, {"assetId": asset, "latitude": "north"},
                {"assetId": asset, "title": 7}]:
        told = house.send("POST", "/graphql", json={"query": document, "variables": {"i": bad}},
                          headers={"authorization": f"Bearer {house.token()}"})
        answer = told.json()
        errors = answer.get("errors") or answer["data"]["createAudit"]["userErrors"]
        check(told.status_code < 500 and errors, f"{bad}: {told.status_code} {told.text}")
        check("INTERNAL" not in told.text, f"{bad}: {told.text}")
    same(house.events(), before)
    same(refused(house, "mia.member", "deleteAudit", id=house.all("audits", "id")[0]["id"]), "FORBIDDEN")
    same(refused(house, "olivia.owner", "archiveAsset", id=foreign), "NOT_FOUND")
