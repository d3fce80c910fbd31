import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { describeWithTensorflow, describeWithWebgpu } from '../../helpers/engines.ts';

type Open = typeof import('../../../server/training/engines/open.ts');

const built = join(import.meta.dirname, '../../../dist/server/training/engines/open.js');
let open: Open;
let folder: string;
beforeAll(async () => {
  if (!existsSync(built)) throw new Error('These tests start processes of the built program, and dist is not there: run `npm run build`');
  open = (await import(/* @vite-ignore */ pathToFileURL(built).href)) as Open;
  folder = mkdtempSync(join(tmpdir(), 'cosweep-probe-'));
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(folder, { recursive: true }));

/** From now on a process that probes one of these engines dies as a crashing native library makes it die. */
function crash(...engines: string[]): void {
  const file = join(folder, 'crash.cjs');
  writeFileSync(file, `if (/probe-process/.test(process.argv[1]) && ${JSON.stringify(engines)}.includes(process.argv[2])) process.kill(process.pid, 'SIGSEGV')`);
  vi.stubEnv('NODE_OPTIONS', `--require ${file}`);
}

describe('probing engines', () => {
  it('tells of every engine whether it works, and for what does not why and what to do', async () => {
    const probes = await open.probeEngines();
    expect(probes.map(({ name }) => name)).toEqual(['tensorflow', 'webgpu', 'wasm']);
    const [tensorflow, , wasm] = probes;
    expect(wasm).toMatchObject({ works: true, reason: null, stepMs: null });
    expect(wasm!.device).toMatch(/^CPU, 1 thread/);
    expect(tensorflow!.works ? tensorflow!.versions.libtensorflow : tensorflow!.remedy).toMatch(/^\d+\.\d+\.\d+|engine install tensorflow$/);
  });

  it('survives a native library that crashes: auto takes the next engine and says why', async () => {
    crash('tensorflow');
    const said: string[] = [];
    expect(await open.chooseEngine('auto', (message) => said.push(message))).toBe('wasm');
    expect(said[0]).toContain('tensorflow does not: a process that opened it ended with SIGSEGV');
  });

  it('says what webgpu needs where there is no driver for it', async () => {
    vi.stubEnv('VK_ICD_FILENAMES', join(folder, 'no-driver.json'));
    const refused = open.chooseEngine('webgpu');
    await expect(refused).rejects.toMatchObject({ name: 'UserError', message: expect.stringMatching(/^Cannot open the webgpu engine: Dawn finds no adapter \(.*\)\. .*libvulkan1/) });
  });

  it('refuses an engine that was asked for by name and does not work', async () => {
    crash('wasm');
    await expect(open.chooseEngine('wasm')).rejects.toThrow('Cannot open the wasm engine: a process that opened it ended with SIGSEGV');
  });

  it('says of all engines why none works', async () => {
    crash('tensorflow', 'wasm');
    await expect(open.chooseEngine('auto')).rejects.toThrow(/Cannot find an engine that works here: tensorflow does not: .*; wasm does not: /);
  });
});

describeWithWebgpu('probing webgpu', () => {
  it('tells its device, and that one which is only a program is none for auto', async () => {
    const webgpu = (await open.probeEngines()).find(({ name }) => name === 'webgpu')!;
    expect(webgpu).toMatchObject({ works: true, reason: null });
    expect(webgpu.device).not.toBe('');
    expect(Object.keys(webgpu.versions)).toContain('webgpu');
    if (!/in software$/.test(webgpu.device!)) return;
    const { probeEngine } = (await import(/* @vite-ignore */ pathToFileURL(join(built, '../probe.js')).href)) as typeof import('../../../server/training/engines/probe.ts');
    expect(await probeEngine('webgpu', { hardware: true })).toMatchObject({ works: false, reason: `its device is only a program (${webgpu.device})` });
  });
});

describeWithTensorflow('choosing between engines that both work', () => {
  it('prefers tensorflow, and times the reference step when asked to', async () => {
    const said: string[] = [];
    expect(await open.chooseEngine('auto', (message) => said.push(message))).toBe('tensorflow');
    expect(said).toEqual(['engine tensorflow (CPU, 1 thread): the fastest that works here']);
    const [tensorflow] = await open.probeEngines({ timeStep: true });
    expect(tensorflow!.stepMs).toBeGreaterThan(0);
  });
});
