"""Orders, pages and columns (items 23 to 34)."""

import decimal
import functools
import urllib.parse

from action_audit_words import FIELDS, NESTED, RESOURCES, pages, read, refusal, rows
from house import check, same

NUMBER = {"offset": "2147483647", "limit": "1000"}


def key_of(field, value):
    """How two shown values compare: by value where it has one, else by their bytes; null by itself."""
    if isinstance(value, str):
        return decimal.Decimal(value) if field.startswith("total_") else value.encode()
    return value


def compare(field, descending, one, other):
    """The order of two rows by a field, completed by the uuid."""
    first, second = key_of(field, one[field]), key_of(field, other[field])
    if first is None or second is None:
        order = (first is None) - (second is None)
    else:
        order = (first > second) - (first < second)
    order = -order if descending else order
    return order or (one["uuid"] > other["uuid"]) - (one["uuid"] < other["uuid"])


def ordered(found, field, descending, where):
    wanted = sorted(found, key=functools.cmp_to_key(functools.partial(compare, field, descending)))
    same([row["uuid"] for row in found], [row["uuid"] for row in wanted], where)


def item_23_without_parameters_the_first_hundred_as_created(house):
    for resource in RESOURCES:
        told = read(house, f"{resource}.json")
        shown = {key: told["request"][key] for key in ["sort_by", "sort_dir", "offset", "limit", "columns"]}
        same(shown, {"sort_by": None, "sort_dir": None, "offset": 0, "limit": 100, "columns": None}, resource)
        total = int(house.export(f"{resource}.json").headers["x-total-count"])
        check(len(told["data"]) == min(100, total), resource)
        everything = rows(house, resource)
        ordered(everything, "created_at", False, resource)
        same([row["uuid"] for row in told["data"]], [row["uuid"] for row in everything[:100]], resource)


def walk(house, path):
    """The rows seen by following `next`."""
    found = []
    while path:
        told = house.export(path)
        check(told.status_code == 200, told.text[:300])
        page = told.json()
        same(page["response"]["count"], len(page["data"]))
        found += [row["uuid"] for row in page["data"]]
        path = dict(pages(told)).get("next")
    return found


def item_24_equal_rows_keep_their_order_over_pages(house):
    for turn in range(7):
        given = {"name": f"Twin {turn}", "auditor": {"username": "alex.auditor"}, "created_at": "2026-05-05T05:05:05Z"}
        check(house.comply("POST", "/audits/", json=given).status_code == 201, "an audit")
    alike = [row for row in rows(house, "audits") if row["created_at"] == "2026-05-05T05:05:05.000Z"]
    check(len(alike) >= 7 and [row["uuid"] for row in alike] == sorted(row["uuid"] for row in alike), alike)
    for query, whole in [("limit=3", ""), ("limit=3&sort_dir=desc", "&sort_dir=desc"),
                         ("limit=7&sort_by=status&columns=status", "&sort_by=status")]:
        for resource in ["audits", "orgcells", "workers", "activities"]:
            query = query if resource != "activities" else query.replace("limit=3", "limit=97").replace("=7", "=97")
            found = walk(house, f"{resource}.json?{query}") if (resource, "status" in query) not in [
                ("orgcells", True), ("activities", True)] else []
            if found:
                same(found, [row["uuid"] for row in rows(house, resource, whole)], f"{resource}?{query}")
                check(len(set(found)) == len(found), "a row twice")


def item_25_a_limit_is_a_whole_number_up_to_1000(house):
    check(read(house, "activities.json?limit=1000")["response"]["count"] == 1000, "1000")
    for value in ["1001", "-1", "%2B5", "+5", "1.0", "abc", ""]:
        path = f"users.json?limit={value}"
        refusal(house, house.export(path), 400, "limit: must be an integer from 0 to 1000", path)
    for value in ["2147483648", "-1", "%2B5", "1.0", "abc", ""]:
        path = f"users.json?offset={value}"
        refusal(house, house.export(path), 400, "offset: must be an integer from 0 to 2147483647", path)


def item_26_a_limit_of_nothing_tells_the_total(house):
    for resource in RESOURCES:
        told = house.export(f"{resource}.json?limit=0")
        body = told.json()
        same([told.status_code, body["data"], body["response"]["count"], body["request"]["limit"]], [200, [], 0, 0])
        same(told.headers["x-total-count"], str(len(rows(house, resource))), resource)
        check("link" not in told.headers, told.headers)
    check("link" not in house.export("users.json?limit=0&offset=3").headers, "offset")


def item_27_behind_the_end_there_is_only_the_way_back(house):
    for resource in RESOURCES:
        total = len(rows(house, resource))
        told = house.export(f"{resource}.json?limit=5&offset={total + 20}")
        same([told.status_code, told.json()["data"], told.json()["response"]["count"]], [200, [], 0])
        same(told.headers["x-total-count"], str(total))
        same(pages(told), [("prev", f"/xapi/v1/{resource}.json?limit=5&offset={total + 15}")])
    same(read(house, "users.json?offset=2147483647")["data"], [])


def item_28_every_field_but_roles_and_pins_orders_both_ways(house):
    fields = 0
    for resource in RESOURCES:
        everything = {row["uuid"] for row in rows(house, resource)}
        for field in FIELDS[resource]:
            if field in ("roles", "pincode"):
                continue
            for direction in ["asc", "desc"]:
                query = f"&sort_by={field}&sort_dir={direction}"
                found = rows(house, resource, query)
                check({row["uuid"] for row in found} == everything, f"{resource}{query}: other rows")
                ordered(found, field, direction == "desc", f"{resource}{query}")
            told = read(house, f"{resource}.json?limit=1&sort_by={field}")["request"]
            same([told["sort_by"], told["sort_dir"]], [field, None])
            fields += 1
        for name in ["roles", "pincode", "links", "orgcell", "colour", "uuid; DROP TABLE audit", "uuid desc", "UUID",
                     "1", "", "x" * 120]:
            path = f"{resource}.json?sort_by={urllib.parse.quote(name)}"
            refusal(house, house.export(path), 400, f'sort_by: unknown column "{name[:100]}"', path)
    check(fields == 16 + 8 + 11 + 14 + 19 + 23 + 10 + 21 + 6, fields)


def item_29_null_comes_last_ascending_and_first_descending(house):
    shown = 0
    for resource in RESOURCES:
        for field in FIELDS[resource]:
            if field in ("roles", "pincode"):
                continue
            up = [row[field] is None for row in rows(house, resource, f"&sort_by={field}&columns={field}")]
            if True not in up or False not in up:
                continue
            down = [row[field] is None
                    for row in rows(house, resource, f"&sort_by={field}&sort_dir=desc&columns={field}")]
            same([up, down], [sorted(up), sorted(down, reverse=True)], f"{resource}.{field}")
            shown += 1
    check(shown > 20, f"only {shown} fields have both, nulls and values")


def item_30_a_direction_is_asc_or_desc(house):
    for value in ["ASC", "Desc", "", "up", "asc%20"]:
        refusal(house, house.export(f"users.json?sort_dir={value}"), 400, "sort_dir: must be asc or desc", value)
    for resource in RESOURCES:
        down = rows(house, resource, "&sort_dir=desc")
        ordered(down, "created_at", True, resource)
        same(read(house, f"{resource}.json?sort_dir=desc")["request"]["sort_dir"], "desc")
        same(read(house, f"{resource}.json?sort_dir=desc")["request"]["sort_by"], None)


def item_31_columns_keep_the_documented_order(house):
    for resource in ["audits", "ideas", "action_plans"]:
        told = read(house, f"{resource}.json?columns=subject,number&limit=3")
        same(told["request"]["columns"], ["subject", "number"])
        for row in told["data"]:
            same(list(row), ["uuid", "number", "subject", "links"])
    same(read(house, "audits.json?columns=number,number")["request"]["columns"], ["number", "number"])
    for resource in RESOURCES:
        row = rows(house, resource)[0]
        full = read(house, row["links"]["show"])["data"]
        found = read(house, row["links"]["show"] + "?columns=created_at,uuid")
        same(list(found["request"]), ["requested_at", "uuid"])
        same(list(found["data"]), ["uuid", "created_at", "links"] + list(NESTED[resource]), resource)
        for key in found["data"]:
            same(found["data"][key], full[key], f"{resource}.{key}")
        for address in [f"{resource}.json", row["links"]["show"]]:
            for names, fault in [("uuid,colour", "colour"), ("", ""), ("uuid,", ""), (",uuid", ""), ("uuid,,x", ""),
                                 ("uuid,%20created_at", " created_at"), ("links", "links"), ("orgcell", "orgcell"),
                                 ("UUID", "UUID"), ("y" * 101, "y" * 100)]:
                path = f"{address}?columns={names}"
                refusal(house, house.export(path), 400, f'columns: unknown column "{fault}"', path)
    check("roles" in read(house, "users.json?columns=roles&limit=1")["data"][0], "roles are a field")


def item_32_the_new_due_date_is_a_field_of_the_record_only(house):
    row = rows(house, "activities")[0]
    found = read(house, row["links"]["show"] + "?columns=new_due_date")["data"]
    same(list(found), ["uuid", "new_due_date", "links"] + list(NESTED["activities"]))
    for query in ["columns", "sort_by"]:
        told = house.export(f"activities.json?{query}=new_due_date")
        refusal(house, told, 400, f'{query}: unknown column "new_due_date"', query)


def item_33_a_parameter_is_given_once_and_an_unknown_one_ignored(house):
    for name, value in [("limit", "5"), ("offset", "0"), ("sort_by", "uuid"), ("sort_dir", "asc"), ("columns", "uuid")]:
        told = house.export(f"users.json?{name}={value}&{name}={value}")
        refusal(house, told, 400, f"{name}: given more than once", name)
    plain = read(house, "users.json?limit=2")["data"]
    same(read(house, "users.json?limit=2&filter=x&page=7&filter=y&page_size=z")["data"], plain)
    row = plain[0]["links"]["show"]
    told = read(house, row + "?limit=x&limit=y&offset=-1&sort_by=nothing&sort_dir=up")["data"]
    same(told, read(house, row)["data"])
    refusal(house, house.export(row + "?columns=uuid&columns=uuid"), 400, "columns: given more than once", "record")


def item_34_links_and_totals_are_as_agreed(house):
    for resource in RESOURCES:
        total = len(rows(house, resource))
        for query, limit, offset in [("", 100, 0), ("limit=1", 1, 0), ("limit=1&offset=1", 1, 1),
                                     ("offset=1&limit=4", 4, 1), (f"limit=5&offset={total}", 5, total),
                                     (f"limit={min(total, 1000)}", min(total, 1000), 0),
                                     ("limit=2&offset=1&sort_dir=desc&columns=uuid,created_at&sort_by=uuid&x=1", 2, 1)]:
            told = house.export(f"{resource}.json?{query}")
            same(told.headers["x-total-count"], str(total), resource)
            body = told.json()
            same([body["response"]["count"], body["request"]["limit"], body["request"]["offset"]],
                 [len(body["data"]), limit, offset], query)
            check(len(body["data"]) == max(0, min(limit, total - offset)), query)
            kept = "sort_by=uuid&sort_dir=desc&columns=uuid%2Ccreated_at&" if "sort" in query else ""
            wanted = []
            if offset + limit < total:
                wanted.append(("next", f"/xapi/v1/{resource}.json?{kept}limit={limit}&offset={offset + limit}"))
            if offset:
                wanted.append(("prev", f"/xapi/v1/{resource}.json?{kept}limit={limit}&offset={max(0, offset - limit)}"))
            same(pages(told), wanted, f"{resource}?{query}")
            check(bool(wanted) == ("link" in told.headers), "no Link where no page is")
