"""Words of the Action Audit Data API that several topics need, and readers of its answers."""

from house import check

RESOURCES = ["users", "workers", "orgcells", "action_plans", "activities", "audits", "audit_areas", "ideas",
             "templates"]
PLAN = ("uuid number subject description start_date due_date finish_date floating_dates time_progress work_progress "
        "status stage created_at updated_at")
FIELDS = {
    "users": "uuid last_name first_name username email mobile position roles status gender locale is_representative "
             "is_restricted created_at updated_at avatar_content_type avatar_file_url",
    "workers": "uuid number pincode remarks status last_name first_name created_at updated_at",
    "orgcells": "uuid description abbr cell_type remarks users_limit required_rate_justification created_at updated_at "
                "photo_content_type photo_file_url",
    "action_plans": PLAN,
    "activities": "uuid number ordr friendly_ordr sequence subject description resolution start_date due_date "
                  "finish_date started_at finished_at workflow_state work_progress time_progress sensitive_content "
                  "created_at updated_at",
    "audits": PLAN + " audit_type audit_threshold score_main score_alternative layer audit_started_at "
                     "audit_finished_at ap_start_date ap_due_date",
    "audit_areas": "uuid audit_type name description audit_threshold notify_audit_area_leader "
                   "auto_corrective_action_plan active created_at updated_at",
    "ideas": PLAN + " idea_type total_points total_effective_points is_rewarded genesis ap_start_date ap_due_date",
    "templates": "uuid name symbol version created_at updated_at",
}
FIELDS = {resource: fields.split() for resource, fields in FIELDS.items()}
AUDITED = ["alternative_source_ref", "score_main", "score_weight", "answer_not_applicable", "answer_recommendation",
           "answer_value", "answer_iso", "correction_description"]
# What stands inside a record, and as what.
NESTED = {
    "users": {"orgcell": "orgcells", "worker": "workers"},
    "workers": {"orgcell": "orgcells"},
    "orgcells": {"parent": "orgcells"},
    "action_plans": {"orgcell": "orgcells", "creator": "users", "assignee": "users", "template": "templates",
                     "activities": "activities"},
    "activities": {"action_plan": "action_plans", "orgcell": "orgcells", "creator": "users", "assignee": "users",
                   "new_assignee": "users"},
    "audits": {"orgcell": "orgcells", "creator": "users", "assignee": "users", "ap_owner": "users",
               "ap_assignee": "users", "audit_area": "audit_areas", "audited_worker": "workers",
               "activities": "activities"},
    "audit_areas": {"orgcell": "orgcells", "area_leader": "users", "target_ap_owner": "users",
                    "target_ap_assignee": "users"},
    "ideas": {"orgcell": "orgcells", "creator": "users", "assignee": "users", "originator": "workers",
              "worker_creator": "workers", "ap_owner": "users", "ap_assignee": "users", "activities": "activities"},
    "templates": {"orgcell": "orgcells", "creator": "users"},
}
SPECIFICATION = {"version": "1.2509", "docs": "https://action-audit.com/docs/pl/technical_documentation/data_api_v1"}


def read(house, path, token=None, status=200):
    """The answer's JSON, its status checked."""
    told = house.export(path, token)
    check(told.status_code == status, f"{path}: {told.status_code} {told.text[:500]}")
    return told.json()


def rows(house, resource, query="", token=None):
    """All rows of a list, by as many requests as it takes."""
    found = []
    while True:
        page = read(house, f"{resource}.json?limit=1000&offset={len(found)}{query}", token)["data"]
        found += page
        if len(page) < 1000:
            return found


def show(house, row, token=None):
    """The record of a row."""
    return read(house, row["links"]["show"], token)["data"]


def record(house, resource, uuid, token=None):
    return read(house, f"{resource}/{uuid}.json", token)["data"]


def refusal(house, told, status, message, path=""):
    """Checks an answer that refuses: its three blocks, its text and the request's id."""
    check(told.status_code == status, f"{path}: {told.status_code} in place of {status}: {told.text[:300]}")
    body = told.json()
    check(list(body) == ["specification", "request", "response"], f"{path}: {told.text[:300]}")
    check(body["specification"] == SPECIFICATION, body)
    check(list(body["request"]) == ["requested_at", "uuid"], body)
    check(list(body["response"].items()) == [("type", "error"), ("status", status), ("message", message)],
          f"{path}: {body['response']} in place of {message}")
    check(told.headers["x-request-id"] == body["request"]["uuid"], f"{path}: the request's id")
    check(told.headers["content-type"] == "application/json; charset=utf-8", told.headers)
    check(told.headers["cache-control"] == "no-store", told.headers)


def pages(told):
    """The addresses of `next` and `prev`, in their order; the way to GraphiQL is the gateway's own and left out."""
    found = []
    for link in told.headers.get("link", "").split(", <"):
        address, _, relation = link.partition(">; rel=")
        if relation.strip('"') in ("next", "prev"):
            found.append((relation.strip('"'), address.lstrip("<")))
    return found
