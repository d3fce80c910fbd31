import { describe, expect, it } from 'vitest';
import { tableToText } from '../../server/cli/table-text.ts';
import { displayWidth } from '../../server/cli/display-width.ts';
import { toDisplayTable } from '../../server/report/formats/display-table.ts';
import { buildAblationTable } from '../../server/report/table/ablation-table.ts';
import { betaBySwitch, hostileSweep, measuredSweep, troubledSweep } from '../report/sample-sweeps.ts';

/** Golden tables are files, looked at by a person before they were committed; `npx vitest -u` writes them anew. */
describe('the table on a terminal', () => {
  it.each([
    ['arms', () => buildAblationTable(betaBySwitch()), 120],
    ['beta-by-switch', () => buildAblationTable(betaBySwitch(), { rows: 'beta', cols: 'N' }), 120],
    ['troubled', () => buildAblationTable(troubledSweep()), 100],
    ['measured', () => buildAblationTable(measuredSweep(), { rows: 'beta', cols: 'N' }), 120],
    ['hostile', () => buildAblationTable(hostileSweep()), 80],
  ])('%s', async (name, build, width) => {
    const text = tableToText(toDisplayTable(build()), width);
    await expect(`${text}\n`).toMatchFileSnapshot(`../fixtures/report/${name}.txt`);
    expect(text).not.toMatch(/&lt;|<br>|\\[[*_|]|[\u0000-\u0009\u000b-\u001f]/);
  });

  it('goes on below where the terminal is narrow, with its labels again, and never wider', () => {
    const text = tableToText(toDisplayTable(buildAblationTable(betaBySwitch())), 60);
    for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(60);
    expect(text.match(/^noIntra/gm)!.length).toBeGreaterThan(1);
  });
});
