import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const hasLatex = spawnSync('pdflatex', ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'cosweep-latex-'));
afterAll(() => rmSync(folder, { recursive: true }));

if (!hasLatex) {
  console.warn(
    'SKIPPED: no pdflatex on this machine, so no LaTeX table is compiled ' +
      '(Debian: apt-get install texlive-latex-base texlive-latex-recommended)',
  );
}
// Where everything is promised to be set up, a skip would be a hole nobody sees.
if (process.env['CI']) it('pdflatex is there, as CI promises', () => expect(hasLatex).toBe(true));

it.runIf(hasLatex)(
  'every golden table compiles in a plain article with booktabs',
  () => {
    const names = ['arms', 'beta-by-switch', 'troubled', 'two-metrics', 'hostile'];
    const tables = names.map((name) =>
      readFileSync(new URL(`../fixtures/report/${name}.tex`, import.meta.url), 'utf8'),
    );
    const head = '\\documentclass{article}\n\\usepackage{booktabs}\n\\begin{document}\n';
    writeFileSync(join(folder, 'tables.tex'), `${head}${tables.join('\n\\clearpage\n')}\n\\end{document}\n`);
    const log = execFileSync(
      'pdflatex',
      ['-interaction=nonstopmode', '-halt-on-error', '-no-shell-escape', 'tables.tex'],
      { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
    expect(log).toContain(`Output written on tables.pdf (${names.length} pages`);
    expect(log).not.toMatch(/Missing character|Undefined|Missing \$ inserted/);
  },
  60_000,
);
