/** `npm run schema`: writes sweeps/sweep.schema.json, which editors read, from the validator's own schemas. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runnerImport } from 'vite';
import { root } from './setup/root.js';

const file = join(root, 'sweeps', 'sweep.schema.json');
const { module } = await runnerImport(join(root, 'server', 'sweep', 'schema', 'sweep-schema.ts'));
writeFileSync(file, module.sweepSchemaText());
console.log(`Written: ${file}`);
