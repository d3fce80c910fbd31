/**
 * `npm run demo`: trains sweeps/demo.json with the dashboard live and prints the ablation table, from a fresh clone on.
 *
 * In a terminal the dashboard stays until Ctrl-C; elsewhere all ends with the table. A sweep that was interrupted or
 * that failed ends it with its exit code.
 */
import { join } from 'node:path';
import { buildProduct } from './setup/build-product.js';
import { freshDatabase } from './setup/fresh-database.js';
import { installPackages } from './setup/install-packages.js';
import { root } from './setup/root.js';
import { passSignalsOn, start } from './setup/start.js';

try {
  installPackages();
  buildProduct();
  process.exit(await demo(freshDatabase()));
} catch (error) {
  console.error(`\nThe demo stopped. ${error.message}`);
  process.exit(1);
}

async function demo(database) {
  passSignalsOn();
  const cosweep = (args, onOutput) => start([join(root, 'bin', 'cosweep.js'), '--db', database, ...args], onOutput);

  const dashboard = await serve(cosweep);
  console.log(`\nDashboard: ${dashboard.url}\nTraining sweeps/demo.json; the dashboard shows it live.\n`);
  const run = await cosweep(['--json', 'run', join('sweeps', 'demo.json')]).ended;
  if (run.status !== 0) return end(dashboard, run.status);

  const table = await cosweep(['export', 'latest', '--format', 'md']).ended;
  if (table.status !== 0) return end(dashboard, table.status);
  console.log(`\n${table.printed}\n${toSummary(run.printed, database)}`);
  if (!process.stdout.isTTY) return end(dashboard, 0);

  console.log(`\nThe dashboard stays at ${dashboard.url}; Ctrl-C ends it.`);
  await dashboard.ended;
  return 0;
}

/** Resolves as soon as the dashboard can be opened. */
function serve(cosweep) {
  return new Promise((resolve, reject) => {
    const server = cosweep(['--json', 'serve'], (printed) => {
      if (printed.endsWith('\n')) resolve({ ...server, url: JSON.parse(printed).url });
    });
    server.ended.then(
      ({ status }) => reject(new Error(`The dashboard ended with status ${status} (see above).`)),
      reject,
    );
  });
}

async function end(dashboard, status) {
  await dashboard.stop();
  return status;
}

function toSummary(printed, database) {
  const { engine, seconds } = JSON.parse(printed.trim().split('\n').at(-1));
  const faster =
    engine === 'wasm' ? '\nNative TensorFlow is about twice as fast: npx cosweep engine install tensorflow' : '';
  return `Trained in ${Math.round(seconds)} s by the engine ${engine}.${faster}\nMore from this database: npx cosweep --db ${database} --help`;
}
