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
      card: z.string().nullable(),
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

/** Of every engine on the device that it takes by itself. */
export function readVerdicts(): Map<EngineName, EngineProbe> {
  const own = readAll().filter(({ card }) => card === null);
  return new Map(own.map(({ card: _, ...probe }) => [probe.name, probe]));
}

/** Of an engine on its cards, by their ids. */
export function readCardVerdicts(engine: EngineName): Map<string, EngineProbe> {
  const ofCards = readAll().filter(({ name, card }) => name === engine && card !== null);
  return new Map(ofCards.map(({ card, ...probe }) => [card!, probe]));
}

/**
 * Keeps a verdict beside the others.
 *
 * @param card its id; null for the device that the engine takes by itself
 */
export function keepVerdict(probe: EngineProbe, card: string | null = null): void {
  const others = readAll().filter((each) => each.name !== probe.name || each.card !== card);
  write([...others, { ...probe, card }]);
}

/** Forgets what is known of an engine, on all of its cards. */
export function forgetVerdict(name: EngineName): void {
  const all = readAll();
  const others = all.filter((each) => each.name !== name);
  if (others.length < all.length) write(others);
}

type Kept = EngineProbe & { card: string | null };

function readAll(): Kept[] {
  try {
    const verdicts = verdictsShape.parse(JSON.parse(readFileSync(verdictsFile(), 'utf8')));
    return verdicts.fingerprint === fingerprint() ? verdicts.engines : [];
  } catch {
    return [];
  }
}

function write(engines: Kept[]): void {
  keepInCache(verdictsFile(), { fingerprint: fingerprint(), engines });
}
