"""A gateway of its own for a walk: the program on a fresh store with demonstration data, and hands to ask it with."""

import base64
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import urllib.parse

import requests

# The secret of the contract's test vector for API keys, and one with which tokens can be forged.
KEY_SECRET = bytes(range(32))
TOKEN_SECRET = bytes([7] * 32)
PASSWORD = "demo-{}"
HOME, NEIGHBOUR = "harbour-foods", "northwind-library"
NEIGHBOURS = {"nora.owner", "liam.member"}
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("AUDIT_GATEWAY_")}
ENVIRONMENT.pop("DATABASE_URL", None)
ENVIRONMENT["AUDIT_GATEWAY_API_KEY_SECRETS"] = base64.b64encode(KEY_SECRET).decode()
ENVIRONMENT["AUDIT_GATEWAY_AUDITCOMPLY_JWT_SECRET"] = base64.b64encode(TOKEN_SECRET).decode()


class Failure(Exception):
    """Something is not as the contract says."""


def check(holds, what):
    """Fails with `what` unless it holds."""
    if not holds:
        raise Failure(str(what)[:1500])


def same(found, wanted, where=""):
    """Fails unless both are the same, members in the same order."""
    check(json.dumps(found) == json.dumps(wanted), f"{where}: {json.dumps(found)[:700]} in place of "
          f"{json.dumps(wanted)[:700]}")


def psql(url, sql):
    done = subprocess.run(["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", url, "-c", sql], capture_output=True, text=True)
    check(done.returncode == 0, f"psql: {sql}: {done.stderr}")
    return done.stdout


class House:
    """The program on one store, made anew and thrown away at the end."""

    def __init__(self, binary, store, demonstration="on"):
        self.binary, self.store, self.demonstration = os.path.abspath(binary), store, demonstration
        self.work = tempfile.mkdtemp(prefix="walk-")
        self.database, self.process, self.tokens, self.jwts = None, None, {}, {}
        self.flags = ["--data-dir", os.path.join(self.work, "data")]
        if store == "postgres":
            admin = os.environ["TEST_DATABASE_URL"]
            self.database = (admin, f"audit_gateway_walk_{os.getpid()}_{os.urandom(3).hex()}")
            psql(admin, f"CREATE DATABASE {self.database[1]}")
            parts = urllib.parse.urlsplit(admin)
            self.url = urllib.parse.urlunsplit(parts._replace(path="/" + self.database[1]))
            self.flags += ["--database-url", self.url]
        self.session = requests.Session()
        self.session.trust_env = False
        self.port = 0

    def start(self, *flags):
        """Starts the program, at the same port as before."""
        words = [self.binary, "serve", "--listen", f"127.0.0.1:{self.port}", "--demonstration", self.demonstration,
                 "--log-level", "warn", *self.flags, *flags]
        self.log = open(os.path.join(self.work, "log"), "ab")
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=self.log, env=ENVIRONMENT, cwd=self.work)
        ready = threading.Timer(180, self.process.kill)
        ready.start()
        for line in self.process.stdout:
            found = re.match(rb"ready (http://127\.0\.0\.1:(\d+))", line)
            if found:
                ready.cancel()
                self.base, self.port = found[1].decode(), int(found[2])
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                break
        else:
            raise Failure(f"the program does not get ready: {self.said()}")
        credentials = os.path.join(self.work, "data", "demo-credentials.json")
        if os.path.exists(credentials):
            with open(credentials, encoding="utf-8") as file:
                told = json.load(file)
            self.data_key, self.api_key = told["dataApiKey"], told["apiKey"]
        return self

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.session.close()

    def again(self, *flags):
        """Restarts the program on the same store."""
        self.stop()
        return self.start(*flags)

    def finish(self):
        self.stop()
        if self.database:
            psql(self.database[0], f"DROP DATABASE {self.database[1]} WITH (FORCE)")
        shutil.rmtree(self.work, ignore_errors=True)

    def said(self):
        self.log.flush()
        with open(self.log.name, "rb") as log:
            return log.read()[-3000:].decode(errors="replace")

    def command(self, *words):
        """Runs a command of the program on the same store."""
        done = subprocess.run([self.binary, *words, *self.flags], env=ENVIRONMENT, cwd=self.work, capture_output=True,
                              text=True)
        check(done.returncode == 0, f"{words}: {done.returncode}: {done.stdout[-800:]}{done.stderr[-800:]}")
        return done.stdout

    def operator(self, sql):
        """Changes the store by the way, for what no surface of the gateway can make."""
        if self.database:
            # Rows are kept apart by the store itself; this names the operator, who sees all of them.
            return psql(self.url, f"SET audit_gateway.organization = '*'; {sql}")
        path = os.path.join(self.work, "data", "audit-gateway.sqlite")
        with sqlite3.connect(path, timeout=20, isolation_level=None) as store:
            store.executescript(sql)
        store.close()

    def send(self, method, path, **given):
        """A request; redirects are not followed."""
        given.setdefault("timeout", 60)
        target = path if path.startswith("http") else self.base + path
        return self.session.request(method, target, allow_redirects=False, **given)

    # GraphQL

    def token(self, username="olivia.owner", organization=None, password=None):
        """An access token of the login of GraphQL, kept for later."""
        organization = organization or (NEIGHBOUR if username in NEIGHBOURS else HOME)
        if (username, organization) not in self.tokens:
            given = {"username": username, "password": password or PASSWORD.format(username.replace(".", "-")),
                     "organization": organization}
            document = "mutation($i: LoginInput!) { login(input: $i) { accessToken userErrors { message } } }"
            told = self.graphql(None, document, {"i": given})["login"]
            check(told["accessToken"], f"{username} cannot sign in: {told}")
            self.tokens[username, organization] = told["accessToken"]
        return self.tokens[username, organization]

    def graphql(self, token, document, variables=None):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        told = self.send("POST", "/graphql", json={"query": document, "variables": variables or {}}, headers=headers)
        answer = told.json()
        check(told.status_code == 200 and not answer.get("errors"), f"{document[:300]}: {told.text[:800]}")
        return answer["data"]

    def ask(self, document, user="olivia.owner", **variables):
        """Data of a GraphQL query."""
        return self.graphql(self.token(user), document, variables)

    def make(self, mutation, fields, user="olivia.owner", **given):
        """The record that a mutation gives; `fields` begins with its name."""
        kind = mutation[0].upper() + mutation[1:] + "Input"
        fields_of = f"{fields} userErrors {{ field code message }}"
        document = f"mutation($i: {kind}!) {{ {mutation}(input: $i) {{ {fields_of} }} }}"
        told = self.ask(document, user, i=given)[mutation]
        check(not told["userErrors"], f"{mutation} {given}: {told['userErrors']}")
        return told[fields.split()[0]]

    def all(self, noun, fields, arguments="", user="olivia.owner"):
        """All nodes of a connection."""
        found, after = [], None
        while True:
            cursor = f', after: "{after}"' if after else ""
            document = f"{{ {noun}(first: 100{cursor}{arguments}) {{ nodes {{ {fields} }} pageInfo {{ hasNextPage " \
                       "endCursor } } }"
            page = self.ask(document, user)[noun]
            found += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]

    def events(self, user="olivia.owner"):
        """The number of the last event in the trail of an organization."""
        query = "{ changeEvents(first: 1, orderBy: [{field: SEQUENCE, direction: DESC}]) { nodes { sequence } } }"
        return self.ask(query, user)["changeEvents"]["nodes"][0]["sequence"]

    def person(self, username, **given):
        """A person of the organization who can sign in."""
        given.setdefault("password", PASSWORD.format(username.replace(".", "-")))
        return self.make("createUser", "user { id legacyId uuid }", username=username, **given)

    # The two interfaces

    def export(self, path, token=None, method="GET", **given):
        """A request of the Action Audit Data API; with the export key where no token is given."""
        headers = {"authorization": f"Bearer {token or self.data_key}", **given.pop("headers", {})}
        return self.send(method, path if path.startswith("/") else f"/xapi/v1/{path}", headers=headers, **given)

    def jwt(self, username="olivia.owner", password=None):
        """A token of AuditComply, kept for later."""
        if username not in self.jwts:
            given = {"username": username, "password": password or PASSWORD.format(username.replace(".", "-"))}
            told = self.send("POST", "/api-token-auth/", json=given)
            check(told.status_code == 200, f"{username}: {told.text}")
            self.jwts[username] = told.json()["token"]
        return self.jwts[username]

    def comply(self, method, path, user="olivia.owner", token=None, **given):
        """A request of AuditComply."""
        headers = {"authorization": f"JWT {token or self.jwt(user)}", **given.pop("headers", {})}
        return self.send(method, path, headers=headers, **given)

    def statements(self, surface):
        """Statements that requests of a surface have sent to the store so far."""
        told = self.send("GET", "/metrics").text
        found = re.search(rf'^audit_gateway_request_statements_sum{{surface="{surface}"}} (\d+)', told, re.M)
        return int(found[1]) if found else 0


def curl(*words):
    """Raw answer of curl: status, headers as (name in lower case, value), body."""
    done = subprocess.run(["curl", "-sS", "-i", "--max-time", "30", *words], capture_output=True)
    check(done.returncode == 0, f"curl {words}: {done.stderr}")
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]
    return int(lines[0].split()[1]), headers, body
