import { OutsideError, UserError } from '../../sweep/user-error.ts';
import type { EngineName } from '../engine.ts';
import { chooseCards } from './cards/choose-cards.ts';
import { examine, insistOn, type Probed } from './examine.ts';
import { milliseconds } from './milliseconds.ts';
import { engineNames } from './open.ts';
import type { EngineProbe } from './probe.ts';
import { usesGpu } from './uses-gpu.ts';
import { readCardVerdicts, readVerdicts } from './verdicts.ts';
import { hasGpu } from './webgpu/has-gpu.ts';

/**
 * The engine to use; it is not opened here. A named engine must work. `auto` takes the fastest engine that works, and
 * never a GPU that is only a program. An engine of several cards works where any of them does. Engines are tried in
 * processes of their own. What is found is kept, so that the same machine need not try them again.
 *
 * @param tell gets the name of the fastest engine and the reason
 * @param device what `--device` says: the engine must have cards then; null where it says nothing
 */
export async function chooseEngine(
  name: EngineName | 'auto',
  tell: (message: string) => void = () => {},
  device: string | null = null,
): Promise<EngineName> {
  if (device !== null) {
    if (name !== 'auto') return refuseWithoutCards(name, device);
    // Which of its cards work is seen when they are chosen.
    if (!usesGpu('tensorflow')) return 'webgpu';
  }
  if (name !== 'auto') {
    const known = readVerdicts().get(name);
    // An engine that did not work is tried again: it was asked for by name, and may have been set up since.
    return known?.works ? name : insistOn(await onAnyCard(await examine(name)));
  }
  const known = readVerdicts();
  // Without a GPU there may still be a program in its place. Trying that takes minutes, and it is never the fastest.
  const possible = engineNames.filter((each) => each !== 'webgpu' || hasGpu() || known.has(each));
  const candidates = device === null ? possible : possible.filter(usesGpu);
  if (candidates.some((candidate) => !known.has(candidate))) tell('trying the engines, once on this machine');
  const tried: Probed[] = [];
  for (const candidate of candidates) {
    const probe = known.get(candidate);
    const probed = probe ? { probe, answered: true } : await examine(candidate);
    // What is known not to work is not tried on its cards every time, unless one of them is known to work.
    tried.push(!probe || hasGoodCard(candidate) ? await onAnyCard(probed) : probed);
  }
  const probes = tried.map(({ probe }) => probe);
  const [fastest, ...slower] = bySpeed(probes);
  const notHere = probes
    .filter(({ works }) => !works)
    .map(({ name, reason, remedy }) => [`${name} does not work: ${reason}.`, remedy].filter(Boolean).join(' '));
  if (!fastest) {
    const Kind = tried.every(({ answered }) => answered) ? UserError : OutsideError;
    throw new Kind(`Cannot find an engine that works here: ${notHere.join('; ')}`);
  }
  const times = slower.map(({ name, stepMs }) => `${name} takes ${milliseconds(stepMs!)}`);
  const others = [...times, ...notHere].map((other) => `; ${other}`).join('');
  tell(
    `engine ${fastest.name} (${fastest.device}): the fastest that works here, ` +
      `${milliseconds(fastest.stepMs!)} a training step${others}`,
  );
  return fastest.name;
}

/** Where the device that an engine takes by itself does not work, the fastest of its cards that do stands for it. */
async function onAnyCard(probed: Probed): Promise<Probed> {
  const { probe } = probed;
  if (probe.works || !usesGpu(probe.name)) return probed;
  const [fastest] = await chooseCards(probe.name, null);
  if (!fastest) return probed;
  const { label: device, stepMs } = fastest;
  return { probe: { ...probe, works: true, device, stepMs, reason: null, remedy: null }, answered: true };
}

function hasGoodCard(name: EngineName): boolean {
  return [...readCardVerdicts(name).values()].some(({ works }) => works);
}

/**
 * The engines that `auto` chooses from, the fastest first: those that work and whose steps are timed. The steps of a
 * program in a GPU's place are not.
 */
export function bySpeed<T extends Pick<EngineProbe, 'works' | 'stepMs'>>(probes: T[]): T[] {
  return probes.filter(({ works, stepMs }) => works && stepMs !== null).sort((a, b) => a.stepMs! - b.stepMs!);
}

function refuseWithoutCards(name: EngineName, device: string): EngineName {
  if (usesGpu(name)) return name;
  throw new UserError(
    `Cannot use device "${device}": the engine ${name} has no choice of devices; wanted --engine webgpu`,
  );
}

/** Every engine, tried anew on this machine: how fast it is, or why it does not work and what to do about it. */
export async function probeEngines(): Promise<EngineProbe[]> {
  const probes: EngineProbe[] = [];
  for (const name of engineNames) probes.push((await examine(name)).probe);
  return probes;
}
