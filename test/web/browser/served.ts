import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** `cosweep serve` at work. */
export interface Served {
  /** The address that was printed; it carries the token. */
  entrance: string;
  /** The address of the dashboard; it ends with a slash. */
  url: string;
  /** The header that lets a request in which is no browser's. */
  auth: Record<string, string>;
  /** Ends the server as a terminal does, and waits for its end. */
  stop(): Promise<void>;
}

/** Starts the built program as a user does, on a free port, over the database `cosweep.db` of a folder. */
export async function serve(folder: string, options: string[]): Promise<Served> {
  const program = fileURLToPath(new URL('../../../bin/cosweep.js', import.meta.url));
  const child = spawn(process.execPath, [program, 'serve', '--port', '0', '--json', ...options], {
    cwd: folder,
    env: { ...process.env, COSWEEP_DB: '', COSWEEP_TOKEN: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (text) => (stderr += text));
  const ended = once(child, 'close');
  const entrance = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (text) => {
      stdout += text;
      const address = /"url":\s*"([^"]+)"/.exec(stdout)?.[1];
      if (address !== undefined) resolve(address);
    });
    void ended.then(() => reject(new Error(`cosweep serve ended without an address:\n${stdout}${stderr}`)));
  });
  const url = new URL(entrance);
  const auth = { authorization: `Bearer ${url.searchParams.get('token')}` };
  url.search = '';
  return {
    entrance,
    url: url.href,
    auth,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
