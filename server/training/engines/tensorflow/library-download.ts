import { cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { command, lastLines } from './command.ts';

/** The first bytes must come within this time, in milliseconds; after that a slow line is only slow. */
const ANSWER_WITHIN = 20_000;

/** A download that takes longer than this is given up, in milliseconds. */
const FINISH_WITHIN = 30 * 60_000;

const HOST = 'https://storage.googleapis.com/';

/**
 * Runs tfjs-node's own install script, which downloads libtensorflow 2.9.1 and a prebuilt addon. It runs on a copy of
 * the package, so that a download that breaks off leaves node_modules as it was.
 *
 * @param into gets `deps` and `lib`
 * @returns null when it worked, else what was found
 */
export async function downloadLibrary(
  tfjsNode: string,
  into: string,
  cuda: boolean,
  log: (line: string) => void,
): Promise<string | null> {
  const unreachable = await whyUnreachable();
  if (unreachable) return unreachable;
  copyBuildFiles(tfjsNode, into);
  const { code, output, timedOut } = await command(
    process.execPath,
    ['scripts/install.js', cuda ? 'gpu' : 'cpu', 'download'],
    {
      cwd: into,
      environment: moduleEnvironment(tfjsNode),
      onLine: log,
      timeout: FINISH_WITHIN,
    },
  );
  if (timedOut) return `the download took longer than ${FINISH_WITHIN / 60_000} minutes`;
  return code === 0 ? null : `its install script ended with status ${code}:\n${lastLines(output)}`;
}

/**
 * What building the addon needs of the package: its sources, its build description and the scripts that go with them.
 */
export function copyBuildFiles(tfjsNode: string, into: string): void {
  for (const name of ['package.json', 'binding.gyp', 'binding', 'scripts'])
    cpSync(join(tfjsNode, name), join(into, name), { recursive: true });
}

/** Lets a copy of the package find the modules and programs that the original finds by its place. */
export function moduleEnvironment(tfjsNode: string): NodeJS.ProcessEnv {
  const modules = dirname(dirname(tfjsNode));
  return {
    NODE_PATH: [join(tfjsNode, 'node_modules'), modules].join(':'),
    PATH: [join(modules, '.bin'), process.env.PATH].join(':'),
  };
}

/**
 * Why the host cannot be reached; null where it can. A blocked network may drop packets silently, and the install
 * script would wait for minutes. Where a proxy or a mirror is set, nothing is asked.
 */
async function whyUnreachable(): Promise<string | null> {
  const mirrored = [
    'HTTPS_PROXY',
    'https_proxy',
    'HTTP_PROXY',
    'http_proxy',
    'TFJS_NODE_CDN_STORAGE',
    'TFJS_NODE_BASE_URI',
    'CDN_STORAGE',
  ];
  if (mirrored.some((name) => process.env[name])) return null;
  try {
    await fetch(HOST, { method: 'HEAD', signal: AbortSignal.timeout(ANSWER_WITHIN) });
    return null;
  } catch (error) {
    const { cause, message } = error as Error;
    const found = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : message;
    return `${HOST} cannot be reached (${found})`;
  }
}
