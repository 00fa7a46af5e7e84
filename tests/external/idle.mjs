// What an idle subscription costs: opens many, tells the growth of the server's memory, writes one change and counts who
// hears of it. The server needs room for them: --connections, --user-connections and `ulimit -n`.
// node idle.mjs BASE TOKEN PID PROGRAM DATA-FOLDER [COUNT]
import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { promisify } from 'node:util';

const [base, token, pid, program, data, wanted = '10000'] = process.argv.slice(2);
const count = Number(wanted);
const { hostname, port } = new URL(base);
const resident = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

function frame(message) {
  const text = Buffer.from(JSON.stringify(message));
  const mask = randomBytes(4);
  const head = text.length < 126 ? Buffer.from([0x81, 0x80 | text.length]) : Buffer.from([0x81, 0xfe, text.length >> 8, text.length & 255]);
  return Buffer.concat([head, mask, Buffer.from(text.map((byte, at) => byte ^ mask[at % 4]))]);
}

let heard = 0;
const sockets = [];
function open() {
  return new Promise((done, failed) => {
    const socket = net.connect(Number(port), hostname);
    let stage = 0;
    socket.on('error', failed);
    socket.on('connect', () =>
      socket.write(
        `GET /graphql HTTP/1.1\r\nhost: ${hostname}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n` +
          `sec-websocket-key: ${randomBytes(16).toString('base64')}\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n`,
      ),
    );
    socket.on('data', bytes => {
      const text = bytes.toString('latin1');
      if (stage === 0 && text.includes(' 101 ')) {
        stage = 1;
        socket.write(frame({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
      } else if (stage === 1 && text.includes('connection_ack')) {
        stage = 2;
        const query = 'subscription { changes(entities: ["acq.piece"]) { sequence } }';
        socket.write(frame({ id: '1', type: 'subscribe', payload: { query } }));
        sockets.push(socket);
        done();
      } else if (stage === 2 && text.includes('"next"')) {
        heard += 1;
      } else if (stage < 2) {
        failed(new Error(text));
      }
    });
  });
}

const before = resident();
for (let at = 0; at < count; at += 100) await Promise.all(Array.from({ length: Math.min(100, count - at) }, open));
await new Promise(done => setTimeout(done, 8_000));
const after = resident();
console.log(`${count} idle subscriptions: ${before.toFixed(0)} MB before, ${after.toFixed(0)} MB with them, ${(((after - before) * 1024) / count).toFixed(1)} KB each`);

const now = new Date().toISOString();
const event = { id: randomUUID(), action: 'Edit', pieceId: randomUUID(), userId: randomUUID(), eventDate: now, actionDate: now };
writeFileSync('/tmp/idle-event.ndjson', JSON.stringify(event));
await promisify(execFile)(program, ['import', 'folio', '/tmp/idle-event.ndjson', '--organization', 'harbour-foods', '--data-dir', data]);
const written = Date.now();
while (heard < count && Date.now() - written < 60_000) await new Promise(done => setTimeout(done, 20));
console.log(`one change reached ${heard} of them in ${((Date.now() - written) / 1000).toFixed(1)} s; ${resident().toFixed(0)} MB then`);
process.exit(heard === count ? 0 : 1);
