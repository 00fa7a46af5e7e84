// graphql-codegen with strict scalars: a scalar without a mapping is an error.
import { generate } from '@graphql-codegen/cli';

await generate(
  {
    schema: '../../schema.graphql',
    documents: ['../../assets/examples/*.graphql'],
    generates: {
      './.work/types.ts': {
        plugins: ['typescript', 'typescript-operations'],
        config: {
          strictScalars: true,
          scalars: {
            Date: 'string',
            DateTime: 'string',
            Decimal: 'string',
            JSON: 'unknown',
            Long: 'number',
            URL: 'string',
            UUID: 'string',
          },
        },
      },
    },
  },
  true,
);
console.log('graphql-codegen: types made for every example document');
