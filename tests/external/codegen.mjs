// graphql-codegen with strict scalars: a scalar without a mapping is an error.
import { readFileSync, readdirSync } from 'node:fs';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as operations from '@graphql-codegen/typescript-operations';
import { parse } from 'graphql';

const folder = '../../assets/examples';
const documents = readdirSync(folder)
  .filter(name => name.endsWith('.graphql'))
  .map(name => ({ location: name, document: parse(readFileSync(`${folder}/${name}`, 'utf8')) }));
const scalars = {
  Date: 'string',
  DateTime: 'string',
  Decimal: 'string',
  JSON: 'unknown',
  Long: 'number',
  URL: 'string',
  UUID: 'string',
};
const text = await codegen({
  schema: parse(readFileSync('../../schema.graphql', 'utf8')),
  documents,
  filename: 'types.ts',
  plugins: [{ typescript: {} }, { operations: {} }],
  pluginMap: { typescript, operations },
  config: { strictScalars: true, scalars },
});
const named = documents.filter(({ document }) => text.includes(`${document.definitions[0].name.value}Query`));
console.log(`graphql-codegen: types for ${named.length} of ${documents.length} example documents`);
process.exit(named.length === documents.length && documents.length > 0 ? 0 : 1);
