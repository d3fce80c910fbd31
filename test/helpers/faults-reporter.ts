import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Prints for each fault what the program now does. */
export default class FaultsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    tests.sort((a, b) => idOf(a).localeCompare(idOf(b), 'en', { numeric: true }));
    for (const test of tests) console.log(describe(test));
    const failed = tests.filter((test) => !test.ok()).length;
    console.log(`\n${tests.length - failed} passed, ${failed} failed`);
  }
}

const idOf = (test: TestCase): string => test.meta().fault?.id ?? '';

function describe(test: TestCase): string {
  const lines = (test.meta().fault?.said ?? []).flatMap((text) => text.split('\n'));
  return [`${test.ok() ? '✓' : '✗'} ${test.name}`, ...lines.map((line) => `    ${line}`)].join('\n');
}
