import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { builtProgram } from '../../../server/training/built-program.ts';
import * as engines from '../../../server/training/engines/choose.ts';
import { parseLossCases } from '../../../server/training/loss-cases.ts';
import { SELF_CHECK_CASE } from '../../../server/training/engines/self-check-case.ts';
import * as verdicts from '../../../server/training/engines/verdicts.ts';
import { hasGpu } from '../../../server/training/engines/webgpu/has-gpu.ts';
import { startChild } from '../../helpers/child.ts';
import { describeWithTensorflow, describeWithWebgpu } from '../../helpers/engines.ts';

vi.setConfig({ testTimeout: 180_000 });

let folder: string;
beforeAll(() => {
  if (!existsSync(builtProgram('training/engines/probe-process')))
    throw new Error('These tests start processes of the built program, and dist is not there: run `npm run build`');
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-probe-'));
  vi.stubEnv('COSWEEP_CACHE', folder); // nothing is known of this machine
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** From now on a process that probes one of these engines dies as a crashing native library makes it die. */
function crash(...engines: string[]): void {
  const file = join(folder, 'crash.cjs');
  writeFileSync(
    file,
    `if (/probe-process/.test(process.argv[1]) && ${JSON.stringify(engines)}.includes(process.argv[2]))
      process.kill(process.pid, 'SIGSEGV')`,
  );
  vi.stubEnv('NODE_OPTIONS', `--require ${file}`);
}

/** What would be known had the engines been tried. */
function keep(engine: 'tensorflow' | 'webgpu' | 'wasm', stepMs: number | null): void {
  const works = stepMs !== null;
  verdicts.keepVerdict({
    name: engine,
    works,
    device: works ? 'a test' : null,
    versions: {},
    bits: null,
    stepMs,
    reason: works ? null : 'a test says so',
    remedy: null,
  });
}

async function choose(): Promise<{ engine: string; said: string[] }> {
  const said: string[] = [];
  return { engine: await engines.chooseEngine('auto', (message) => said.push(message)), said };
}

describe('probing engines', () => {
  it('tells of every engine whether it works and how fast, and for what does not why and what to do', async () => {
    const probes = await engines.probeEngines();
    expect(probes.map(({ name }) => name)).toEqual(['tensorflow', 'webgpu', 'wasm']);
    const [tensorflow, , wasm] = probes;
    expect(wasm).toMatchObject({ works: true, reason: null, remedy: null, stepMs: expect.any(Number) });
    expect(wasm!.device).toMatch(/^CPU, 1 thread/);
    expect(tensorflow!.works ? tensorflow!.versions.libtensorflow : tensorflow!.remedy).toMatch(
      /^\d+\.\d+\.\d+|engine install tensorflow$/,
    );
    // What was measured is what auto goes by from now on, without trying anything.
    crash('tensorflow', 'webgpu', 'wasm');
    const { said } = await choose();
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(`wasm`);
  });

  it('survives a native library that crashes: auto takes the next engine and says why', async () => {
    crash('tensorflow');
    const { engine, said } = await choose();
    expect(engine).toBe('wasm');
    expect(said[0]).toBe('trying the engines, once on this machine');
    expect(said[1]).toMatch(
      /^engine wasm \(CPU, 1 thread.*\): the fastest that works here, [\d.]+ ms a training step;/,
    );
    expect(said[1]).toMatch(/ step; tensorflow does not work: a process that opened it ended with SIGSEGV/);
    // A crash may have been an accident, and is not kept.
    expect([...verdicts.readVerdicts().keys()]).toEqual(hasGpu() ? ['webgpu', 'wasm'] : ['wasm']);
  });

  it('says what webgpu needs where there is no driver for it', async () => {
    vi.stubEnv('VK_ICD_FILENAMES', join(folder, 'no-driver.json'));
    const refused = engines.chooseEngine('webgpu');
    await expect(refused).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/^Cannot open the webgpu engine: Dawn finds no adapter \(.*\)\. .*libvulkan1/),
    });
  });

  it('refuses an engine that was asked for by name and does not work', async () => {
    crash('wasm');
    // The process may have been ended by something else: that is nobody's mistake.
    await expect(engines.chooseEngine('wasm')).rejects.toMatchObject({
      name: 'OutsideError',
      message: expect.stringContaining('Cannot open the wasm engine: a process that opened it ended with SIGSEGV'),
    });
  });

  it('says of all engines why none works', async () => {
    crash('tensorflow', 'wasm');
    await expect(engines.chooseEngine('auto')).rejects.toMatchObject({
      name: 'OutsideError',
      message: expect.stringMatching(
        /Cannot find an engine that works here: tensorflow does not work: .*; wasm does not work: /,
      ),
    });
  });
});

describe('what is known of this machine', () => {
  it('decides by the measured time of a step, without a process', async () => {
    crash('tensorflow', 'webgpu', 'wasm');
    keep('tensorflow', 7.04);
    keep('wasm', 6.5);
    keep('webgpu', null);
    expect(await choose()).toEqual({
      engine: 'wasm',
      said: [
        'engine wasm (a test): the fastest that works here, 6.5 ms a training step; ' +
          'tensorflow takes 7.04 ms; webgpu does not work: a test says so.',
      ],
    });
    keep('webgpu', 0.9);
    expect((await choose()).engine).toBe('webgpu');
    expect(await engines.chooseEngine('tensorflow')).toBe('tensorflow');
  });

  it('is tried again where the engine was asked for by name and did not work', async () => {
    keep('wasm', null);
    expect(await engines.chooseEngine('wasm')).toBe('wasm');
    expect(verdicts.readVerdicts().get('wasm')).toMatchObject({ works: true });
  });

  it('counts on the same machine only, and a damaged file is none', () => {
    keep('wasm', 5);
    keep('tensorflow', 4);
    expect(verdicts.readVerdicts().size).toBe(2);
    verdicts.forgetVerdict('tensorflow');
    expect([...verdicts.readVerdicts().keys()]).toEqual(['wasm']);
    vi.stubEnv('CUDA_VISIBLE_DEVICES', '1');
    expect(verdicts.readVerdicts().size).toBe(0);
    vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined);
    expect(verdicts.readVerdicts().size).toBe(1);
    const file = verdicts.verdictsFile();
    for (const text of ['', '{', '{"fingerprint": 3}', readFileSync(file, 'utf8').replace('"wasm"', '"abacus"')]) {
      writeFileSync(file, text);
      expect(verdicts.readVerdicts().size).toBe(0);
    }
    keep('wasm', 6);
    expect(verdicts.readVerdicts().get('wasm')!.stepMs).toBe(6);
    expect(readdirSync(join(folder, 'engines'))).toHaveLength(1); // nothing half written is left
  });

  it('is not needed: where the cache cannot be written, engines are tried every time', async () => {
    writeFileSync(join(folder, 'a file'), '');
    vi.stubEnv('COSWEEP_CACHE', join(folder, 'a file'));
    keep('wasm', 5);
    expect(verdicts.readVerdicts().size).toBe(0);
    expect(await engines.chooseEngine('wasm')).toBe('wasm');
  });
});

describe('the self-check', () => {
  it('has a case of the reference cases', () => {
    const file = join(import.meta.dirname, '../../fixtures/loss-cases.json');
    const cases = parseLossCases(readFileSync(file, 'utf8'), file);
    expect(cases.map((each) => ({ ...each, name: 'self-check' }))).toContainEqual(SELF_CHECK_CASE);
  });

  it.each([
    ['computes another loss', 'Exp', /^it opens, but the loss that it computes is wrong \(.*terms \d/],
    ['gives other bits every time', 'Conv2D', /^it opens, but the same training step twice gives different bits$/],
  ])('finds an engine that %s', async (_, kernel, flaw) => {
    const child = await startChild(new URL('flawed-engine.ts', import.meta.url), [kernel]);
    child.go();
    expect(await child.result()).toMatch(flaw);
  });
});

describeWithWebgpu('probing webgpu', () => {
  it('tells its device, and that one which is only a program is none for auto', async () => {
    const webgpu = (await engines.probeEngines()).find(({ name }) => name === 'webgpu')!;
    expect(webgpu).toMatchObject({ works: true, reason: null });
    expect(Object.keys(webgpu.versions)).toContain('webgpu');
    if (!/in software$/.test(webgpu.device!)) return;
    expect(webgpu.stepMs).toBeNull();
    expect((await choose()).engine).not.toBe('webgpu');
  });
});

describeWithTensorflow('choosing between engines that both work', () => {
  it('measures them, and says which is the fastest', async () => {
    const { engine, said } = await choose();
    expect(engine).toBe('tensorflow');
    expect(said[1]).toMatch(
      /^engine tensorflow \(CPU, 1 thread\): the fastest that works here, [\d.]+ ms a training step;/,
    );
    expect(said[1]).toMatch(/ step(; webgpu [^;]+)?; wasm takes [\d.]+ ms/);
  });
});
