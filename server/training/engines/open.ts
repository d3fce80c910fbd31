import { UserError } from '../../sweep/user-error.ts';
import type { Engine, EngineName } from '../engine.ts';
import { probeEngine, type EngineProbe } from './probe.ts';
import { EngineUnavailable } from './unavailable.ts';
import { keepVerdict, readVerdicts } from './verdicts.ts';

/** Loaded only where one is opened: choosing, which every run begins with, needs none of their libraries. */
const openers: Record<EngineName, () => Promise<Engine>> = {
  tensorflow: async () => (await import('./tensorflow/open.ts')).openTensorflow(),
  webgpu: () => Promise.reject(new EngineUnavailable('webgpu', 'this version of Cosweep does not have it', 'Use --engine tensorflow or --engine wasm.')),
  wasm: async () => (await import('./wasm/open-wasm.ts')).openWasm(),
};

/** Every engine that there is. */
const ALL = Object.keys(openers) as EngineName[];

/** Opens an engine in this process, once per process; it becomes the backend that TensorFlow.js uses. */
export function openEngine(name: EngineName): Promise<Engine> {
  return openers[name]();
}

/**
 * The engine to use, without opening it here. A named engine must work; `auto` takes the fastest that does. Engines are tried in
 * processes of their own; what was found is kept, so that on the same machine it is known at once the next time.
 *
 * @param tell gets which one it is and why
 */
export async function chooseEngine(name: EngineName | 'auto', tell: (message: string) => void = () => {}): Promise<EngineName> {
  if (name !== 'auto') {
    const known = readVerdicts().get(name);
    // One that did not work is tried again: it was asked for, and may have been set up.
    const { works, reason, remedy } = known?.works ? known : await examine(name);
    if (!works) throw new EngineUnavailable(name, reason!, remedy);
    return name;
  }
  const known = readVerdicts();
  if (ALL.some((candidate) => !known.has(candidate))) tell('trying the engines, once on this machine');
  const probes: EngineProbe[] = [];
  for (const candidate of ALL) probes.push(known.get(candidate) ?? (await examine(candidate)));
  const [fastest, ...slower] = probes.filter(({ works }) => works).sort((a, b) => a.stepMs! - b.stepMs!);
  const notHere = probes.filter(({ works }) => !works).map(({ name, reason, remedy }) => [`${name} does not work: ${reason}.`, remedy].filter(Boolean).join(' '));
  if (!fastest) throw new UserError(`Cannot find an engine that works here: ${notHere.join('; ')}`);
  const times = slower.map(({ name, stepMs }) => `${name} takes ${milliseconds(stepMs!)}`);
  tell(`engine ${fastest.name} (${fastest.device}): the fastest that works here, ${milliseconds(fastest.stepMs!)} a training step; ${[...times, ...notHere].join('; ')}`);
  return fastest.name;
}

/** What works on this machine, measured anew, and for what does not, why and what to do. */
export async function probeEngines(): Promise<EngineProbe[]> {
  const probes: EngineProbe[] = [];
  for (const name of ALL) probes.push(await examine(name));
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
