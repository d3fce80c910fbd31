import { expect, it } from 'vitest';
import { command } from '../../../../server/training/engines/tensorflow/command.ts';

const node = (script: string, options: Parameters<typeof command>[2] = {}) =>
  command(process.execPath, ['-e', script], options);

it('reads characters that come in two pieces, and lines of two streams that come between each other', async () => {
  const lines: string[] = [];
  const script = `
    const bytes = Buffer.from('größer\\nlast line without an end');
    process.stdout.write(bytes.subarray(0, 3)); // half of an ö
    setTimeout(() => process.stderr.write('a warning\\n'), 100);
    setTimeout(() => process.stdout.write(bytes.subarray(3)), 200);`;
  const { code, output } = await node(script, { onLine: (line) => lines.push(line) });
  expect([code, lines]).toEqual([0, ['a warning', 'größer', 'last line without an end']]);
  expect(output).not.toContain('\uFFFD');
});

it('tells a program that took too long from one that was killed', async () => {
  const killed = await node('process.kill(process.pid, "SIGKILL")', { timeout: 60_000 });
  expect(killed).toMatchObject({ code: null, timedOut: false });
  const late = await node('setInterval(() => {}, 1000)', { timeout: 300 });
  expect(late).toMatchObject({ code: null, timedOut: true });
});

it('says what could not be started', async () => {
  expect(await command('/no/such/program', [])).toMatchObject({ code: null, timedOut: false });
});
