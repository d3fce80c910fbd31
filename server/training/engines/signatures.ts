import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { toCanonicalJson } from '../../sweep/canonical-json.ts';
import { cacheFolder } from '../cache-folder.ts';
import type { Engine } from '../engine.ts';
import { measureSignature, type SignedStructure } from '../signature.ts';
import { keepInCache } from './keep-in-cache.ts';
import { fingerprint, machineName } from './machine.ts';

/** How many signatures are kept of a machine: more than the networks that anybody goes through in a year. */
const KEPT = 1000;

const keptShape = z.record(z.string(), z.string());

/** Beside the machine's verdicts in the user's cache. A damaged file counts as none. */
function signaturesFile(): string {
  return join(cacheFolder(), 'engines', `${machineName()}-signatures.json`);
}

/**
 * The signatures of these structures on an engine that is open, in their order. Each is measured once on a machine and
 * kept, for as long as nothing changes that may change the engine's bits.
 *
 * @param alive is called after each structure that was measured
 * @returns null for a structure that the engine cannot compute: whoever trains it will hear why
 */
export async function signaturesOf(
  engine: Engine,
  structures: readonly SignedStructure[],
  alive: () => void = () => {},
): Promise<(string | null)[]> {
  const here = [fingerprint(), engine.name, engine.device, engine.versions];
  const kept = read();
  const signatures: (string | null)[] = [];
  for (const structure of structures) {
    const key = createHash('sha256')
      .update(toCanonicalJson([here, structure]))
      .digest('hex');
    const known = kept.get(key);
    const signature = known ?? (await tryToMeasure(engine, structure));
    if (known === undefined && signature !== null) {
      kept.set(key, signature);
      write(new Map([...read(), [key, signature]])); // read again: others measure too
    }
    signatures.push(signature);
    alive();
  }
  return signatures;
}

async function tryToMeasure(engine: Engine, structure: SignedStructure): Promise<string | null> {
  try {
    return await measureSignature(engine, structure);
  } catch (error) {
    if ((engine.lost?.() ?? null) !== null) throw error;
    return null;
  }
}

function read(): Map<string, string> {
  try {
    return new Map(Object.entries(keptShape.parse(JSON.parse(readFileSync(signaturesFile(), 'utf8')))));
  } catch {
    return new Map();
  }
}

function write(signatures: Map<string, string>): void {
  keepInCache(signaturesFile(), Object.fromEntries([...signatures].slice(-KEPT)));
}
