import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toCanonicalJson } from '../../sweep/canonical-json.ts';
import { cacheFolder } from '../../training/cache-folder.ts';
import { keepInCache } from '../../training/engines/keep-in-cache.ts';
import { fingerprint, machineName } from '../../training/engines/machine.ts';
import { structureOf } from '../programs/structure.ts';
import type { Subject } from '../programs/subject.ts';
import type { Verdict } from './verdict.ts';

/**
 * What checks have found on this machine, so that a program is checked once: a file each in the user's cache, named by
 * what was checked. A damaged file counts as none.
 */

/** What is found holds for every check of the same key. */
export type VerdictKey = string;

/**
 * Files and command are in the engine's name. Another machine, driver or choice of devices is checked anew.
 *
 * @param dataFingerprint of what it trains on
 */
export function verdictKey({ engine, arm }: Pick<Subject, 'engine' | 'arm'>, dataFingerprint: string): VerdictKey {
  const parts = { engine, structure: structureOf(arm), dataFingerprint, machine: fingerprint() };
  return createHash('sha256').update(toCanonicalJson(parts)).digest('hex');
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
