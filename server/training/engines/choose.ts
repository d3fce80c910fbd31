import { UserError } from '../../sweep/user-error.ts';
import type { EngineName } from '../engine.ts';
import { engineNames } from './open.ts';
import { probeEngine, type EngineProbe } from './probe.ts';
import { EngineUnavailable } from './unavailable.ts';
import { keepVerdict, readVerdicts } from './verdicts.ts';
import { hasGpu } from './webgpu/has-gpu.ts';

/**
 * The engine to use; it is not opened here. A named engine must work. `auto` takes the fastest engine that works, and
 * never a GPU that is only a program. Engines are tried in processes of their own. What is found is kept, so that the
 * same machine need not try them again.
 *
 * @param tell gets the name of the fastest engine and the reason
 * @param device a device of webgpu, the one engine that has several; null leaves the choice to it
 */
export async function chooseEngine(
  name: EngineName | 'auto',
  tell: (message: string) => void = () => {},
  device: string | null = null,
): Promise<EngineName> {
  if (device !== null) return chooseDevice(name, device);
  if (name !== 'auto') {
    const known = readVerdicts().get(name);
    // An engine that did not work is tried again: it was asked for by name, and may have been set up since.
    return insistOn(known?.works ? known : await examine(name));
  }
  const known = readVerdicts();
  // Without a GPU there may still be a program in its place. Trying that takes minutes, and it is never the fastest.
  const candidates = engineNames.filter((each) => each !== 'webgpu' || hasGpu() || known.has(each));
  if (candidates.some((candidate) => !known.has(candidate))) tell('trying the engines, once on this machine');
  const probes: EngineProbe[] = [];
  for (const candidate of candidates) probes.push(known.get(candidate) ?? (await examine(candidate)));
  const [fastest, ...slower] = bySpeed(probes);
  const notHere = probes
    .filter(({ works }) => !works)
    .map(({ name, reason, remedy }) => [`${name} does not work: ${reason}.`, remedy].filter(Boolean).join(' '));
  if (!fastest) throw new UserError(`Cannot find an engine that works here: ${notHere.join('; ')}`);
  const times = slower.map(({ name, stepMs }) => `${name} takes ${milliseconds(stepMs!)}`);
  const others = [...times, ...notHere].map((other) => `; ${other}`).join('');
  tell(
    `engine ${fastest.name} (${fastest.device}): the fastest that works here, ` +
      `${milliseconds(fastest.stepMs!)} a training step${others}`,
  );
  return fastest.name;
}

/**
 * The engines that `auto` chooses from, the fastest first: those that work and whose steps are timed. The steps of a
 * program in a GPU's place are not.
 */
export function bySpeed<T extends Pick<EngineProbe, 'works' | 'stepMs'>>(probes: T[]): T[] {
  return probes.filter(({ works, stepMs }) => works && stepMs !== null).sort((a, b) => a.stepMs! - b.stepMs!);
}

/**
 * webgpu on a named device. Kept verdicts are about the device that webgpu takes by itself, so the named one is tried
 * anew.
 */
async function chooseDevice(name: EngineName | 'auto', device: string): Promise<EngineName> {
  if (name !== 'webgpu' && name !== 'auto')
    throw new UserError(
      `Cannot use device "${device}": the engine ${name} has no choice of devices; wanted --engine webgpu`,
    );
  return insistOn((await probeEngine('webgpu', device)).probe);
}

function insistOn({ name, works, reason, remedy }: EngineProbe): EngineName {
  if (!works) throw new EngineUnavailable(name, reason!, remedy);
  return name;
}

/** Every engine, tried anew on this machine: how fast it is, or why it does not work and what to do about it. */
export async function probeEngines(): Promise<EngineProbe[]> {
  const probes: EngineProbe[] = [];
  for (const name of engineNames) probes.push(await examine(name));
  return probes;
}

async function examine(name: EngineName): Promise<EngineProbe> {
  const { probe, answered } = await probeEngine(name);
  if (answered) keepVerdict(probe);
  return probe;
}

function milliseconds(value: number): string {
  return `${Number(value.toPrecision(3))} ms`;
}
