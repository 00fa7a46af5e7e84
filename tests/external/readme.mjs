// The commands of the README's sections on asking work as they stand; only the address is this server's.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const [base] = process.argv.slice(2);
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const section = (name) => readme.match(new RegExp(`\\n## ${name}\\n([\\s\\S]*?)\\n## `))[1];
const blocks = [...(section('Ask it') + section('Speak to it as its clients do')).matchAll(/```\n([\s\S]*?)```/g)].map((block) => block[1]);
const commands = blocks.join('\necho\n').replaceAll('\n\ncurl', '\necho\ncurl').replaceAll('http://127.0.0.1:8080', base);
const curls = commands.match(/curl /g)?.length ?? 0;
const said = execFileSync('bash', ['-euo', 'pipefail', '-c', commands], { encoding: 'utf8', maxBuffer: 1 << 28 });
const lines = said.split('\n').filter(Boolean).map((line) => JSON.parse(line));
const [page, list, { futureAudits }, history, found] = lines.splice(-5);
const [{ data, errors }, ...events] = lines;
const { totalCount, nodes } = data?.audits ?? { nodes: [] };
const inOrder = events.length > 3 && events.every(({ sequence }, at) => at === 0 || sequence > events[at - 1].sequence);
const spoken = page.count > 2 && page.results.every(({ state }) => state === 'CLOSED') &&
  list.response.count === 2 && list.data.every((row) => row.number && row.stage) &&
  futureAudits.length > 0 && futureAudits.every((audit) => audit.productSlug && audit.auditFrequency > 0) &&
  history.totalItems > 1 && history.orderAuditEvents.every((event) => event.orderSnapshot.poNumber) &&
  found.pagination.limit === 2 && found.data.length > 0 && found.data.every((row) => row._search.number.includes('<mark>'));
const right = curls === 12 && spoken && inOrder && !errors && totalCount > 3 && nodes.length === 3 &&
  nodes.every((audit) => audit.number && audit.asset.name && !['CLOSED', 'CANCELED'].includes(audit.state));
console.log(right ? `readme: ${curls} commands work` : `readme: not what the README shows:\n${said.slice(0, 2000)}`);
process.exit(right ? 0 : 1);
