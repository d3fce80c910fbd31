import { spawn, type ChildProcess } from 'node:child_process';
import { parseCards, QUERY, type CardSample } from './card-sample.ts';

/** In milliseconds: nvidia-smi is killed where it takes longer. */
const PATIENCE = 5_000;

/** In characters: so much of what it says is read. A hundred cards take a tenth of it. */
const MOST_READ = 100_000;

/**
 * Asks nvidia-smi what the cards do. Where it hangs or writes without end, it is ended, and no card is known. Where it
 * fails, since it cannot reach one of the cards, those that it has printed are known.
 *
 * @param ended aborted: it is killed at once
 * @throws where there is no nvidia-smi, or it cannot be started
 */
export async function askCards(ended: AbortSignal, patience = PATIENCE): Promise<CardSample[]> {
  // In a group of its own on POSIX: what it has started ends with it, and Ctrl-C does not reach it.
  const inGroup = process.platform !== 'win32';
  const child = spawn('nvidia-smi', QUERY, {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: inGroup,
    windowsHide: true,
  });
  const kill = (): void => killAll(child, inGroup);
  const late = setTimeout(kill, patience);
  ended.addEventListener('abort', kill);
  try {
    return parseCards(await readAll(child, kill));
  } finally {
    clearTimeout(late);
    ended.removeEventListener('abort', kill);
  }
}

/** @returns nothing where it was killed */
function readAll(child: ChildProcess, kill: () => void): Promise<string> {
  let text = '';
  child.stdout!.setEncoding('utf8').on('data', (piece: string) => {
    if (text.length + piece.length > MOST_READ) return kill();
    text += piece;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code === null ? '' : text));
  });
}

/** Its stream is closed too: whatever holds the other end, nothing more is read of it. */
function killAll(child: ChildProcess, inGroup: boolean): void {
  child.stdout!.destroy();
  try {
    if (inGroup) process.kill(-child.pid!, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // it has ended by itself
  }
}
