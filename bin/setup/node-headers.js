import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * Tells node-gyp where Node's own headers are, where they are installed beside it, so that it has nothing to download.
 */
export function nodeHeaders() {
  const prefix = dirname(dirname(process.execPath));
  if (process.env.npm_config_nodedir || !existsSync(join(prefix, 'include', 'node', 'node_api.h'))) return {};
  return { npm_config_nodedir: withoutCleanupHooks(prefix) };
}

/**
 * From 24.19 on, Node's headers make every object of an addon like better-sqlite3 register and remove a clean-up hook,
 * and the removal aborts the process where the garbage collector runs between two tasks (nodejs/node#65446). What is
 * built with the headers before that works on these Nodes too: so it is built with a copy that has the two calls taken
 * out.
 *
 * @returns the folder of the headers to build with
 */
function withoutCleanupHooks(prefix) {
  const name = join('include', 'node', 'node_object_wrap.h');
  const header = readFileSync(join(prefix, name), 'utf8');
  const mended = header.replace(/^ +(Add|Remove)CleanupHook\(\);$/gm, '');
  if (mended === header) return prefix;
  const copy = mkdtempSync(join(tmpdir(), 'cosweep-headers-'));
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
  cpSync(join(prefix, 'include'), join(copy, 'include'), { recursive: true });
  writeFileSync(join(copy, name), mended);
  return copy;
}
