import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';
import { describe, it } from 'vitest';
import { BROWSER_ARGUMENTS, browserPath as path } from '../../../bench/dashboard/browser.ts';

/** A busy machine trains and draws slowly; nothing is asserted about time, so only a hang may reach this. */
const timeout = 240_000;

/** A browser that talks to nobody but the pages it is given. @param more arguments */
export function openBrowser(more: string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: path!,
    args: [...BROWSER_ARGUMENTS, ...more],
  });
}

/** A suite that needs a browser. Where there is none it is skipped loudly; with CI set, that is a failure. */
export function describeInBrowser(name: string, suite: () => void): void {
  if (path !== undefined && existsSync(path)) return void describe(name, { timeout }, suite);
  const where = path === undefined ? '' : ` at ${path}`;
  const why = `no browser was found${where} (apt-get install chromium, or name one by COSWEEP_CHROMIUM)`;
  if (process.env['CI']) {
    it(`${name}: needs a browser`, () => {
      throw new Error(`${why}, and with CI set nothing may be skipped`);
    });
    return;
  }
  console.warn(`\n!!! SKIPPED: ${name}: ${why}\n`);
  describe.skip(name, suite);
}
