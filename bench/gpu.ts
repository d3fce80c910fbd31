/**
 * `npm run bench gpu [-- --budget 6m] [--data DIR] [--only PART]… [--network NAME] [--batches N]`: what is claimed of
 * GPUs, measured on this machine's. No network is needed. The parts, in order of their value:
 *
 * - `doctor`;
 * - `lossCases`: the reference cases of the loss, on every engine;
 * - `conformance`: the suite that engines have to pass, on webgpu;
 * - `sweep`: two arms and their control on three seeds, with its table;
 * - `steps`: milliseconds per batch of every network, beside PyTorch on the same card where Python has it, and the time
 *   that JavaScript takes for a dispatch.
 *
 * Each part is written to bench/out/gpu.json as soon as it is there, and what the budget leaves no time for is cut.
 * bench/out/gpu.md has the same as a section for docs/performance.md. Where no engine finds a GPU, it says why and ends
 * with status 1.
 *
 * `npm run bench gpu -- --pack FILE` makes one archive of all that a machine without network and without Node lacks.
 * There `tar xf FILE && cosweep-gpu/run` does the same.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { DoctorResponse } from '../server/http/schemas/doctor.ts';
import { projectFolder } from '../server/training/project-folder.ts';
import { NETWORKS } from './engines/compare.ts';
import { findOrCut } from './gpu/images.ts';
import { packFor } from './gpu/pack.ts';
import { Budget, runPart, type Bench } from './gpu/part.ts';
import { parts } from './gpu/parts.ts';
import { toSection, type Measured } from './gpu/section.ts';

const { values } = parseArgs({
  options: {
    budget: { type: 'string', default: '6m' },
    data: { type: 'string' },
    only: { type: 'string', multiple: true },
    network: { type: 'string', default: 'cnn-small' },
    batches: { type: 'string', default: '200' },
    pack: { type: 'string' },
  },
});
const project = projectFolder();
const chosen = parts.filter(({ name }) => name === 'doctor' || (values.only?.includes(name) ?? true));
const unknown = (values.only ?? []).filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0)
  refuse(`there is no part ${unknown.join(', ')}: wanted ${parts.map(({ name }) => name).join(', ')}`);
if (!NETWORKS.some((name) => name === values.network))
  refuse(`there is no network ${values.network}: wanted ${NETWORKS.join(', ')}`);
if (!/^[1-9]\d{0,5}$/.test(values.batches)) refuse(`found ${values.batches} batches, wanted a number of 1 or more`);

if (values.pack !== undefined) {
  packFor(project, resolve(values.pack), values.data);
  process.exit(0);
}

const bench: Bench = {
  project,
  folder: mkdtempSync(join(tmpdir(), 'cosweep-gpu-')),
  images: findOrCut(values.data, project),
  networks: values.only ? [values.network] : NETWORKS,
  network: values.network,
  batches: Number(values.batches),
  budget: new Budget(toSeconds(values.budget)),
};
process.once('exit', () => rmSync(bench.folder, { recursive: true, force: true }));

const out = join(project, 'bench', 'out');
mkdirSync(out, { recursive: true });
const measured: Measured = {
  machine: { device: null, processor: cpus()[0]!.model, cores: cpus().length, node: process.version },
  parts: {},
};
for (const part of chosen) {
  await runPart(part, bench, (ended) => {
    measured.parts[part.name] = ended;
    if (part.name === 'doctor' && ended.result) measured.machine.device = cardOf(ended.result as DoctorResponse);
    writeFileSync(join(out, 'gpu.json'), `${JSON.stringify(measured, null, 2)}\n`);
    writeFileSync(join(out, 'gpu.md'), toSection(measured));
  });
  const { state, seconds, error, result } = measured.parts[part.name]!;
  console.log(`${part.name}: ${state} after ${seconds.toFixed(0)} s${error === undefined ? '' : `: ${error}`}`);
  if (part.name === 'doctor') refuseWithoutCard(state, result as DoctorResponse | null);
}
console.log(toSection(measured));
console.log(`${join(out, 'gpu.json')}, ${join(out, 'gpu.md')}`);
process.exit(Object.values(measured.parts).some(({ state }) => state === 'failed') ? 1 : 0);

function cardOf(doctor: DoctorResponse): string | null {
  return doctor.engines.find(({ name }) => name === 'webgpu')!.device ?? null;
}

/** Ends the program where there is no card. */
function refuseWithoutCard(state: string, doctor: DoctorResponse | null): void {
  if (state === 'failed') process.exit(1);
  if (doctor === null) refuse(`the budget of ${values.budget} was used up before anything was measured`);
  const webgpu = doctor.engines.find(({ name }) => name === 'webgpu')!;
  if (webgpu.works) return;
  console.error(`There is no GPU to measure here: ${[webgpu.reason, webgpu.remedy].filter(Boolean).join(' → ')}`);
  process.exit(1);
}

/** `6m`, `90s`, `1h` */
function toSeconds(text: string): number {
  const [, number, unit] = /^(\d+)(s|m|h)$/.exec(text) ?? [];
  if (number === undefined) refuse(`found a budget of ${JSON.stringify(text)}, wanted a time such as 6m, 90s or 1h`);
  return Number(number) * { s: 1, m: 60, h: 3600 }[unit as 's' | 'm' | 'h'];
}

function refuse(what: string): never {
  console.error(`Cannot bench gpu: ${what}`);
  process.exit(2);
}
