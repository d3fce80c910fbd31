import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { bundle } from '../../../../bin/build/bundle.js';
import { describeWithWebgpu } from '../../../helpers/engines.ts';

/** Built in `dist`, where the engine finds what belongs to it. */
const place = join('dist', 'test', 'webgpu');
const built = join(import.meta.dirname, '../../../..', place, 'opened-engine.js');

/** Opens the engine and computes with it; what follows is a test's. */
const begin = `
  const { openEngine, tf } = await import(${JSON.stringify(pathToFileURL(built).href)});
  const engine = await openEngine('webgpu');
  const square = async () => {
    const product = tf.square(3);
    const [value] = await product.data();
    product.dispose();
    return value;
  };
  if ((await square()) !== 9) throw new Error('3 · 3 is not 9');
`;

describeWithWebgpu('a process with the webgpu engine', () => {
  beforeAll(() =>
    bundle({ from: join('test', 'training', 'engines', 'webgpu'), to: place, entries: ['opened-engine'] }),
  );

  it('ends by itself once the engine is closed, and may open it again before', async () => {
    const { code, stderr } = await run(
      `${begin} await engine.close(); const again = await openEngine('webgpu'); await square(); await again.close();`,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('takes no processor time while it waits', async () => {
    const { code, stdout } = await run(`${begin}
      const before = process.cpuUsage();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const { user, system } = process.cpuUsage(before);
      console.log((user + system) / 1000);
      await engine.close();`);
    expect(code).toBe(0);
    expect(Number(stdout)).toBeLessThan(200); // milliseconds of a second, in all threads
  });

  it('does not ask a GPU that computes in every turn of the event loop', async () => {
    const { code, stdout } = await run(`
      let turns = 0;
      const plain = globalThis.setImmediate;
      globalThis.setImmediate = (...args) => (turns++, plain(...args));
      ${begin}
      const matrix = tf.ones([512, 512]);
      const products = [matrix];
      for (let i = 0; i < 4; i++) products.push(tf.matMul(products.at(-1), matrix));
      const started = performance.now();
      turns = 0;
      await products.at(-1).data();
      console.log(JSON.stringify({ turns, waited: performance.now() - started }));
      await engine.close();`);
    expect(code).toBe(0);
    const { turns, waited } = JSON.parse(stdout) as { turns: number; waited: number };
    // Without patience it is a hundred and more a millisecond; with it hundreds in the first few, then one in two. A
    // GPU in software takes hundreds.
    expect(turns).toBeLessThan(1500 + 2 * waited);
  });

  it('says that its device is lost, and why, to whoever computes with it or reads from it', async () => {
    const { code, stdout } = await run(`${begin}
      const example = { state: { w: tf.scalar(1) }, batch: {}, scalars: {} };
      const step = engine.compile(({ w }) => ({ state: { w: tf.add(w, 1) }, outputs: {} }), example);
      const { state } = step.run(example.state, {}, {});
      tf.backend().device.destroy();
      await state.w.data().catch(({ message }) => console.log(message));
      try { step.run(state, {}, {}); } catch ({ message }) { console.log(message); }
      console.log(engine.lost());
      await engine.close();`);
    const [read, ran, lost] = stdout.trim().split('\n');
    expect(read).toMatch(/^Cannot compute on the GPU: it was lost \(.+\)\. Wanted: /);
    expect(ran).toBe(read);
    expect(lost).toMatch(/^it was lost/);
    expect(code).toBe(0);
  });

  it('leaves nothing locked where it is killed', async () => {
    const killed = await run(`${begin} process.kill(process.pid, 'SIGKILL'); await new Promise(() => {});`);
    expect(killed.code).toBeNull();
    expect((await run(`${begin} await engine.close();`)).code).toBe(0);
  });
});

function run(source: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...said }));
  });
}
