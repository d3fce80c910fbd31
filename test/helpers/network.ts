import { execFileSync } from 'node:child_process';
import { onTestFinished } from 'vitest';

/** A network namespace beside this machine's own, which is linked to it by one cable. */
export interface OtherNetwork {
  /** By which it reaches this machine. */
  readonly here: string;
  /** The beginning of a command line that starts something there. */
  readonly within: string[];
  /** Pulls the cable: what is sent is lost, and nobody is told. */
  cut(): void;
  /** Puts it back. */
  mend(): void;
}

/** Whether this user may make networks: root on Linux, with the programs of iproute2. */
export const canMakeNetworks = tryOut();

let made = 0;

export function otherNetwork(): OtherNetwork {
  const name = `cosweep-${process.pid}-${++made}`;
  const [ours, theirs] = [`cw${process.pid}-${made}`, `cx${process.pid}-${made}`];
  // Of the addresses that nobody routes, by process, so that two tests do not meet.
  const net = `10.${200 + (made % 50)}.${(process.pid >> 6) & 255}`;
  const first = (process.pid & 63) * 4;
  const [here, there] = [`${net}.${first + 1}`, `${net}.${first + 2}`];
  ip('netns', 'add', name);
  onTestFinished(() => {
    ip('netns', 'del', name); // the cable goes with its end
  });
  ip('link', 'add', ours, 'type', 'veth', 'peer', 'name', theirs, 'netns', name);
  ip('addr', 'add', `${here}/30`, 'dev', ours);
  ip('link', 'set', ours, 'up');
  ip('-n', name, 'addr', 'add', `${there}/30`, 'dev', theirs);
  ip('-n', name, 'link', 'set', theirs, 'up');
  ip('-n', name, 'link', 'set', 'lo', 'up');
  return {
    here,
    within: ['ip', 'netns', 'exec', name],
    cut: () => ip('-n', name, 'link', 'set', theirs, 'down'),
    mend: () => ip('-n', name, 'link', 'set', theirs, 'up'),
  };
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' });
}

function tryOut(): boolean {
  try {
    const name = `cosweep-try-${process.pid}`;
    ip('netns', 'add', name);
    ip('netns', 'del', name);
    return true;
  } catch {
    return false;
  }
}
