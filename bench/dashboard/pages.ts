import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { BROWSER_ARGUMENTS, browserPath } from './browser.ts';
import type { Databases } from './databases.ts';
import type { Measurement } from './measurement.ts';
import { serve } from './served.ts';

/** In ms, until a page shows its content; by the end of its address. */
const GOALS: Record<string, number> = { runs: 1_000, compare: 3_000, table: 3_000 };
const OTHER = 3_000;
const SORT = 300;
const CODE_KB = 150;

/** Opens each page of each database in Chromium, for the first time and with the server's answers not yet kept. */
export async function* measurePages(databases: Databases): AsyncGenerator<Measurement> {
  if (browserPath === undefined) return console.log('   no Chromium was found; name one by COSWEEP_CHROMIUM');
  const { chromium } = createRequire(import.meta.url)('playwright-core') as typeof import('playwright-core');
  const browser: Browser = await chromium.launch({ executablePath: browserPath, args: BROWSER_ARGUMENTS });
  try {
    for (const database of ['a', 'b', 'c'] as const) yield* measureDatabase(browser, database, databases[database]);
  } finally {
    await browser.close();
  }
}

async function* measureDatabase(
  browser: Browser,
  database: keyof Databases,
  file: string,
): AsyncGenerator<Measurement> {
  const served = await serve(file);
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, baseURL: served.url });
  try {
    const first = await context.newPage();
    await first.goto(served.entrance); // from now on the browser has the token
    await shown(first);
    yield { database, what: 'code of the first page', figure: await codeOf(first), goal: CODE_KB, unit: 'kB' };
    const tabs = database === 'c' ? [''] : await tabsOf(first);
    const pages = database === 'b' ? [...tabs, 'runs/r1'] : tabs;
    for (const path of pages) {
      const figure = await timeTo(context, path);
      const goal = GOALS[path.split('/').at(-1)!] ?? OTHER;
      yield { database, what: `page ${path === '' ? 'of all sweeps' : path}`, figure, goal, unit: 'ms' };
    }
    if (database === 'a')
      yield { database, what: 'table sorted', figure: await timeToSort(context), goal: SORT, unit: 'ms' };
  } finally {
    await context.close();
    await served.stop();
  }
}

/** The addresses of the pages of the first sweep, as its tabs have them. */
async function tabsOf(page: Page): Promise<string[]> {
  await page.goto('sweeps/s1');
  const links = page.locator('nav.tabs a');
  await links.first().waitFor();
  return links.evaluateAll((all) => all.map((link) => new URL((link as HTMLAnchorElement).href).pathname.slice(1)));
}

async function timeTo(context: BrowserContext, path: string): Promise<number> {
  const page = await context.newPage();
  const start = Date.now();
  await page.goto(path);
  const at = await shown(page);
  await page.close();
  return at - start;
}

/** From the press on a heading of the table until it is drawn, the median of several. */
async function timeToSort(context: BrowserContext): Promise<number> {
  const page = await context.newPage();
  await page.goto('sweeps/s1/table');
  await shown(page);
  const times = await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const heading = document.querySelectorAll<HTMLButtonElement>('.ablation button.sort')[2]!;
    const taken: number[] = [];
    for (let i = 0; i < 9; i++) {
      const start = performance.now();
      heading.click();
      await frame();
      await frame();
      taken.push(performance.now() - start);
    }
    return taken.sort((a, b) => a - b);
  });
  await page.close();
  return times[4]!;
}

/** When the page showed all that it waits for, on the clock of this machine. */
function shown(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let since: number | null = null;
        const look = (): void => {
          const isThere =
            document.querySelector('h1') !== null &&
            document.querySelector('.message-loading, [aria-busy=true]') === null;
          since = isThere ? (since ?? Date.now()) : null;
          // What is there for a moment only is between two parts of the page.
          if (since !== null && Date.now() - since > 500) resolve(since);
          else requestAnimationFrame(look);
        };
        look();
      }),
  );
}

/** KB of code that were transferred, compressed. */
function codeOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    const files = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    return (
      files.filter(({ name }) => name.includes('/assets/')).reduce((sum, file) => sum + file.encodedBodySize, 0) / 1e3
    );
  });
}
