import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { explainFileError } from '../../sweep/file-error.ts';
import { UserError } from '../../sweep/user-error.ts';
import { writePrivate } from './write-private.ts';

const STATE = 'broker.json';

const State = z.object({
  password: z.string().min(32),
  address: z.string(),
  port: z.number().int().positive(),
  /** The process that has started the server. */
  starter: z.number().int().positive(),
});

/** What a broker keeps between its starts, so that join files stay valid. */
export type BrokerState = z.output<typeof State>;

/** Makes the folder of a broker: its queues, its password and its certificate, for the owner alone. */
export function openBrokerFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    if (!found.isDirectory()) throw new UserError(`Cannot keep the broker in ${folder}: it is not a folder`);
    const user = process.getuid?.() ?? found.uid;
    if (found.uid !== user) throw new UserError(`Cannot keep the broker in ${folder}: the folder is another user's`);
    chmodSync(folder, 0o700);
  } catch (error) {
    throw explainFileError(error, `keep the broker in ${folder}`);
  }
}

/** null where there is none that can be read: the broker then begins anew, under another password. */
export function readState(folder: string): BrokerState | null {
  try {
    return State.parse(JSON.parse(readFileSync(join(folder, STATE), 'utf8')));
  } catch {
    return null;
  }
}

export function writeState(folder: string, state: BrokerState): void {
  writePrivate(join(folder, STATE), `${JSON.stringify(state, null, 2)}\n`, "the broker's state");
}

export function newPassword(): string {
  return randomBytes(32).toString('base64url');
}
