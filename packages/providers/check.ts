import { compileMapping } from './src/mapping/compile-mapping.ts';
import { MappingError } from './src/mapping/mapping-error.ts';
import type { Provider } from './src/provider.ts';
import { providers } from './src/providers.ts';

/** Checks every mapping that comes with the product against the Avro schemas, for `npm run check`. */
for (const [name, { mapping, mappedHeaders }] of Object.entries<Provider>(providers)) {
  try {
    compileMapping(mapping, { headers: mappedHeaders ?? [] });
  } catch (error) {
    if (!(error instanceof MappingError)) throw error;
    console.error(`The mapping of ${name} does not fit the schemas:\n${error.message}`);
    process.exitCode = 1;
  }
}
