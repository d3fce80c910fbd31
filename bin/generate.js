/**
 * Generates the database client (`prisma generate`) without any network, then says nothing.
 *
 * Prisma's command line wants to download an engine for migrations before it does anything. Generating does not use
 * that engine. A variable can name its file, and then nothing is downloaded; the file is never opened. So this also
 * works where downloads are blocked.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

export function generate() {
  const { status, error, stdout, stderr } = spawnSync(
    process.execPath,
    [prismaCommand(), 'generate', '--schema', join(root, 'prisma', 'schema.prisma')],
    {
      cwd: root,
      encoding: 'utf8',
      env: {
        ...process.env,
        PRISMA_SCHEMA_ENGINE_BINARY: join(root, 'package.json'),
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
        CHECKPOINT_DISABLE: '1',
      },
    },
  );
  if (error) throw error;
  if (status !== 0)
    throw new Error(`Cannot generate the database client from prisma/schema.prisma:\n${stdout}${stderr}`);
}

function prismaCommand() {
  try {
    return createRequire(import.meta.url).resolve('prisma/build/index.js');
  } catch {
    throw new Error('Cannot generate the database client: the package "prisma" is not installed; run `npm ci` first');
  }
}

if (process.argv[1] && fileURLToPath(import.meta.url) === process.argv[1]) {
  try {
    generate();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
