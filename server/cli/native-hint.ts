import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../training/cache-folder.ts';
import { machineName } from '../training/engines/machine.ts';
import { readVerdicts } from '../training/engines/verdicts.ts';

/** Below this it is not worth a sentence. */
const WORTH = 1.2;

/**
 * What native TensorFlow would gain over wasm here. It is said once on a machine.
 *
 * @returns null where it was said before, or there is nothing to gain
 */
export function nativeHint(): string | null {
  const hint = whatNativeGains();
  return hint !== null && isFirstTime() ? hint : null;
}

function whatNativeGains(): string | null {
  const verdicts = readVerdicts();
  const [native, wasm] = [verdicts.get('tensorflow'), verdicts.get('wasm')];
  if (!native?.works) {
    const canBeInstalled = ['linux', 'darwin'].includes(process.platform) && ['x64', 'arm64'].includes(process.arch);
    return canBeInstalled ? NOT_INSTALLED : null;
  }
  if (native.stepMs === null || !wasm || wasm.stepMs === null || wasm.stepMs < WORTH * native.stepMs) return null;
  return (
    `Native TensorFlow trains ${rounded(wasm.stepMs / native.stepMs)} times as fast as wasm, by a step of cnn-small ` +
    `measured on this machine (${rounded(native.stepMs)} ms against ${rounded(wasm.stepMs)}): ` +
    '--engine tensorflow for a new sweep; one that has begun keeps its engine'
  );
}

const NOT_INSTALLED =
  'Native TensorFlow would take about half as long as wasm (1.9 to 2.9 times as fast by network, measured on another ' +
  'machine, see docs/performance.md): npx cosweep engine install tensorflow. ' +
  'A sweep that has begun keeps its engine; npx cosweep doctor then measures both here';

/** Notes in the cache that the sentence was said on this machine. */
function isFirstTime(): boolean {
  const folder = join(cacheFolder(), 'engines');
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${machineName()}-native-hint`), '', { flag: 'wx' });
    return true;
  } catch {
    return false; // a cache that cannot be written would have it said every time
  }
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(2)));
}
