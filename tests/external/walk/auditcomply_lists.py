"""Pages and their links (items 16 to 19)."""

from auditcomply_words import LISTS, bodies, get, id_key, post, rows
from house import check, same

PAGE = {"detail": "Invalid page."}


def item_16_every_list_is_in_the_same_envelope(house):
    for name in LISTS:
        told = get(house, f"/{name}/")
        same(list(told), ["count", "next", "previous", "results"], name)
        check(isinstance(told["count"], int) and isinstance(told["results"], list), name)
    same(len(LISTS), 19)


def enough(house, count):
    """At least so many categories."""
    while get(house, "/categories/?page_size=1")["count"] < count:
        post(house, "/categories/", bodies(house)["categories"])


def item_17_pages_have_their_numbers_and_sizes(house):
    enough(house, 120)
    total = get(house, "/categories/")["count"]
    everything = [row["id"] for row in rows(house, "categories")]

    def page(query):
        return [row["id"] for row in get(house, f"/categories/?{query}")["results"]]

    last = -(-total // 25)
    for query, start, size in [
        ("", 0, 25), ("page=1", 0, 25), ("page=2", 25, 25), ("page=%2B2", 25, 25), ("page=+2+", 25, 25),
        ("page=%202", 25, 25), ("page=last", 25 * (last - 1), 25), (f"page={last}", 25 * (last - 1), 25),
        ("page_size=1", 0, 1), ("page_size=100", 0, 100), ("page_size=1000", 0, 100),
        ("page_size=101&page=2", 100, 100),
        ("page_size=99999999999999999999", 0, 100), ("page_size=0", 0, 25), ("page_size=-5", 0, 25),
        ("page_size=", 0, 25),
        ("page_size=ten", 0, 25), ("page_size=1.5", 0, 25), ("page_size=7&page_size=9", 0, 9),
        ("page=x&page=2", 25, 25),
        ("page_size=50&page=last", 50 * ((total - 1) // 50), 50),
    ]:
        same(page(query), everything[start:start + size], query)
    for number in ["0", "-1", str(last + 1), "", "x", "1.5", "99999999999999999999", "Last", "1e0", "%2B%2B1"]:
        same(get(house, f"/categories/?page={number}", status=404), PAGE, number)
    same(get(house, "/categories/?page=2&page=x", status=404), PAGE)
    empty = {"count": 0, "next": None, "previous": None, "results": []}
    for query in ["", "&page=1", "&page=last"]:
        same(get(house, f"/audits/?name=nothing-is-called-so{query}"), empty)
    same(get(house, "/audits/?name=nothing-is-called-so&page=2", status=404), PAGE)


def item_18_next_leads_through_every_row_once_in_order(house):
    for name in LISTS:
        size = max(1, get(house, f"/{name}/?page_size=1")["count"] // 6)
        link, found, turns = f"/{name}/?page_size={size}", [], 0
        while link:
            told = get(house, link)
            same(told["count"], get(house, f"/{name}/?page_size=1")["count"])
            found += [row[id_key(name)] for row in told["results"]]
            link, turns = told["next"], turns + 1
            check(link is None or link.startswith(f"{house.base}/{name}/?"), link)
        check(turns > 1 and len(found) == len(set(found)), f"{name}: {turns} pages, a row twice")
        same(len(found), told["count"], name)
        if name != "asset_tree":
            same(found, sorted(found), name)
    paths = {row["id"]: row["path"] for row in tree(house)}
    found = [row["id"] for row in rows(house, "asset_tree")]
    same(found, sorted(found, key=lambda one: paths[one]), "depth first")


def tree(house):
    """The way down to every asset, by the ids on it in the order of siblings."""
    listed = rows(house, "asset_tree")
    at = {row["id"]: row for row in listed}
    position = {row["id"]: turn for turn, row in enumerate(listed)}

    def way(one):
        parent = at[one]["parent_id"]
        return (way(parent) if parent is not None else ()) + (position[one],)

    return [{"id": row["id"], "path": way(row["id"])} for row in listed]


def item_19_links_keep_the_query_in_the_agreed_form(house):
    enough(house, 30)
    base = f"{house.base}/categories/?"
    told = get(house, "/categories?x=b+%2Cc&page_size=5&page=2&a=&x=%C3%A4~*&B=1")
    same(told["next"], base + "B=1&a=&page=3&page_size=5&x=b+%2Cc&x=%C3%A4~%2A")
    same(told["previous"], base + "B=1&a=&page_size=5&x=b+%2Cc&x=%C3%A4~%2A")
    told = get(house, "/categories?page_size=5&page=3")
    same([told["next"], told["previous"]], [base + "page=4&page_size=5", base + "page=2&page_size=5"])
    same(get(house, "/categories?page_size=5")["previous"], None)
    same(get(house, "/categories?page_size=nine")["next"], base + "page=2&page_size=nine")
    same(get(house, "/categories/?page=last")["next"], None)
    told = get(house, "/audits?state__in=CLOSED,INPROGRESS&page_size=2")
    same(told["next"], f"{house.base}/audits/?page=2&page_size=2&state__in=CLOSED%2CINPROGRESS")
