import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest, longest first: about two thirds of the time of all. */
const LONGEST = [
  'runner/weights',
  'runner/kills',
  'training/conformance/agreement',
  'bin/package',
  'bench/gpu',
  'runner/programs/check',
  'runner/programs/kills',
  'runner/usage/usage',
  'runner/take-from-trunk',
  'remote/in-one-process',
  'remote/kills',
  'remote/programs',
  'remote/partition',
  'remote/workers',
  'training/conformance/operations',
  'training/conformance/compiled',
  'web/browser/dashboard',
  'runner/interrupted',
  'runner/together',
  'export/mlflow',
  'training/fit',
  'remote/launch/slurm',
  'remote/broker/start-broker',
  'suites/hung-worker',
  'suites/definition-fuzz',
  'suites/system-call-kills',
  'training/conformance/non-finite',
  'runner/again',
  'runner/sharing',
  'runner/files',
  'python/torch',
  'python/torch-sweep',
  'runner/programs/levels',
  'runner/views',
].map((name) => `/test/${name}.test.ts`);

/**
 * Long files first, so that no processor waits at the end for one that began late. Where they have been timed before,
 * as on a developer's machine, Vitest does so by itself; in a fresh checkout it would go by their size.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => placeOf(a) - placeOf(b));
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = LONGEST.findIndex((name) => moduleId.endsWith(name));
  return place === -1 ? LONGEST.length : place;
}
