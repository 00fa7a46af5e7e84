"""What values are shown as (items 14 to 22)."""

import re

from action_audit_words import FIELDS, RESOURCES, read, record, rows, show
from house import check, same

INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
INSTANTS = ["created_at", "updated_at", "started_at", "finished_at", "audit_started_at", "audit_finished_at"]


def made_by_auditcomply(house, **given):
    """The uuid of an audit made through AuditComply."""
    told = house.comply("POST", "/audits/", json={"name": "Made", "auditor": {"username": "alex.auditor"}, **given})
    check(told.status_code == 201, told.text)
    return house.ask(f"{{ audit(legacyId: {told.json()['id']}) {{ uuid }} }}")["audit"]["uuid"]


def item_14_instants_are_cut_to_the_millisecond(house):
    seen = set()
    for resource in RESOURCES:
        for row in rows(house, resource):
            for key in INSTANTS:
                if row.get(key) is not None:
                    check(INSTANT.match(row[key]), f"{resource}.{key}: {row[key]}")
                    seen.add(key)
    check(seen == set(INSTANTS), f"never seen: {set(INSTANTS) - seen}")
    last = made_by_auditcomply(house, completed_at="2026-01-31T23:59:59.999999Z",
                               created_at="2026-01-30T23:59:59.999999Z")
    found = record(house, "audits", last)
    same([found["audit_finished_at"], found["created_at"]], ["2026-01-31T23:59:59.999Z", "2026-01-30T23:59:59.999Z"])


def item_15_the_instant_of_the_request_has_no_fraction(house):
    row = rows(house, "templates")[0]
    for path in ["templates.json", row["links"]["show"], "users.json?limit=x"]:
        at = house.export(path).json()["request"]["requested_at"]
        check(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", at), at)


def item_16_points_are_plain_decimals(house):
    for sent, shown in [("0", "0.0"), ("12.50", "12.5"), ("100", "100.0"), (None, None), ("0.25", "0.25")]:
        idea = house.make("createIdea", "idea { uuid }", subject="Points", totalPoints=sent, totalEffectivePoints=sent)
        found = record(house, "ideas", idea["uuid"])
        same([found["total_points"], found["total_effective_points"]], [shown, shown], sent)
        row = next(row for row in rows(house, "ideas") if row["uuid"] == idea["uuid"])
        same(row["total_points"], shown)


def item_17_a_pin_is_a_mask_and_nowhere_else(house):
    """No surface takes pins, so the operator's hand puts what stands for those of 4 and of 20 digits into the store."""
    numbers = [row["number"] for row in rows(house, "workers", "&sort_by=number")][:3]
    secrets = ["4711", "94837265019283746501"]
    for number, secret in zip(numbers, secrets):
        house.operator(f"UPDATE worker SET pincode_hash = 'hash-of-{secret}' WHERE number = '{number}'")
    house.operator(f"UPDATE worker SET pincode_hash = NULL WHERE number = '{numbers[2]}'")
    listed = {row["number"]: row for row in rows(house, "workers")}
    same([listed[number]["pincode"] for number in numbers], ["*" * 12, "*" * 12, None])
    for row in listed.values():
        check(row["pincode"] in (None, "*" * 12), row)
        same(show(house, row)["pincode"], row["pincode"])
    bodies = [house.export("workers.json?limit=1000").text]
    bodies += [house.export(row["links"]["show"]).text for row in listed.values()]
    bodies += [house.export(row["links"]["show"]).text for row in rows(house, "users") + rows(house, "ideas")]
    for body in bodies:
        # Four digits may stand in a random uuid or in an instant.
        body = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[0-9:.]+Z", "", body)
        for secret in secrets + ["hash-of", "demonstration:"]:
            check(secret not in body, f"{secret} is in {body[:300]}")


def item_18_what_was_not_given_is_an_empty_text(house):
    user = house.person("no.mobile")
    worker = house.make("createWorker", "worker { uuid }", number="walk-18", userId=user["id"])
    found = record(house, "users", user["uuid"])
    same([found["mobile"], found["email"]], ["", ""])
    same(found["worker"]["remarks"], "")
    found = record(house, "workers", worker["uuid"])
    same(found["remarks"], "")
    row = next(row for row in rows(house, "workers") if row["uuid"] == worker["uuid"])
    same(row["remarks"], "")


def item_19_the_stage_follows_the_state(house):
    def made(*steps):
        audit = house.make("createAudit", "audit { id uuid }", name="Staged")
        for step in steps:
            house.make(step, "audit { id }", id=audit["id"])
        return audit["uuid"]

    for state, stage, uuid in [
        ("CREATED", "planned", made()),
        ("IN_PROGRESS", "executing", made("startAudit")),
        ("GENERATING", "executing", made_by_auditcomply(house, state="GENERATING")),
        ("IN_REVIEW", "in_review", made("submitAudit")),
        ("RECOUNT", "executing", made("submitAudit", "requestRecount")),
        ("READY_TO_CLOSE", "in_review", made_by_auditcomply(house, state="READYTOCLOSE")),
        ("CLOSED", "executed", made("closeAudit")),
        ("CANCELED", "rejected", made("cancelAudit")),
    ]:
        same(house.ask(f'{{ audit(uuid: "{uuid}") {{ state }} }}')["audit"]["state"], state)
        found = record(house, "audits", uuid)
        same([found["stage"], found["status"]], [stage, "active"], state)
        row = next(row for row in rows(house, "audits", "&sort_by=created_at&sort_dir=desc") if row["uuid"] == uuid)
        same(row["stage"], stage)


def item_20_time_progress_counts_days_up_to_the_last_change(house):
    """The dates are given through GraphQL; the past instants of finishing by the operator's hand, because no clock of
    the gateway can be turned back by a client.
    """
    plan = house.make("createActionPlan", "actionPlan { id }", subject="Progress")
    for start, due, changed, share in [
        ("2021-08-26", "2021-09-02", "2021-08-27T08:17:04", 12),
        ("2021-09-01", "2021-09-08", "2021-09-01T10:43:13", 0),
        ("2021-09-01", "2021-09-08", "2021-09-05T05:23:24", 50),
        ("2021-09-01", "2021-09-08", "2021-09-08T05:41:46", 87),
        ("2021-09-01", "2021-09-08", "2021-12-08T11:15:08", 100),
    ]:
        activity = house.make("createActivity", "activity { uuid legacyId }", actionPlanId=plan["id"],
                              subject="Finished",
                              startDate=start, dueDate=due)
        at = f"'{changed}.000000+00:00'"
        house.operator(f"UPDATE activity SET finished_at = {at}, updated_at = {at} WHERE id = {activity['legacyId']}")
        found = record(house, "activities", activity["uuid"])
        same(found["updated_at"], f"{changed}.000Z")
        same(found["time_progress"], share, changed)


def item_21_the_score_of_an_audit_is_the_mean_of_what_was_scored(house):
    audit = house.make("createAudit", "audit { id uuid }", name="Scored")
    for score in [None, "0", "100"]:
        made = house.make("createActivity", "activity { id }", auditId=audit["id"], subject="Asked", weight="1")
        if score is not None:
            house.make("answerActivity", "activity { id }", id=made["id"], answerValue="x", score=score)
    found = record(house, "audits", audit["uuid"])
    same([one["score_main"] for one in found["activities"]], [None, 0, 100])
    same([one["score_weight"] for one in found["activities"]], [1, 1, 1])
    same(found["score_main"], 50)
    row = next(row for row in rows(house, "audits", "&columns=score_main") if row["uuid"] == audit["uuid"])
    same(row["score_main"], 50)


def item_22_roles_come_in_their_order(house):
    person = house.person("many.roles")
    query = "query($id: ID!) { user(id: $id) { memberships { id } } }"
    member = house.ask(query, id=person["id"])["user"]["memberships"][0]["id"]
    order = ["admin", "manager", "initiator", "auditor", "audit_manager", "audit_initiator"]
    for given in [order[::-1], order[2:] + order[:2], ["audit_manager", "admin"]]:
        house.make("updateMembership", "membership { id }", id=member, jobRoles=[role.upper() for role in given])
        shown = [role for role in order if role in given]
        same(record(house, "users", person["uuid"])["roles"], shown)
        row = next(row for row in rows(house, "users", "&columns=roles") if row["uuid"] == person["uuid"])
        same(row["roles"], shown)
    check(FIELDS["users"].index("roles") == list(read(house, "users.json?limit=1")["data"][0]).index("roles"), "place")
