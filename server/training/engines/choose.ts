import { UserError } from '../../sweep/user-error.ts';
import type { EngineName } from '../engine.ts';
import { engineNames } from './open.ts';
import { probeEngine, type EngineProbe } from './probe.ts';
import { EngineUnavailable } from './unavailable.ts';
import { keepVerdict, readVerdicts } from './verdicts.ts';
import { hasGpu } from './webgpu/has-gpu.ts';

/**
 * The engine to use, without opening it here. A named engine must work; `auto` takes the fastest that does, and no GPU
 * that is only a program. Engines are tried in processes of their own; what was found is kept, so that on the same
 * machine it is known at once the next time.
 *
 * @param tell gets which one it is and why
 * @param device a device of an engine that has several, webgpu's
 */
export async function chooseEngine(
  name: EngineName | 'auto',
  tell: (message: string) => void = () => {},
  device: string | null = null,
): Promise<EngineName> {
  if (device !== null) return chooseDevice(name, device);
  if (name !== 'auto') {
    const known = readVerdicts().get(name);
    // One that did not work is tried again: it was asked for, and may have been set up.
    return insistOn(known?.works ? known : await examine(name));
  }
  const known = readVerdicts();
  // Without a GPU there may still be a program in its place, which takes minutes to try and is never the fastest.
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
  const others = [...times, ...notHere];
  tell(
    `engine ${fastest.name} (${fastest.device}): the fastest that works here, ${milliseconds(fastest.stepMs!)} a training step${others.map((other) => `; ${other}`).join('')}`,
  );
  return fastest.name;
}

/**
 * Those that `auto` has to choose from, the fastest first: what works, and is no program in a GPU's place, whose steps
 * are not timed.
 */
export function bySpeed<T extends Pick<EngineProbe, 'works' | 'stepMs'>>(probes: T[]): T[] {
  return probes.filter(({ works, stepMs }) => works && stepMs !== null).sort((a, b) => a.stepMs! - b.stepMs!);
}

/**
 * The engine that has a choice of devices. What is known is of the device that it takes by itself, so this one is
 * tried.
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

/** What works on this machine, measured anew, and for what does not, why and what to do. */
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
