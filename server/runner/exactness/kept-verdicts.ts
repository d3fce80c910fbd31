import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ParamValue } from '../../sweep/arm.ts';
import { toCanonicalJson } from '../../sweep/canonical-json.ts';
import { cacheFolder } from '../../training/cache-folder.ts';
import { keepInCache } from '../../training/engines/keep-in-cache.ts';
import { fingerprint, machineName } from '../../training/engines/machine.ts';
import { forkOf, type Subject } from '../programs/subject.ts';
import type { Verdict } from './verdict.ts';

/**
 * What checks have found on this machine, so that a program is checked once: a file each in the user's cache, named by
 * what was checked. A damaged file counts as none.
 */

/** What is found holds for every check of the same key. */
export type VerdictKey = string;

/**
 * Files and command are in the engine's name. Of the settings those that are swept as numbers do not count: they change
 * how much is computed of what, and not what has to be saved. Another machine, driver or choice of devices is checked
 * anew.
 *
 * @param dataFingerprint of what it trains on
 */
export function verdictKey({ engine, arm }: Pick<Subject, 'engine' | 'arm'>, dataFingerprint: string): VerdictKey {
  const { program, batches: _, evalEvery: _e, ...training } = arm.training;
  const { env, gpus, resident, parameters } = program;
  const structure = withoutSweptNumbers({ loss: arm.loss, training }, arm.swept);
  const parts = { engine, structure, program: { env, gpus, resident, parameters }, fork: forkOf(arm), dataFingerprint };
  return createHash('sha256')
    .update(toCanonicalJson({ ...parts, machine: fingerprint() }))
    .digest('hex');
}

function withoutSweptNumbers(settings: object, swept: Record<string, ParamValue>): unknown {
  const names = new Set(Object.keys(swept).filter((name) => typeof swept[name] === 'number'));
  const without = (value: unknown, path: string): unknown => {
    if (names.has(path)) return 'a number';
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, without(inner, path === '' ? name : `${path}.${name}`)]),
    );
  };
  return without(settings, '');
}

export function readVerdict(key: VerdictKey): Verdict | null {
  try {
    const kept = JSON.parse(readFileSync(fileOf(key), 'utf8')) as { key: string; verdict: Verdict };
    return kept.key === key && KINDS.has(kept.verdict.kind) ? kept.verdict : null;
  } catch {
    return null;
  }
}

const KINDS: ReadonlySet<string> = new Set<Verdict['kind']>(['exact', 'inexact']);

/** A program that is broken is tried again: what it lacks may be outside of its files (a package, a full disk). */
export function keepVerdict(key: VerdictKey, verdict: Verdict): void {
  if (KINDS.has(verdict.kind)) keepInCache(fileOf(key), { key, verdict });
}

function fileOf(key: VerdictKey): string {
  return join(cacheFolder(), 'exactness', `${machineName()}-${key.slice(0, 32)}.json`);
}
