import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Tells node-gyp where Node's own headers are, where they are installed beside it, so that it has nothing to download. */
export function nodeHeaders() {
  const prefix = dirname(dirname(process.execPath));
  if (process.env.npm_config_nodedir || !existsSync(join(prefix, 'include', 'node', 'node_api.h'))) return {};
  return { npm_config_nodedir: prefix };
}
