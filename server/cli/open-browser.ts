import { spawn } from 'node:child_process';

/** Opens an address in the user's browser. Without a browser the printed address must suffice. */
export function openBrowser(url: string): void {
  const [command, ...args] = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[process.platform as string] ?? [
    'xdg-open',
  ];
  spawn(command!, [...args, url], { detached: true, stdio: 'ignore' })
    .on('error', () => {})
    .unref();
}
