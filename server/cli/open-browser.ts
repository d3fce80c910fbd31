import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Opens an address in the user's browser. Without a browser the printed address must suffice.
 *
 * Every account of a machine can read the arguments of programs, and the address may hold the token. So the browser is
 * given a file that leads there, which this account alone can read.
 *
 * @param folder where the file is written: browsers in a sandbox (snap) see the user's folders, not the temporary one
 * @returns removes the file
 */
export function openBrowser(url: string, folder: string): () => void {
  const file = writePage(url, folder) ?? writePage(url, tmpdir());
  if (file === null) return () => {};
  const [command, ...args] = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[process.platform as string] ?? [
    'xdg-open',
  ];
  spawn(command!, [...args, file], { detached: true, stdio: 'ignore' })
    .on('error', () => {})
    .unref();
  return () => rmSync(file, { force: true });
}

/** @returns null where the folder cannot be written */
function writePage(url: string, folder: string): string | null {
  const file = join(folder, `cosweep-${process.pid}.html`);
  const page = `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=${url}">\n`;
  try {
    rmSync(file, { force: true });
    writeFileSync(file, page, { mode: 0o600, flag: 'wx' });
    return file;
  } catch {
    return null;
  }
}
