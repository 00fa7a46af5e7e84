"""Words of AuditComply that several topics need, and readers of its answers."""

import itertools

from house import check, same

LISTS = ["asset", "asset_breadcrumbs", "asset_profiles", "asset_tree", "audits", "categories", "contacts", "datastores",
         "datastoresinfo", "executive_reports", "nonconformances", "program_templates", "programs", "schedules",
         "status_groups", "statuses", "tasks", "templates", "users"]
MADE = ["asset", "audits", "categories", "contacts", "datastoresinfo", "programs", "schedules", "statuses", "users"]
BY_ADMINS = ["asset", "categories", "datastoresinfo", "statuses", "users"]
TITLES = dict(zip(LISTS, [
    "Asset", "Asset Breadcrumb", "Asset Profile", "Asset Tree", "Audit", "Category", "Contact", "Datastore",
    "Datastore Info", "Executive Report", "Non Conformance", "Program Template", "Program", "Schedule", "Status Group",
    "Status", "Task", "Template", "User"]))
PERSON = "id username email first_name last_name mobile position is_active"
KEYS = {
    "asset": "id name kind description parent_id metadata_template_id metadata last_audited_at created_at updated_at",
    "asset_breadcrumbs": "id name breadcrumb",
    "asset_profiles": "name id profile_fields",
    "asset_tree": "id name parent_id numchild",
    "audits": "name id status additional_signature_print additional_signature_position signature asset_id asset_name "
              "updated_at close_audit_enabled latitude signature_position report closed_at closed_notes "
              "closed_by_signature status_color completed_at closed_by_id created_at state longitude signature_print "
              "additional_signature compliant status_changed_on_close device published auditor_id notes observations "
              "audit_result auditor nc_count template_tags metadata",
    "categories": "id label",
    "contacts": PERSON + " created_at updated_at",
    "datastores": "name id version metadata",
    "datastoresinfo": "id name current_datastore",
    "executive_reports": "id name updated_at report",
    "nonconformances": "nonconformance_id status overdue non_conformance corrective_action preventative_action "
                       "complete_by approved_date created_at assigned_to assigned_by approved_by assigned_to_user "
                       "assigned_by_user approved_by_user verification_comment_group rejection_comment_group asset "
                       "category score_response template_name reopened_count audit_id parent_observation_id "
                       "audit_completed_at custom_fields updated_at",
    "program_templates": "name id version state is_latest_state created_at phases",
    "programs": "name id program_template_id exec_report completed_at asset lead_auditor start_date created_at started "
                "status phases",
    "schedules": "id template when status who asset",
    "status_groups": "id name state version obs_status_group",
    "statuses": "id name color compliant created_at updated_at",
    "tasks": "task_id status overdue task action complete_by approved_date created_at assigned_to assigned_by "
             "approved_by assigned_to_user assigned_by_user approved_by_user verification_comment_group "
             "rejection_comment_group asset category score_response template_name audit_id parent_observation_id "
             "audit_completed_at custom_fields updated_at",
    "templates": "name id version",
    "users": PERSON + " api_access created_at updated_at",
}
KEYS = {name: keys.split() for name, keys in KEYS.items()}
OBSERVATION = ("question_id question_text requirement_identifier nonconformances custom_responses observation "
               "recommendation responses observation_start_time observation_end_time custom_dropdown").split()
FINDING = ("nonconformance_id status overdue non_conformance complete_by approved_date created_at assigned_to "
           "assigned_by approved_by").split()
REQUIRED, BLANK, NULL = "This field is required.", "This field may not be blank.", "This field may not be null."
WHEN = ("Datetime has wrong format. Use one of these formats instead: "
        "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].")
FORBIDDEN = {"detail": "You do not have permission to perform this action."}
ABSENT = {"detail": "Not found."}
numbers = itertools.count(1)


def prepare(house):
    """Lets an administrator, a member and the owner of the other organization in."""
    for admin, username in [("olivia.owner", "adam.admin"), ("olivia.owner", "mia.member"),
                            ("nora.owner", "nora.owner")]:
        query = f'{{ user(username: "{username}") {{ id memberships {{ apiAccess organization {{ slug }} }} }} }}'
        user = house.ask(query, admin)["user"]
        if not any(one["apiAccess"] for one in user["memberships"]):
            house.make("grantApiAccess", "__typename", admin, userId=user["id"])


def id_key(name):
    return {"nonconformances": "nonconformance_id", "tasks": "task_id"}.get(name, "id")


def allow(name, is_record):
    if is_record:
        return "GET, DELETE, HEAD, OPTIONS" if name == "statuses" else "GET, HEAD, OPTIONS"
    return "GET, POST, HEAD, OPTIONS" if name in MADE else "GET, HEAD, OPTIONS"


def get(house, path, user="olivia.owner", status=200):
    told = house.comply("GET", path, user)
    check(told.status_code == status, f"{path}: {told.status_code} in place of {status}: {told.text[:500]}")
    return told.json()


def post(house, path, body, status=201, user="olivia.owner", **given):
    told = house.comply("POST", path, user, json=body, **given)
    check(told.status_code == status, f"{path} {body}: {told.status_code} in place of {status}: {told.text[:700]}")
    return told.json()


def refused(house, path, body, wanted, user="olivia.owner"):
    """Checks the body of a validation that fails."""
    same(post(house, path, body, 400, user), wanted, f"{path} {str(body)[:200]}")


def rows(house, name, query="", user="olivia.owner"):
    """All rows of a list."""
    found, page = [], 1
    while True:
        told = get(house, f"/{name}/?page_size=100&page={page}{query}", user)
        found += told["results"]
        if told["next"] is None:
            same(told["count"], len(found), f"{name}{query}")
            return found
        page += 1


def ids(house, name, query=""):
    return [row[id_key(name)] for row in rows(house, name, query)]


def bodies(house):
    """The least that each creation takes, new with every call."""
    number = next(numbers)
    asset, template = get(house, "/asset/?page_size=1")["results"][0]["id"], template_id(house)
    who = get(house, "/users/?page_size=1")["results"][0]["id"]
    profile = next(row for row in rows(house, "asset_profiles") if row["profile_fields"]["1"]["type"] == "TEXT")
    return {
        "asset": {"metadata_template_id": profile["id"], "metadata": [{"field_id": 1, "value": f"Pump {number}"}]},
        "audits": {"name": f"Audit {number}", "auditor": {"username": "alex.auditor"}},
        "categories": {"label": f"Label {number}"},
        "contacts": {"email": f"contact.{number}@x.example"},
        "datastoresinfo": {"name": f"Info {number}"},
        "programs": {"name": f"Program {number}", "asset_id": asset, "lead_auditor_id": who},
        "schedules": {"template_id": template, "who_id": who, "asset_id": asset},
        "statuses": {"name": f"Status {number}"},
        "users": {"username": f"user.{number}", "email": f"user.{number}@x.example", "password": "long enough"},
    }


def template_id(house, questions=True):
    """A template of audits that has questions."""
    query = "{ templates(first: 50, filter: {kind: {eq: AUDIT}}) { nodes { legacyId questions } } }"
    nodes = house.ask(query)["templates"]["nodes"]
    return next(int(one["legacyId"]) for one in nodes if bool(one["questions"]) == questions)
