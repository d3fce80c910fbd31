/**
 * `npm run dev`: the dashboard from its sources, with hot reload, on a sample database. A change in `web` is there at
 * once; after a change in `server` the server is built and started again. Ctrl-C ends it.
 *
 * The sample database is dev.db in the checkout: the demo's sweep, trained the first time (half a minute).
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'vite';
import { buildProduct } from './setup/build-product.js';
import { installPackages } from './setup/install-packages.js';
import { root } from './setup/root.js';
import { run } from './setup/run.js';

/** An editor saves several files at once, and some of them twice; in milliseconds. */
const QUIET = 300;

const database = join(root, 'dev.db');
const cosweep = [join(root, 'bin', 'cosweep.js'), '--db', database];

installPackages();
buildProduct();
// What is trained already is not trained again.
console.error('dev: the sample database …');
if (!run(process.execPath, [...cosweep, 'run', join('sweeps', 'demo.json')])) process.exit(1);

/** Kept over restarts. */
const token = randomBytes(24).toString('base64url');
let server = await serve();
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    server.child.kill();
    process.exit(0);
  });
const dashboard = await createServer({
  configFile: join(root, 'web', 'vite.config.ts'),
  // The server answers pages of its own address only, and who has its token. So whoever reaches Vite is let in.
  server: {
    proxy: { '/api': { target: server.url, headers: { origin: server.url, authorization: `Bearer ${token}` } } },
  },
});
await dashboard.listen();
console.error(`\nThe server answers at ${server.url}.`);
dashboard.printUrls();
rebuildOnChange();

/** Starts the built server and tells where it answers. @param port to answer at; 0 for any that is free */
function serve(port = 0) {
  const child = spawn(process.execPath, [...cosweep, '--json', 'serve', '--port', String(port)], {
    cwd: root,
    env: { ...process.env, COSWEEP_TOKEN: token },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
      if (printed.endsWith('\n')) resolve({ child, url: new URL(JSON.parse(printed).url).origin });
    });
    child.once('exit', (code) => reject(new Error(`The server ended with status ${code} (see above)`)));
  });
}

function rebuildOnChange() {
  let timer;
  let building = Promise.resolve();
  watch(join(root, 'server'), { recursive: true }, (_event, file) => {
    if (file?.startsWith(join('store', 'generated'))) return;
    clearTimeout(timer);
    timer = setTimeout(() => void (building = building.then(rebuild).catch(sayWhy)), QUIET);
  });
}

async function rebuild() {
  // A change that does not build leaves the server that there is.
  if (!run(process.execPath, [join(root, 'bin', 'build.js'), '--server-only'])) return;
  const { port } = new URL(server.url);
  const { child } = server;
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await ended;
  }
  server = await serve(port);
  console.error(`The server answers again at ${server.url}.`);
}

/** A server that does not start is started again after the next change. */
function sayWhy(error) {
  console.error(error.message);
}
