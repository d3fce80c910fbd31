import { isOlder } from './is-older.ts';

/**
 * What pip is asked for. The wheels that were tried hold the C API and its headers; a later one may be arranged
 * differently.
 */
export const VERSIONS = '>=2.15,<2.22';

/**
 * tfjs-node's own libtensorflow, 2.9, is of 2022: its max pooling takes ten times as long as it does in those of the
 * wheels. Other processors have no such wheel.
 *
 * @returns how slow it is, and what to do; null where no faster library is to be had
 */
export function slowerThanWheels(libtensorflow: string): string | null {
  if (!isOlder(libtensorflow, '2.10') || process.platform !== 'linux' || process.arch !== 'x64') return null;
  return (
    `libtensorflow ${libtensorflow} works, and the newest would be about twice as fast ` +
    '(measured: a step of cnn-small takes 18 ms with 2.9, 9 ms with the newest). To take it: install pip ' +
    '(Debian and Ubuntu: apt-get install python3-pip build-essential) and run ' +
    'cosweep engine install tensorflow again; ' +
    `or without a network: python3 -m pip download --no-deps --only-binary=:all: "tensorflow-cpu${VERSIONS}" ` +
    'elsewhere, then here cosweep engine install tensorflow --from FILE.whl'
  );
}
