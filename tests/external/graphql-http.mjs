// The audit of GraphQL over HTTP: every one of its checks must pass.
import { auditServer } from 'graphql-http';

const [base, token] = process.argv.slice(2);
const authorized = (url, init = {}) =>
  fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
const results = await auditServer({ url: `${base}/graphql`, fetchFn: authorized });
let failed = 0;
for (const result of results) {
  if (result.status !== 'ok') {
    failed += 1;
    console.log(`${result.status.toUpperCase()} ${result.id} ${result.name}: ${result.reason}`);
  }
}
console.log(`graphql-http audit: ${results.length - failed} of ${results.length} checks passed`);
process.exit(failed === 0 && results.length >= 61 ? 0 : 1);
