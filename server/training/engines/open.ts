import { UserError } from '../../sweep/user-error.ts';
import type { Engine, EngineName } from '../engine.ts';
import { probeEngine, type EngineProbe, type ProbeOptions } from './probe.ts';
import { openTensorflow } from './tensorflow/open.ts';
import { EngineUnavailable } from './unavailable.ts';
import { openWasm } from './wasm/open-wasm.ts';
import { openWebgpu } from './webgpu/open-webgpu.ts';

/** The fastest first. */
const BY_SPEED: EngineName[] = ['tensorflow', 'wasm'];

/** Every engine that doctor reports on. */
const ALL: EngineName[] = ['tensorflow', 'webgpu', 'wasm'];

const openers: Record<EngineName, () => Promise<Engine>> = {
  tensorflow: openTensorflow,
  webgpu: openWebgpu,
  wasm: openWasm,
};

/** Opens an engine in this process, once per process; it becomes the backend that TensorFlow.js uses. */
export async function openEngine(name: EngineName | 'auto'): Promise<Engine> {
  return openers[name === 'auto' ? await chooseEngine('auto') : name]();
}

/**
 * The engine to use, without opening it here: each is tried in a process of its own. A named engine must work; `auto` takes the
 * fastest that does.
 *
 * @param tell gets which one it is and why
 */
export async function chooseEngine(name: EngineName | 'auto', tell: (message: string) => void = () => {}): Promise<EngineName> {
  if (name !== 'auto') {
    const { works, reason, remedy } = await probeEngine(name);
    if (!works) throw new EngineUnavailable(name, reason!, remedy);
    return name;
  }
  const passedOver: string[] = [];
  for (const candidate of BY_SPEED) {
    const probe = await probeEngine(candidate);
    if (probe.works) {
      tell(`engine ${candidate} (${probe.device}): ${['the fastest that works here', ...passedOver].join('; ')}`);
      return candidate;
    }
    passedOver.push([`${candidate} does not: ${probe.reason}.`, probe.remedy].filter(Boolean).join(' '));
  }
  throw new UserError(`Cannot find an engine that works here: ${passedOver.join('; ')}`);
}

/** What works on this machine, and for what does not, why and what to do. */
export async function probeEngines(options: ProbeOptions = {}): Promise<EngineProbe[]> {
  const probes: EngineProbe[] = [];
  for (const name of ALL) probes.push(await probeEngine(name, options));
  return probes;
}
