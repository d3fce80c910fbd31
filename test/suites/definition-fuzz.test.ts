import { expect, it } from 'vitest';
import { startChild } from '../helpers/child.ts';
import { size } from '../helpers/size.ts';
import { HOSTILE } from './hostile-definitions.ts';
import type { Planned } from './plan-definitions.ts';

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
    const child = await startChild(new URL('plan-definitions.ts', import.meta.url), [String(size(300, 10_000))], {
      NODE_OPTIONS: `--max-old-space-size=${MAX_HEAP_MB}`,
    });
    child.go();
    const planned = (await child.result()) as Planned[];
    expect(planned.filter(({ kind }) => kind === 'bug')).toEqual([]);
    expect(planned.filter(({ seconds }) => seconds > MAX_SECONDS)).toEqual([]);
    expect(planned.filter(({ length }) => length > MAX_MESSAGE)).toEqual([]);
    // were most refused for one reason, the suite would look at little
    const generated = planned.slice(Object.keys(HOSTILE).length);
    expect(generated.filter(({ kind }) => kind === 'plan').length).toBeGreaterThan(generated.length / 20);
    const slowest = [...planned].sort((a, b) => b.seconds - a.seconds).slice(0, 5);
    console.log(
      slowest.map(({ name, seconds, said }) => `${seconds.toFixed(2)} s ${name}: ${said.slice(0, 80)}`).join('\n'),
    );
  },
);
