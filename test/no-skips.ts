import type { Reporter, TestModule } from 'vitest/node';

/** Makes a skipped test a failure: where everything is set up, a skip is a hole that nobody sees. Used with CI set. */
export class NoSkips implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => `${module.relativeModuleId}: ${test.fullName}`),
    );
    if (skipped.length === 0) return;
    process.exitCode = 1;
    console.error(`CI is set, so that nothing may be skipped, but:\n${skipped.map((test) => `  ${test}`).join('\n')}`);
  }
}
