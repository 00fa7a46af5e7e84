// Apollo's own composition: the gateway as a subgraph, alone and beside another that refers to its records.
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

const [base, token] = process.argv.slice(2);
const ask = async (query, variables) => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${base}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
};
const { _service } = await ask('{ _service { sdl } }');
const gateway = { name: 'audit', url: `${base}/graphql`, typeDefs: parse(_service.sdl) };
const other = {
  name: 'weather',
  url: 'http://127.0.0.1:1/graphql',
  typeDefs: parse(`
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
    type Asset @key(fields: "id") { id: ID! temperature: Float }
    type Query { hottest: Asset }
  `),
};
for (const services of [[gateway], [gateway, other]]) {
  const { errors, hints, supergraphSdl } = composeServices(services);
  const told = [...(errors ?? []), ...(hints ?? [])].map(one => one.message ?? one.toString());
  if (told.length > 0 || !supergraphSdl) {
    console.error(told.slice(0, 20).join('\n'));
    process.exit(1);
  }
  console.log(`@apollo/composition: ${services.length} subgraphs compose without errors or hints`);
}

// What a router then asks: records of two types in any order, one of which is not there.
const { assets, audits } = await ask('{ assets(first: 2) { nodes { id name } } audits(first: 1) { nodes { id number } } }');
const representations = [
  { __typename: 'Asset', id: assets.nodes[1].id },
  { __typename: 'Audit', id: audits.nodes[0].id },
  { __typename: 'Asset', id: Buffer.from('Asset:00000000-0000-4000-8000-000000000000').toString('base64') },
  { __typename: 'Asset', id: assets.nodes[0].id },
];
const query = `query E($representations: [_Any!]!) {
  _entities(representations: $representations) { __typename ... on Asset { name } ... on Audit { number } }
}`;
const expected = JSON.stringify([
  { __typename: 'Asset', name: assets.nodes[1].name },
  { __typename: 'Audit', number: audits.nodes[0].number },
  null,
  { __typename: 'Asset', name: assets.nodes[0].name },
]);
for (let round = 0; round < 2; round += 1) {
  const { _entities } = await ask(query, { representations });
  if (JSON.stringify(_entities) !== expected) {
    console.error(`_entities: ${JSON.stringify(_entities)}, not ${expected}`);
    process.exit(1);
  }
}
console.log('_entities: records of two types in the order asked for');
