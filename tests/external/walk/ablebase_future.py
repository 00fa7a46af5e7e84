"""Audits that are to come (items 43 to 48)."""

import datetime
import time

from ablebase_words import (ADMIN, FUTURE, INSTANT, OWNER, amend, audit, begin, finished, listed, moment, product, show,
                            step)
from house import check, same


def rows(house, *slugs):
    """The rows of some products, in the order of the answer."""
    found = listed(house, "future-audits", "futureAudits", FUTURE)
    order = [(row["nextAuditDate"], row["productSlug"].encode()) for row in found]
    check(order == sorted(order) and all(INSTANT.fullmatch(when) for when, _ in order), order)
    return [row for row in found if not slugs or row["productSlug"] in slugs]


def only(house, slug):
    [row] = rows(house, slug)
    return [row["lastAuditNumber"], row["lastAuditDate"], row["nextAuditDate"]]


def default(house, months):
    house.make("updateOrganization", "organization { id }", OWNER, id=house.own["id"],
               defaultAuditFrequencyMonths=months)


def item_43_products_with_a_frequency_and_no_full_audit_are_listed(house):
    months = {"own": 3, "none": 0, "inherits": None, "archived": 3, "busy": 3, "small": 6, "again": 3, "over": 3}
    made = {name: product(house, slug=f"due-{name}", auditFrequencyMonths=number) for name, number in months.items()}
    slug = {name: made[name][0] for name in months}
    house.make("archiveAsset", "asset { id }", ADMIN, id=made["archived"][1]["id"])
    site = house.make("createAsset", "asset { id slug }", ADMIN, name="Site", slug="due-site", kind="SITE",
                      auditFrequencyMonths=3)
    begin(house, slug["busy"])
    begin(house, slug["small"], {"type": "small_scope"})
    begin(house, slug["again"], {"type": "re_audit"})
    begin(house, slug["over"], {"status": "completed"})

    def told():
        return {row["productSlug"][4:]: row["auditFrequency"] for row in rows(house, *slug.values(), site["slug"])}

    always = {"own": 3, "small": 6, "again": 3, "over": 3}
    try:
        default(house, 12)
        check(told() == {**always, "inherits": 12}, told())
        for nothing in [None, 0]:
            default(house, nothing)
            check(told() == always, f"{nothing}: {told()}")
    finally:
        default(house, None)
    # In progress is whatever is not closed, whoever made it so.
    for mutation in ["submitAudit", "markReadyToClose"]:
        step(house, mutation, show(house, f"products/{slug['busy']}/audits/1"))
        check("busy" not in told(), mutation)
    step(house, "closeAudit", show(house, f"products/{slug['busy']}/audits/1"))
    check(told() == {**always, "busy": 3}, told())
    house.make("createAudit", "audit { id }", ADMIN, assetId=made["own"][1]["id"], name="Planned elsewhere")
    check("own" not in told(), "one that was planned is in progress")


def item_44_the_latest_completed_full_audit_counts(house):
    slug, _ = product(house, auditFrequencyMonths=6)
    first, path = [1, "2025-05-01T00:00:00.000Z", "2025-11-01T00:00:00.000Z"], f"products/{slug}/audits/1"
    second = [2, "2025-03-01T00:00:00.000Z", "2025-09-01T00:00:00.000Z"]
    finished(house, slug, "2025-05-01")
    finished(house, slug, "2025-03-01")
    same(only(house, slug), first, "the latest by its completion, not by its number")
    for kind in ["re_audit", "small_scope"]:
        finished(house, slug, "2025-06-01", type=kind)
        same(only(house, slug), first, kind)
    amend(house, path, {"completedAt": None})
    same(only(house, slug), second, "one without an instant")
    amend(house, path, {"completedAt": "2025-05-01"})
    same(only(house, slug), first)
    amend(house, path, {"status": "in_progress"})
    same(rows(house, slug), [], "one that was taken up again is in progress")
    amend(house, path, {"type": "re_audit"})
    same(only(house, slug), second, "the reopened one does not count")
    amend(house, path, {"type": "full"})
    step(house, "cancelAudit", show(house, path))
    same(only(house, slug), second, "one that was canceled")
    amend(house, path, {"completedAt": "2025-05-01"})
    same(only(house, slug), second, "one that was canceled, whatever date it got")
    number = int(finished(house, slug, "2025-03-01").rpartition("/")[2])
    same(only(house, slug), [number, *second[1:]], "of two at the same instant the higher number")


def item_45_months_are_added_by_the_calendar(house):
    for base, months, wanted in [
        ("2024-06-01T00:00:00Z", 12, "2025-06-01T00:00:00.000Z"),
        ("2024-08-31T10:15:00Z", 6, "2025-02-28T10:15:00.000Z"),
        ("2023-11-30T00:00:00Z", 3, "2024-02-29T00:00:00.000Z"),
        ("2024-02-29T12:00:00Z", 12, "2025-02-28T12:00:00.000Z"),
        ("2025-01-31T00:00:00Z", 3, "2025-04-30T00:00:00.000Z"),
        # The day is that of UTC.
        ("2025-01-31T23:59:59.999999-01:00", 1, "2025-03-01T00:59:59.999Z"),
    ]:
        slug, _ = product(house, auditFrequencyMonths=months)
        finished(house, slug, base)
        [row] = rows(house, slug)
        same([row["nextAuditDate"], row["auditFrequency"]], [wanted, months], f"{base} and {months} months")


def item_46_a_product_that_was_never_audited_is_due_after_its_creation(house):
    """A creation long ago is written by the operator."""
    slug, made = product(house, name="Kiosk", auditFrequencyMonths=6)

    def wanted(when, overdue):
        return {"productId": made["uuid"], "productName": "Kiosk", "productSlug": slug, "nextAuditDate": when,
                "isOverdue": overdue, "auditFrequency": 6, "lastAuditDate": None, "lastAuditNumber": None}

    created = moment(made["createdAt"])
    [row] = rows(house, slug)
    month = created.month + 6
    due = (created.year + (month > 12), month - 12 * (month > 12))
    same(row, wanted(f"{due[0]}-{due[1]:02}" + row["nextAuditDate"][7:], False))
    if created.day <= 28:
        same(row["nextAuditDate"][7:], made["createdAt"][7:23] + "Z")
    house.operator(f"UPDATE asset SET created_at = '2025-08-31T14:00:00.000000+00:00' WHERE slug = '{slug}'")
    same(rows(house, slug), [wanted("2026-02-28T14:00:00.000Z", True)])
    begin(house, slug, {"type": "re_audit", "status": "completed"})
    begin(house, slug, {"type": "small_scope"})
    same(rows(house, slug), [wanted("2026-02-28T14:00:00.000Z", True)])


def item_47_what_is_due_now_is_not_overdue(house):
    """A client cannot stop the clock: it asks until the answer turns, and compares with the time it asked at."""
    now = datetime.datetime.now(datetime.timezone.utc)
    due = now + datetime.timedelta(seconds=2)
    due = due.replace(microsecond=due.microsecond // 1000 * 1000)
    # A year ago, or in the leap year before the day that has no other: a 29th of February.
    years = 1 if (due.month, due.day) != (2, 29) else 4
    base = due.replace(year=due.year - years)
    slug, _ = product(house, auditFrequencyMonths=12 * years)
    finished(house, slug, base.isoformat())
    due = due.timestamp()
    turned, nearest = False, []
    for _ in range(2000):
        before = time.time()
        [row] = rows(house, slug)
        after = time.time()
        check(abs(moment(row["nextAuditDate"]).timestamp() - due) < 0.0005, row)
        if row["isOverdue"]:
            check(after > due, f"overdue {due - after} s before it is due")
            turned = True
            break
        check(before <= due + 0.001, f"not overdue {before - due} s after it was due")
        nearest.append(due - before)
        time.sleep(max(0.0, min(0.2, due - time.time() - 0.05)))
    check(turned and nearest, "it turns")


def item_48_what_is_due_first_comes_first(house):
    slugs = ["tie-b", "tie_b", "tie-a-1", "tie-a1", "tie-c"]
    for slug in slugs:
        product(house, slug=slug, auditFrequencyMonths=6)
        finished(house, slug, "2024-01-01T00:00:00Z" if slug != "tie-c" else "2023-12-31T23:59:59.999Z")
    product(house, slug="tie-later", auditFrequencyMonths=12)
    finished(house, "tie-later", "2023-07-01T00:00:00.001Z")
    product(house, slug="tie-0", auditFrequencyMonths=3)
    finished(house, "tie-0", "2024-04-01T00:00:00.000Z")
    found = rows(house, *slugs, "tie-later", "tie-0")
    same([row["productSlug"] for row in found], ["tie-c", "tie-0", "tie-a-1", "tie-a1", "tie-b", "tie_b", "tie-later"])
    same(len({row["nextAuditDate"] for row in found}), 3)
    audit(house)
