"""Status and dates of an audit (items 29 to 33)."""

import time

from ablebase_words import ask, audit, amend, invalid, moment, show, step, stored
from house import check, same


def recent(text):
    return text is not None and abs(moment(text).timestamp() - time.time()) < 20


def state(house, path):
    return stored(house, show(house, path)["id"], "state")["state"]


def item_29_completion_is_dated_once(house):
    path = audit(house)
    begun = show(house, path)
    first = amend(house, path, {"status": "completed"})
    check(recent(first["completedAt"]) and moment(first["completedAt"]) > moment(begun["startedAt"]), first)
    same([first["status"], first["startedAt"], state(house, path)], ["completed", begun["startedAt"], "CLOSED"])
    time.sleep(0.05)
    for body in [{"status": "completed"}, {"status": "completed", "title": "Again"}]:
        same(amend(house, path, body)["completedAt"], first["completedAt"])
    for other in ["submitAudit", "markReadyToClose"]:
        path = audit(house)
        step(house, other, show(house, path))
        shown = amend(house, path, {"status": "completed"})
        same([shown["status"], state(house, path)], ["completed", "CLOSED"], other)


def item_30_completion_without_a_date_is_dated(house):
    path = audit(house, {"status": "completed"})
    before = show(house, path)
    same(amend(house, path, {"completedAt": None})["completedAt"], None)
    same(show(house, path)["status"], "completed")
    time.sleep(0.01)
    filled = amend(house, path, {"status": "completed"})
    check(recent(filled["completedAt"]) and filled["completedAt"] > before["completedAt"], filled)
    time.sleep(0.01)
    again = amend(house, path, {"status": "completed", "completedAt": None})
    check(recent(again["completedAt"]) and again["completedAt"] > filled["completedAt"], again)
    fresh = audit(house)
    check(recent(amend(house, fresh, {"status": "completed", "completedAt": None})["completedAt"]), "of an open one")
    canceled = audit(house)
    step(house, "cancelAudit", show(house, canceled))
    same([show(house, canceled)["status"], show(house, canceled)["completedAt"]], ["completed", None])
    check(recent(amend(house, canceled, {"status": "completed"})["completedAt"]), "of a canceled one")
    same(state(house, canceled), "CANCELED")


def item_31_days_and_instants_are_read(house):
    path = audit(house)
    row = amend(house, path, {"status": "completed", "completedAt": "2025-03-04T05:06:07+02:00"})
    same([row["status"], row["completedAt"]], ["completed", "2025-03-04T03:06:07.000Z"])
    for key in ["startedAt", "completedAt"]:
        for sent, wanted in [("2026-02-20", "2026-02-20T00:00:00.000Z"),
                             ("2026-02-20T23:59:59.999999999Z", "2026-02-20T23:59:59.999Z"),
                             ("2024-02-29T00:00:00.1-05:30", "2024-02-29T05:30:00.100Z"),
                             ("2026-02-20T10:00:00Z", "2026-02-20T10:00:00.000Z"), (None, None)]:
            same(amend(house, path, {key: sent})[key], wanted, sent)
        for value in ["today", "2026-02-20T10:00:00", "2026-02-20 10:00", "2026-02-30", "2026-13-01", 1700000000, "",
                      ["2026-02-20"], True, {}, "2026-02-20T10:00:00.1234567890Z", "20260220", "2026-02-20Z"]:
            invalid(ask(house, "PATCH", path, {key: value}), f"{key}: must be an ISO 8601 date-time or null", value)
    # The order of the two is nobody's concern.
    row = amend(house, path, {"startedAt": "2026-01-02", "completedAt": "2026-01-01"})
    check(row["startedAt"] > row["completedAt"], row)


def item_32_work_is_taken_up_again(house):
    path = audit(house, {"status": "completed"})
    at = show(house, path)["completedAt"]
    again = amend(house, path, {"status": "in_progress"})
    same([again["status"], again["completedAt"], state(house, path)], ["in_progress", at, "IN_PROGRESS"])
    same(amend(house, path, {"status": "in_progress"})["completedAt"], at)
    same(amend(house, path, {"status": "completed"})["completedAt"], at, "it is set only where it is missing")
    row = amend(house, path, {"status": "in_progress", "completedAt": None})
    same([row["status"], row["completedAt"]], ["in_progress", None])
    amend(house, path, {"status": "completed"})
    row = amend(house, path, {"status": "in_progress", "completedAt": "2026-01-01"})
    same([row["status"], row["completedAt"]], ["in_progress", "2026-01-01T00:00:00.000Z"])
    canceled = audit(house)
    step(house, "cancelAudit", show(house, canceled))
    told = ask(house, "PATCH", canceled, {"status": "in_progress", "title": "Lost"})
    same([told.status_code, told.json()["error"]["code"]], [409, "CONFLICT"])
    same([show(house, canceled)["title"], state(house, canceled)], [None, "CANCELED"])


def item_33_work_without_a_start_gets_one(house):
    path = audit(house)
    same(amend(house, path, {"startedAt": None})["startedAt"], None)
    check(recent(amend(house, path, {"status": "in_progress"})["startedAt"]), "filled")
    before = show(house, path)["startedAt"]
    time.sleep(0.01)
    same(amend(house, path, {"status": "in_progress"})["startedAt"], before, "it does not move")
    filled = amend(house, path, {"status": "in_progress", "startedAt": None})["startedAt"]
    check(recent(filled) and filled > before, "null is not set")
    own = amend(house, path, {"status": "in_progress", "startedAt": "2026-01-01"})
    same(own["startedAt"], "2026-01-01T00:00:00.000Z")
    closed = audit(house, {"status": "completed"})
    amend(house, closed, {"startedAt": None})
    same(amend(house, closed, {"status": "completed"})["startedAt"], None, "only in_progress fills it")
    check(recent(amend(house, closed, {"status": "in_progress"})["startedAt"]), "of a closed one")
    waiting = audit(house)
    step(house, "submitAudit", show(house, waiting))
    amend(house, waiting, {"startedAt": None})
    check(recent(amend(house, waiting, {"status": "in_progress"})["startedAt"]), "of one in review")
    same(state(house, waiting), "IN_REVIEW", "it stays where it stands")
