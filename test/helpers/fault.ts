import { expect, test, type TestContext } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** The letter or number of the fault that this test tries again, and what the program now does. */
    fault?: { id: string; said: string[] };
  }
}

interface Fault {
  /** Notes in a line or two what the program now does; `npm run faults` prints it. */
  say(text: string): void;
  onTestFinished: TestContext['onTestFinished'];
}

/**
 * A fault that was seen once, tried again by its own small input. `npm run faults` prints what each now does, and
 * `docs/reliability.md` lists all of them.
 *
 * @param id its letter or number in `docs/reliability.md`, as `A` or `13`
 * @param body gives the input, asserts what is right, and says what was seen
 */
export function fault(id: string, title: string, body: (fault: Fault) => Promise<void> | void): void {
  test(`${id}: ${title}`, async ({ task, onTestFinished }) => {
    const said: string[] = [];
    task.meta.fault = { id, said };
    await body({ say: (text) => void said.push(text.trim()), onTestFinished });
    expect(said, 'a fault says what the program now does').not.toEqual([]);
  });
}
