import { UserError } from '../../sweep/user-error.ts';
import type { Engine, EngineName } from '../engine.ts';
import { probeEngine, type EngineProbe, type ProbeOptions } from './probe.ts';
import { openTensorflow } from './tensorflow/open.ts';
import { EngineUnavailable } from './unavailable.ts';
import { openWasm } from './wasm/open-wasm.ts';
import { hasGpu } from './webgpu/has-gpu.ts';
import { openWebgpu } from './webgpu/open-webgpu.ts';

/** The fastest first. */
const BY_SPEED: EngineName[] = ['webgpu', 'tensorflow', 'wasm'];

/** Every engine that doctor reports on. */
const ALL: EngineName[] = ['tensorflow', 'webgpu', 'wasm'];

const openers: Record<EngineName, (device: string | null) => Promise<Engine>> = {
  tensorflow: openTensorflow,
  webgpu: openWebgpu,
  wasm: openWasm,
};

/** Opens an engine in this process, once per process; it becomes the backend that TensorFlow.js uses. @param device of the engine, as the user names it */
export async function openEngine(name: EngineName | 'auto', device: string | null = null): Promise<Engine> {
  return openers[name === 'auto' ? await chooseEngine('auto') : name](device);
}

/**
 * The engine to use, without opening it here: each is tried in a process of its own. A named engine must work; `auto` takes the
 * fastest that does, and no GPU that is only a program.
 *
 * @param tell gets which one it is and why
 * @param device a device of an engine that has several, webgpu's
 */
export async function chooseEngine(name: EngineName | 'auto', tell: (message: string) => void = () => {}, device: string | null = null): Promise<EngineName> {
  if (device !== null && name !== 'webgpu' && name !== 'auto') throw new UserError(`Cannot use device "${device}": the engine ${name} has no choice of devices; wanted --engine webgpu`);
  if (name !== 'auto' || device !== null) {
    const asked = name === 'auto' ? 'webgpu' : name;
    const { works, reason, remedy } = await probeEngine(asked, { device });
    if (!works) throw new EngineUnavailable(asked, reason!, remedy);
    return asked;
  }
  const passedOver: string[] = [];
  for (const candidate of BY_SPEED.filter((each) => each !== 'webgpu' || hasGpu())) {
    const probe = await probeEngine(candidate, { hardware: true });
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
