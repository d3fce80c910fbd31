import { once } from 'node:events';
import type { EngineName } from '../training/engine.ts';
import { openEngine } from '../training/engines/open.ts';
import { checkLossCases, parseLossCases } from '../training/loss-cases.ts';

/**
 * `loss-cases.ts` starts this process and sends it the text of the reference cases. It computes them on one engine and
 * sends back how far off the engine is.
 */
const [name, file] = process.argv.slice(2) as [EngineName, string];
const [text] = (await once(process, 'message')) as [string];
const engine = await openEngine(name);
const { cases, passed, worst } = await checkLossCases(parseLossCases(text, file), engine);
await engine.close();
process.send!({ cases, passed, worst }, () => process.exit(0));
