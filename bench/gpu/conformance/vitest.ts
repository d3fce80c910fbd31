/**
 * What the conformance suite imports from `vitest`, where it is bundled for a machine without Vitest: Vitest's own
 * runner and its own `expect`, without the command line around them.
 */
import { ASYMMETRIC_MATCHERS_OBJECT, chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect';

export { afterAll, beforeAll, describe, it, onTestFinished, test } from '@vitest/runner';

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);
const matchers = (globalThis as unknown as Record<symbol, object>)[ASYMMETRIC_MATCHERS_OBJECT];
export const expect = Object.assign((value: unknown) => chai.expect(value), matchers);

/** Tests of this suite only ask for more time with it, and here the budget is the limit. */
export const vi = { setConfig: (): void => {} };
