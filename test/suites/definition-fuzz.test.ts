import { expect, it } from 'vitest';
import { startChild } from '../helpers/child.ts';
import { size } from '../helpers/size.ts';
import type { Summary } from './plan-definitions.ts';

/** Where other work goes on beside, the same work takes more of the processor. */
const FACTOR = 3;
const MAX_SECONDS = 2 * FACTOR;
/** The heap of the whole process, the loader included; a definition that needs more kills it. */
const MAX_HEAP_MB = 500;
const MAX_MESSAGE = 100_000;

it(
  'any definition gives a plan or a mistake of the user, soon and in little memory',
  { timeout: 3_600_000 },
  async () => {
    const generated = size(300, 10_000);
    const child = await startChild(new URL('plan-definitions.ts', import.meta.url), [String(generated)], {
      NODE_OPTIONS: `--max-old-space-size=${MAX_HEAP_MB}`,
    });
    child.go();
    const { plans, bugs, longest, slowest } = (await child.result()) as Summary;
    expect(bugs).toEqual([]);
    expect(slowest.filter(({ seconds }) => seconds > MAX_SECONDS)).toEqual([]);
    expect(longest.length, longest.said).toBeLessThan(MAX_MESSAGE);
    // were most refused for one reason, the suite would look at little
    expect(plans).toBeGreaterThan(generated / 20);
    const lines = slowest.map(({ name, seconds, said }) => `${seconds.toFixed(2)} s ${name}: ${said.slice(0, 80)}`);
    console.log([`${plans} of ${generated} generated definitions gave a plan; slowest:`, ...lines].join('\n'));
  },
);
