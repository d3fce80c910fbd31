import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { testPython } from '../bin/setup/test-python.js';
import { buildsFolder } from '../server/training/engines/tensorflow/builds.ts';
import { relink } from '../server/training/engines/tensorflow/link.ts';
import { writeImages } from './runner/tiny-images.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder that all test files of a run have in common. */
    sharedFolder: string;
    /** Where the user has the builds of native TensorFlow. */
    builds: string;
    /** The interpreter of the Python tests; null where it is not set up. */
    python: string | null;
  }
}

/**
 * Before all tests: a folder with `images` and `labels` to train on, in which files leave to each other what takes long
 * to make. It has the programs' cache too: in the user's own, another checkout at work would overwrite what is known of
 * this one's engines, and every `cosweep run` try them anew, which takes seconds. So it has what the user trusts.
 */
export default function setUp({ provide }: TestProject): () => void {
  const sharedFolder = mkdtempSync(join(tmpdir(), 'cosweep-tests-'));
  provide('builds', buildsFolder());
  provide('python', testPython());
  relink(); // from the user's cache, which nothing finds from here on
  const cache = (process.env['COSWEEP_CACHE'] = join(sharedFolder, 'cache'));
  const state = (process.env['COSWEEP_STATE'] = join(sharedFolder, 'state'));
  for (const own of [cache, state]) mkdirSync(own);
  writeImages(sharedFolder, 400, 12);
  // Some tests start programs as another user.
  chmodSync(sharedFolder, 0o755);
  for (const own of [cache, state]) chmodSync(own, 0o777);
  provide('sharedFolder', sharedFolder);
  return () => rmSync(sharedFolder, { recursive: true, force: true });
}
