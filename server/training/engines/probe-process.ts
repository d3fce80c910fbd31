/** The process that `probe.ts` starts: opens one engine, holds it to the self-check, and tells how it went. */
import type { EngineName } from '../engine.ts';
import { REFERENCE_STRUCTURE } from '../signature.ts';
import type { OpenedCard } from './cards/card.ts';
import { openEngine } from './open.ts';
import type { ProbeMessage } from './probe.ts';
import { selfCheck } from './self-check.ts';
import { signaturesOf } from './signatures.ts';
import { EngineUnavailable } from './unavailable.ts';

const [name, told] = process.argv.slice(2) as [EngineName, string?];
process.send!(await probe(), () => process.exit(0));

async function probe(): Promise<ProbeMessage> {
  try {
    const engine = await openEngine(name, told === undefined ? null : (JSON.parse(told) as OpenedCard));
    const { device, versions } = engine;
    const { flaw, stepMs } = await selfCheck(engine);
    const [bits = null] = stepMs === null ? [] : await signaturesOf(engine, [REFERENCE_STRUCTURE]);
    await engine.close();
    return {
      works: flaw === null,
      device,
      versions,
      bits,
      stepMs,
      reason: flaw,
      remedy: flaw === null ? null : 'Use another engine, and report this one with its device and versions.',
    };
  } catch (error) {
    const { reason, remedy } =
      error instanceof EngineUnavailable ? error : { reason: (error as Error).message, remedy: null };
    return { works: false, device: null, versions: {}, bits: null, stepMs: null, reason, remedy };
  }
}
