import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where Chromium is: as the environment says, or the first of the usual names on the PATH. */
export const browserPath =
  process.env['COSWEEP_CHROMIUM'] ??
  ['chromium', 'chromium-browser', 'google-chrome']
    .flatMap((name) => process.env['PATH']!.split(delimiter).map((folder) => join(folder, name)))
    .find(existsSync);

/** Of a browser that talks to nobody but the pages it is given. */
export const BROWSER_ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
