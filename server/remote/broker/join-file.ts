import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { explainFileError } from '../../sweep/file-error.ts';
import { UserError } from '../../sweep/user-error.ts';
import { shellWord } from '../shell-word.ts';
import { writePrivate } from './write-private.ts';

/** How join files are written. Another number is another program's. */
const JOIN_VERSION = 1;

const SECRET_BYTES = 32;

/** Far more than a certificate and some addresses take, in bytes. */
const LARGEST = 1 << 18;

const Text = z.string().min(1).max(4096);

const Certificate = z.string().startsWith('-----BEGIN CERTIFICATE-----', 'wanted a certificate as PEM').nullable();

/** No message quotes what it found: half of a join file is secret. */
const Join = z.strictObject({
  version: z.literal(JOIN_VERSION),
  cosweep: Text.describe('the version of the Cosweep that wrote it'),
  database: Text.describe("the database's id"),
  url: Text.refine(isBrokerUrl, 'wanted an address of Redis or PostgreSQL').describe('the broker, with its password'),
  certificate: Certificate.describe('the only certificate that the broker is believed with'),
  secret: z
    .base64()
    .refine(isSecret, `wanted ${SECRET_BYTES} bytes in base64`)
    .describe('signs every message, see server/remote/messages'),
  blobs: z
    .union([
      z.strictObject({ url: z.url({ protocol: /^https?$/ }), certificate: Certificate }),
      z.strictObject({ folder: Text }),
    ])
    .nullable()
    .describe('where checkpoints and data are'),
  prefix: Text.describe('the names of all queues begin with it'),
});

/** What a worker on another machine needs to know of the head. */
export type Join = z.output<typeof Join>;

/** A new secret for messages, in base64. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64');
}

export function writeJoinFile(path: string, join: Omit<Join, 'version'>): void {
  const whole: Join = { version: JOIN_VERSION, ...join };
  writePrivate(path, `${JSON.stringify(whole, null, 2)}\n`, 'the join file');
}

/** Reads a join file, and refuses one that others could have read or written: it says whose orders are carried out. */
export function readJoinFile(path: string): Join {
  const refuse = (found: string): never => {
    throw new UserError(`Cannot read the join file ${path}: ${found}`);
  };
  const text = readOwn(path, refuse);
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch {
    refuse('it is not JSON; wanted a file that `cosweep run --listen` or `--url` has written');
  }
  refuseOtherVersion(written, refuse);
  const { success, data, error } = Join.safeParse(written);
  if (success) return data;
  return refuse(
    error.issues.map(({ path: place, message }) => `${place.join('.') || 'the whole'}: ${message}`).join('; '),
  );
}

function readOwn(path: string, refuse: (found: string) => never): string {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch (error) {
    throw explainFileError(error, `read the join file ${path}`);
  }
  try {
    const found = fstatSync(handle);
    if (!found.isFile()) refuse('it is not a file');
    if (found.size > LARGEST) refuse(`it has ${found.size} bytes; wanted a join file, which has at most ${LARGEST}`);
    refuseShared(path, found, refuse);
    return readFileSync(handle, 'utf8');
  } finally {
    closeSync(handle);
  }
}

/**
 * Whoever reads the file can give orders to every worker, and with programs an order is a command line. A file of
 * root's may be readable for the user's group: so a container's secrets are mounted.
 */
function refuseShared(
  path: string,
  { mode, uid }: { mode: number; uid: number },
  refuse: (found: string) => never,
): void {
  const user = process.getuid?.();
  if (user === undefined) return; // Windows has no such permissions
  if (uid !== user && uid !== 0 && user !== 0)
    refuse(`it belongs to another user (${uid}), whose orders would be carried out; wanted a copy of your own`);
  const forbidden = uid === 0 && user !== 0 ? 0o027 : 0o077;
  if ((mode & forbidden) === 0) return;
  const octal = (mode & 0o777).toString(8).padStart(3, '0');
  refuse(`others may read or write it (its mode is ${octal}); wanted 600: chmod 600 ${shellWord(path)}`);
}

function refuseOtherVersion(written: unknown, refuse: (found: string) => never): void {
  const Head = z.object({
    version: z.number(),
    cosweep: z
      .string()
      .regex(/^[\w.+-]{1,40}$/)
      .catch('another version'),
  });
  const { success, data } = Head.safeParse(written);
  if (!success || data.version === JOIN_VERSION) return;
  refuse(
    `version: found ${data.version}, wanted ${JOIN_VERSION}. Cosweep ${data.cosweep} has written it; ` +
      'install the same version here as on the machine that trains the sweep',
  );
}

function isBrokerUrl(text: string): boolean {
  return URL.canParse(text) && /^(rediss?|postgres(ql)?):$/.test(new URL(text).protocol);
}

function isSecret(text: string): boolean {
  return Buffer.from(text, 'base64').length === SECRET_BYTES;
}
