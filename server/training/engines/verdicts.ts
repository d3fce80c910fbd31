import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { cacheFolder } from '../cache-folder.ts';
import type { EngineName } from '../engine.ts';
import { keepInCache } from './keep-in-cache.ts';
import { fingerprint, machineName } from './machine.ts';
import type { EngineProbe } from './probe.ts';

/**
 * What is known of the engines on this machine, so that a run need not try them again. Each machine has a file of its
 * own in the user's cache. The file counts only while the machine's fingerprint is the same; a damaged file counts as
 * none.
 */

const verdictsShape = z.object({
  fingerprint: z.string(),
  engines: z.array(
    z.object({
      name: z.enum(['tensorflow', 'webgpu', 'wasm']),
      works: z.boolean(),
      device: z.string().nullable(),
      versions: z.record(z.string(), z.string()),
      bits: z.string().nullable(),
      stepMs: z.number().nullable(),
      reason: z.string().nullable(),
      remedy: z.string().nullable(),
    }),
  ),
});

export function verdictsFile(): string {
  return join(cacheFolder(), 'engines', `${machineName()}.json`);
}

export function readVerdicts(): Map<EngineName, EngineProbe> {
  try {
    const verdicts = verdictsShape.parse(JSON.parse(readFileSync(verdictsFile(), 'utf8')));
    return new Map(verdicts.fingerprint === fingerprint() ? verdicts.engines.map((probe) => [probe.name, probe]) : []);
  } catch {
    return new Map();
  }
}

/** Keeps a verdict beside those of the other engines. */
export function keepVerdict(probe: EngineProbe): void {
  write(new Map(readVerdicts()).set(probe.name, probe));
}

export function forgetVerdict(name: EngineName): void {
  const verdicts = readVerdicts();
  if (verdicts.delete(name)) write(verdicts);
}

function write(verdicts: Map<EngineName, EngineProbe>): void {
  keepInCache(verdictsFile(), { fingerprint: fingerprint(), engines: [...verdicts.values()] });
}
