/**
 * Runs one file of the conformance suite and prints its results on `webgpu`, one JSON document on the last line. A
 * process can have an engine once, so that every file gets a process of its own.
 */
import { pathToFileURL } from 'node:url';
import { startTests, type Task, type VitestRunner } from '@vitest/runner';

export interface FileResult {
  passed: number;
  /** What failed, and why. */
  failed: { test: string; message: string }[];
}

/** The budget ends a test that hangs. */
const NO_LIMIT = 2 ** 31 - 1;

const runner: VitestRunner = {
  config: {
    root: process.cwd(),
    setupFiles: [],
    name: undefined,
    passWithNoTests: true,
    testNamePattern: /webgpu/,
    allowOnly: false,
    sequence: { seed: 0, hooks: 'stack', setupFiles: 'list' },
    chaiConfig: undefined,
    maxConcurrency: 1,
    testTimeout: NO_LIMIT,
    hookTimeout: NO_LIMIT,
    retry: 0,
    includeTaskLocation: false,
    tags: [],
    tagsFilter: undefined,
    strictTags: false,
  },
  importFile: (file) => import(pathToFileURL(file).href),
};

const files = await startTests([process.argv[2]!], runner);
const result: FileResult = { passed: 0, failed: [] };
for (const task of files) count(task);
console.log(JSON.stringify(result));
process.exit(0);

function count(task: Task): void {
  if (task.type === 'suite') task.tasks.forEach(count);
  if (task.type === 'test' && task.result?.state === 'pass') result.passed++;
  // Suites fail too: where a file, or a hook, throws.
  if (task.result?.state === 'fail' && task.result.errors)
    result.failed.push({ test: nameOf(task), message: task.result.errors.map(({ message }) => message).join('\n') });
}

function nameOf(task: Task): string {
  return task.suite ? `${nameOf(task.suite)} > ${task.name}` : task.name;
}
