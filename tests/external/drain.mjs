// SIGTERM under load: every request that was under way is answered whole, and the program ends within five seconds.
// node drain.mjs <binary>
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CONNECTIONS = 16;
const LOAD_MS = 1500;
// A request that the program cannot have read yet when the signal came may be refused; it must not be half answered.
const UNREAD_MS = 10;

const query = `{ audits(first: 60) { nodes { number scoreMain overdue asset { name breadcrumb } auditor { name }
  activities(first: 10) { nodes { subject responses score } } issues(first: 5) { nodes { title assignee { name } } } } } }`;

const work = mkdtempSync(join(tmpdir(), 'drain-'));
const server = spawn(process.argv[2], ['serve', '--listen', '127.0.0.1:0', '--data-dir', join(work, 'data')], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
const ended = new Promise((resolve) => server.on('exit', (code, signal) => resolve({ code, signal, at: Date.now() })));
const fail = (why) => {
  console.error(`drain: ${why}`);
  server.kill('SIGKILL');
  rmSync(work, { recursive: true, force: true });
  process.exit(1);
};

const base = await new Promise((resolve) => {
  let said = '';
  server.stdout.on('data', (bytes) => {
    said += bytes;
    const ready = said.match(/ready (http:\/\/127\.0\.0\.1:\d+)/);
    if (ready) resolve(new URL(ready[1]));
  });
  setTimeout(() => fail(`not ready after a minute:\n${said}`), 60_000).unref();
});
const { apiKey } = JSON.parse(readFileSync(join(work, 'data', 'demo-credentials.json'), 'utf8'));

const body = JSON.stringify({ query });
const message =
  `POST /graphql HTTP/1.1\r\nHost: ${base.host}\r\nAuthorization: Bearer ${apiKey}\r\n` +
  `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

let stopped; // when the signal was sent
let answered = 0;
const late = []; // what became of each request that was under way at the signal

function converse() {
  return new Promise((resolve) => {
    const socket = connect({ host: base.hostname, port: base.port, noDelay: true });
    let got = Buffer.alloc(0);
    let sent;
    const send = () => {
      got = Buffer.alloc(0);
      sent = performance.now();
      socket.write(message);
    };
    const finish = (whole) => {
      if (stopped !== undefined && sent <= stopped) {
        late.push({ age: stopped - sent, whole, bytes: got.length });
      } else if (!whole && (got.length > 0 || stopped === undefined)) {
        late.push({ age: Infinity, whole, bytes: got.length });
      }
      sent = Infinity;
    };
    const over = () => {
      if (sent !== Infinity) finish(false);
      resolve();
    };
    socket.on('connect', send);
    socket.on('data', (bytes) => {
      got = Buffer.concat([got, bytes]);
      const end = got.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = got.subarray(0, end).toString('latin1');
      const length = Number(head.match(/content-length: (\d+)/i)?.[1]);
      if (!Number.isInteger(length)) fail(`an answer of unknown length:\n${head}`);
      if (got.length < end + 4 + length) return;
      const answer = JSON.parse(got.subarray(end + 4).toString('utf8'));
      if (!head.startsWith('HTTP/1.1 200') || answer.errors || answer.data.audits.nodes.length < 50) {
        fail(`not the answer: ${head}\n${JSON.stringify(answer).slice(0, 500)}`);
      }
      answered += 1;
      finish(true);
      if (/connection: close/i.test(head)) socket.end();
      else send();
    });
    socket.on('error', over);
    socket.on('close', over);
  });
}

const conversations = Array.from({ length: CONNECTIONS }, converse);
await new Promise((resolve) => setTimeout(resolve, LOAD_MS));
const signalled = Date.now();
stopped = performance.now();
server.kill('SIGTERM');
setTimeout(() => fail('still running 10 seconds after the signal'), 10_000).unref();
await Promise.all(conversations);
const end = await ended;

const lost = late.filter(({ age, whole, bytes }) => !whole && (age > UNREAD_MS || bytes > 0));
const whole = late.filter((request) => request.whole).length;
const seconds = (end.at - signalled) / 1000;
if (answered < CONNECTIONS) fail(`only ${answered} answers: no load`);
if (lost.length > 0) fail(`${lost.length} requests under way were not answered: ${JSON.stringify(lost)}`);
if (whole < CONNECTIONS / 2) fail(`only ${whole} requests were under way at the signal: nothing was shown`);
if (end.code !== 0 || seconds > 5) fail(`ended with ${end.code ?? end.signal} after ${seconds} s`);
rmSync(work, { recursive: true, force: true });
console.log(`drain: ${answered} answers under load; ${whole} of ${whole} under way at SIGTERM; ended after ${seconds} s`);
process.exit(0);
