import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Served } from './served.ts';

/** A page, and a list of everything that happened on it and must not. */
export interface WatchedPage {
  page: Page;
  /**
   * Console errors and warnings, uncaught errors, violations of the content security policy, requests to other hosts.
   */
  complaints: string[];
}

/** Opens the address that `serve` printed, in a browser that knows nothing yet; from then on it has the cookie. */
export async function openPage(
  browser: Browser,
  { entrance, url: base }: Served,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, baseURL: base, ...options });
  context.setDefaultTimeout(90_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(new URL(base).origin))
      complaints.push(`request to ${request.url()}`);
  });
  await page.exposeFunction('complain', (text: string) => void complaints.push(text));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      (window as unknown as { complain(text: string): void }).complain(
        `policy: ${event.violatedDirective} ${event.blockedURI}`,
      );
    });
  });
  await page.goto(entrance);
  return { page, complaints };
}

/** How far the page is wider than its window, in px. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}
