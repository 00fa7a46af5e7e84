#!/usr/bin/env python3
"""Verifies a bundle that `audit-gateway trail export` wrote, with nothing but Python's standard library.

    python3 verify_trail.py BUNDLE [--key BASE64] [--checkpoint FILE]

Works every hash out anew (docs/trail.md) and names the first event that is not what was recorded. Without --key the
signature only shows that the bundle fits its own key; take the key from /trail/key or from whoever runs the gateway.
--checkpoint holds the trail against notes kept elsewhere. Exit code: 0 all is well, 1 something is not.
"""
import argparse
import base64
import hashlib
import json
import sys

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
G_Y = 4 * pow(5, P - 2, P) % P


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def text(data):
    return base64.b64encode(data).decode()


def x_of(y, sign):
    """The x of a point of the curve (RFC 8032, section 5.1.3)."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError("no point of the curve")
    return P - x if x & 1 != sign else x


def add(a, b):
    """The sum of two points in extended coordinates (RFC 8032, section 5.1.4)."""
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = add(total, point)
        point, number = add(point, point), number >> 1
    return total


def point_of(data):
    number = int.from_bytes(data, "little")
    y, sign = number & (2**255 - 1), number >> 255
    x = x_of(y, sign)
    return x, y, 1, x * y % P


def signed(key, message, signature):
    """Whether an Ed25519 signature holds (RFC 8032, section 5.1.7)."""
    if len(key) != 32 or len(signature) != 64:
        return False
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    try:
        base, a, b = (x_of(G_Y, 0), G_Y, 1, x_of(G_Y, 0) * G_Y % P), point_of(key), point_of(r)
    except ValueError:
        return False
    h = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L
    left, right = times(s, base), add(b, times(h, a))
    return not any((left[axis] * right[2] - right[axis] * left[2]) % P for axis in (0, 1))


def checkpoint(note, key):
    """Origin, size and root that a signed note states (c2sp.org/tlog-checkpoint)."""
    body, _, signatures = note.rpartition("\n\n")
    lines = (body + "\n").split("\n")
    for line in signatures.splitlines():
        mark, name, signature = (line.split(" ") + ["", ""])[:3]
        data = base64.b64decode(signature)
        known = data[:4] == sha256(name.encode(), b"\n\x01", key)[:4]
        if mark == "\u2014" and name == lines[0] and known and signed(key, (body + "\n").encode(), data[4:]):
            return lines[0], int(lines[1]), base64.b64decode(lines[2])
    raise SystemExit("a checkpoint is not signed with the key")


class Trail:
    """The trail of one organization while it is read."""

    def __init__(self, head, key, outside):
        self.origin, self.key, self.expected = head["origin"], key, head["from"]
        self.roots, self.size = [base64.b64decode(root) for root in head["before"]], head["from"] - 1
        self.outside, self.untold, self.compared = outside, [], 0
        if bin(self.size).count("1") != len(self.roots):
            raise SystemExit("the first line does not fit itself")

    def event(self, event):
        number, content = event["sequence"], [event["snapshotAfter"], event["snapshotBefore"], event["extra"]]
        if number != self.expected:
            self.fail(self.expected, "removed" if number > self.expected else "inserted", "the next one is %d" % number)
        if event["leaf"] is None or event["leafHash"] is None:
            self.fail(number, "inserted", "it has no leaf")
        leaf = json.loads(event["leaf"])
        if leaf[2] != number:
            self.fail(number, "reordered", "it was recorded as %d, or another was inserted or removed" % leaf[2])
        fields = ["uuid", "action", "userUuid", "entityType", "entityUuid", "parentUuid", "eventDate", "actionDate"]
        fields = [event[name] for name in fields + ["surface", "requestId"]]
        built = ["audit-gateway/event/1", self.origin.rpartition("/")[2], number, *fields]
        if event["erasedAt"] is not None:
            if any(part is not None for part in content + [event["salt"]]) or event["entityType"] == "trail":
                self.fail(number, "changed", "it is marked as erased and cannot be")
            self.untold.append(number)
            built.append(leaf[-1])
        else:
            hashed = [base64.b64decode(event["salt"] or "")]
            for part in content:
                data = (part or "").encode()
                hashed += [b"\0"] if part is None else [b"\1", len(data).to_bytes(8, "big"), data]
            built.append(text(sha256(*hashed)))
        if json.dumps(built, ensure_ascii=False, separators=(",", ":")) != event["leaf"]:
            self.fail(number, "changed", "it is not what its leaf says")
        node = sha256(b"\0", event["leaf"].encode())
        if text(node) != event["leafHash"]:
            self.fail(number, "changed", "the hash of its leaf is another")
        if event["entityType"] == "trail":
            told = json.loads(event["extra"])["erased"]
            self.untold = [one for one in self.untold if not any(a <= one <= min(b, number - 1) for a, b in told)]
        size = self.size
        while size & 1:
            node, size = sha256(b"\1", self.roots.pop(), node), size >> 1
        self.roots.append(node)
        self.size, self.expected = self.size + 1, number + 1
        for root in self.outside.get((self.origin, self.size), []):
            self.compare(root, "a checkpoint from outside")

    def compare(self, root, who):
        reckoned = self.roots[-1] if self.roots else sha256()
        for left in reversed(self.roots[:-1]):
            reckoned = sha256(b"\1", left, reckoned)
        if reckoned != root:
            raise SystemExit("%s is of other events than the first %d" % (who, self.size))
        self.compared += 1

    def end(self, note):
        origin, size, root = checkpoint(note, self.key)
        if origin != self.origin:
            raise SystemExit("the checkpoint is of another trail")
        if size > self.size:
            self.fail(self.expected, "removed", "the checkpoint counts %d" % size)
        if size < self.size:
            self.fail(size + 1, "inserted", "the checkpoint counts %d" % size)
        longest = max([size for origin, size in self.outside if origin == self.origin], default=0)
        if longest > size:
            self.fail(size + 1, "removed", "a checkpoint from outside counts %d" % longest)
        if self.untold:
            self.fail(self.untold[0], "changed", "its snapshots are gone, and no erasure tells of it")
        self.compare(root, "the checkpoint")
        print("%s: %d events, %d checkpoints: clean" % (self.origin, self.size, self.compared))

    def fail(self, number, what, why):
        raise SystemExit("%s: event %d was %s: %s" % (self.origin, number, what, why))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle")
    parser.add_argument("--key")
    parser.add_argument("--checkpoint", action="append", default=[])
    asked = parser.parse_args()
    trail, outside = None, {}
    with open(asked.bundle, encoding="utf-8") as lines:
        for line in lines:
            line = json.loads(line)
            if "trail" in line:
                key = base64.b64decode(asked.key or line["publicKey"])
                for file in asked.checkpoint if trail is None and not outside else []:
                    notes = open(file, encoding="utf-8").read().strip().split("\n\n")
                    for body, signatures in zip(notes[::2], notes[1::2]):
                        origin, size, root = checkpoint("%s\n\n%s\n" % (body, signatures), key)
                        outside.setdefault((origin, size), []).append(root)
                trail = Trail(line, key, outside)
            elif "checkpoint" in line:
                trail.end(line["checkpoint"])
                trail = None
            else:
                trail.event(line)
    if trail is not None:
        raise SystemExit("the bundle ends before its checkpoint")


if __name__ == "__main__":
    sys.exit(main())
