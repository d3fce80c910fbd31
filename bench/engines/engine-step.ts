/**
 * The process of one engine in `bench engines`; speaks the line protocol of `contender.ts`. Arguments: engine, network,
 * batch size.
 */
import { createInterface } from 'node:readline';
import type { ModelName } from '../../server/sweep/settings.ts';
import type { EngineName } from '../../server/training/engine.ts';
import { openEngine } from '../../server/training/engines/open.ts';
import { prepareReferenceStep } from '../../server/training/reference-step.ts';
import { MAIN_THREAD } from './contender.ts';

const [engineName, network, batchSize] = process.argv.slice(2) as [EngineName, ModelName, string];
const engine = await openEngine(engineName);
const step = await prepareReferenceStep(engine, { network, batchSize: Number(batchSize) });
console.log(`ready ${JSON.stringify(engine.versions)}`);
for await (const line of createInterface({ input: process.stdin })) {
  if (line === MAIN_THREAD) {
    console.log(JSON.stringify(await step.mainThread()));
    continue;
  }
  const times: number[] = [];
  for (let i = 0; i < Number(line); i++) times.push(await step.time());
  console.log(JSON.stringify(times));
}
step.dispose();
await engine.close();
