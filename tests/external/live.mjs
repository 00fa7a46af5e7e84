// Subscriptions with the clients of others: graphql-ws, graphql-sse, and fetch for the feed. Changes are written by another
// process on the same store, through the importer.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import WebSocket from 'ws';

const [base, token, program, data, work] = process.argv.slice(2);
const run = promisify(execFile);
const authorization = { authorization: `Bearer ${token}` };
const check = (holds, what) => {
  if (!holds) throw new Error(what);
};
const soon = (promise, what) =>
  Promise.race([promise, new Promise((_, no) => setTimeout(() => no(new Error(`${what}: nothing in time`)), 20_000))]);

async function write(count) {
  const piece = randomUUID();
  const now = new Date().toISOString();
  const event = { action: 'Edit', pieceId: piece, userId: randomUUID(), eventDate: now, actionDate: now };
  const lines = Array.from({ length: count }, () => JSON.stringify({ id: randomUUID(), ...event }));
  writeFileSync(`${work}/events.ndjson`, lines.join('\n'));
  await run(program, ['import', 'folio', `${work}/events.ndjson`, '--organization', 'harbour-foods', '--data-dir', data]);
  return piece;
}

const inOrder = sequences => sequences.every((sequence, at) => at === 0 || sequence === sequences[at - 1] + 1);
const query = 'subscription S($ids: [ID!], $after: Long) { changes(ids: $ids, after: $after) { sequence entityUuid } }';

const ws = createWs({
  url: `${base.replace(/^http/, 'ws')}/graphql`,
  webSocketImpl: WebSocket,
  connectionParams: authorization,
  lazy: false,
  retryAttempts: 0,
});
const sse = createSse({ url: `${base}/graphql`, headers: authorization, retryAttempts: 0 });

// A query and a refusal go the same way.
for (const [name, client] of [['graphql-ws', ws], ['graphql-sse', sse]]) {
  const answers = client.iterate({ query: '{ viewer { user { username } } }' });
  const first = await soon(answers.next(), name);
  check(first.value.data.viewer.user.username, `${name}: ${JSON.stringify(first)}`);
  check((await answers.next()).done, `${name}: a query has one answer`);
}
const refused = ws.iterate({ query: 'subscription { nothing }' });
const reason = await refused.next().then(() => null, error => error);
check(Array.isArray(reason) && reason[0].extensions.code === 'BAD_USER_INPUT', `graphql-ws: ${JSON.stringify(reason)}`);

// Events as they come, and again from a place before them.
for (const [name, client] of [['graphql-ws', ws], ['graphql-sse', sse]]) {
  const live = client.iterate({ query: 'subscription { changes(entities: ["acq.piece"]) { sequence entityUuid } }' });
  const told = [];
  const first = live.next();
  await new Promise(done => setTimeout(done, 500));
  const piece = await write(30);
  told.push((await soon(first, name)).value.data.changes);
  while (told.length < 30) told.push((await soon(live.next(), name)).value.data.changes);
  check(told.every(event => event.entityUuid === piece), `${name}: other records`);
  check(inOrder(told.map(event => event.sequence)), `${name}: ${told.map(event => event.sequence)}`);
  await live.return();
  const variables = { ids: [piece], after: told[9].sequence };
  const again = client.iterate({ query, variables });
  for (const expected of told.slice(10)) {
    const { value } = await soon(again.next(), name);
    check(value.data.changes.sequence === expected.sequence, `${name}: resumed at ${JSON.stringify(value)}`);
  }
  await again.return();
  console.log(`${name}: ${told.length} events in order, resumed without a gap`);
}
await ws.dispose();
sse.dispose();

// The feed: all of it, in order, and its end.
const feed = await fetch(`${base}/trail/events?after=0&follow=false`, { headers: authorization });
const lines = (await feed.text()).split('\n').filter(Boolean).map(line => JSON.parse(line).sequence);
check(feed.status === 200 && lines[0] === 1 && inOrder(lines), 'the feed has gaps');
console.log(`feed: ${lines.length} lines from 1 on without a gap`);

// Wrong credentials close with 4403.
const stranger = new WebSocket(`${base.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws');
stranger.on('open', () => stranger.send(JSON.stringify({ type: 'connection_init', payload: { authorization: 'Bearer x' } })));
const code = await soon(new Promise(done => stranger.on('close', done)), 'a stranger');
check(code === 4403, `a stranger was closed with ${code}`);
