import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newSecret, readJoinFile, writeJoinFile } from '../../../server/remote/broker/join-file.ts';
import { UserError } from '../../../server/sweep/user-error.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-join-'));
  file = join(folder, 'join.json');
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const secret = newSecret();
const example = {
  cosweep: '0.2.0',
  database: 'a1b2',
  url: 'rediss://:hidden-password@10.0.0.5:40123',
  certificate: '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n',
  secret,
  blobs: { url: 'https://10.0.0.5:40124', certificate: null },
  prefix: 'cosweep',
};

function write(content: unknown, mode = 0o600): void {
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  chmodSync(file, mode);
}

function refusal(): string {
  try {
    readJoinFile(file);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    const { message } = error as Error;
    expect(message).not.toMatch(/hidden-password/);
    expect(message).not.toContain(secret);
    return message;
  }
  return expect.unreachable('it was read');
}

describe('a join file', () => {
  it('is read as it was written, by its owner alone, and leaves nothing beside it', () => {
    writeFileSync(file, 'an older one', { mode: 0o644 });
    writeJoinFile(file, example);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['join.json']);
    expect(readJoinFile(file)).toEqual({ version: 1, ...example });
    for (const blobs of [null, { folder: '/shared/blobs' }]) {
      writeJoinFile(file, { ...example, certificate: null, blobs });
      expect(readJoinFile(file)).toMatchObject({ certificate: null, blobs });
    }
  });

  it('has a secret of 32 bytes that is new each time', () => {
    expect(Buffer.from(secret, 'base64')).toHaveLength(32);
    expect(newSecret()).not.toBe(secret);
  });

  it('keeps the old one where the new one cannot be written', () => {
    writeJoinFile(file, example);
    const before = readFileSync(file, 'utf8');
    expect(() => writeJoinFile(join(folder, 'nowhere', 'join.json'), example)).toThrow(/Cannot write the join file to/);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});

describe('a join file is refused', () => {
  it.each([0o640, 0o604, 0o620, 0o660, 0o666, 0o644])('with the mode %o, which lets others in', (mode) => {
    write({ version: 1, ...example }, mode);
    expect(refusal()).toContain(`(its mode is ${mode.toString(8)}); wanted 600: chmod 600 ${file}`);
  });

  it('that others could read, through a link too', () => {
    write({ version: 1, ...example }, 0o644);
    symlinkSync(file, join(folder, 'link'));
    expect(() => readJoinFile(join(folder, 'link'))).toThrow(/others may read or write it/);
  });

  it.runIf(process.getuid?.() === 0)("of another user, and not root's that the user's group may read", () => {
    vi.spyOn(process, 'getuid').mockReturnValue(1234);
    write({ version: 1, ...example }, 0o440);
    expect(readJoinFile(file)).toMatchObject(example);
    write({ version: 1, ...example }, 0o444);
    expect(refusal()).toContain('its mode is 444');
    write({ version: 1, ...example });
    chownSync(file, 4321, 4321);
    expect(refusal()).toContain('it belongs to another user (4321)');
  });

  it.each<[string, unknown, RegExp]>([
    ['no JSON', `{"secret": "${secret}"`, /it is not JSON; wanted a file that `cosweep run --listen` or `--url`/],
    [
      'another version',
      { ...example, version: 2, cosweep: '0.9.0' },
      /version: found 2, wanted 1\. Cosweep 0\.9\.0 has/,
    ],
    [
      'another version with a hostile name',
      { version: 3, cosweep: '\u001b[2J' },
      /Cosweep another version has written it/,
    ],
    ['no version', example, /version: /],
    ['a short secret', { version: 1, ...example, secret: 'AAAA' }, /secret: wanted 32 bytes in base64/],
    ['no base64', { version: 1, ...example, secret: '?'.repeat(44) }, /secret: /],
    [
      'an address of the web',
      { version: 1, ...example, url: 'https://x:hidden-password@y' },
      /url: wanted an address of Redis/,
    ],
    ['no certificate', { version: 1, ...example, certificate: 'PEM' }, /certificate: wanted a certificate as PEM/],
    ['two places of blobs', { version: 1, ...example, blobs: { url: 'https://a', folder: 'b' } }, /blobs: /],
    ['an unknown key', { version: 1, ...example, command: 'rm' }, /command/],
    ['a list', [], /the whole: /],
    ['262145 bytes', ' '.repeat(262145), /it has 262145 bytes/],
  ])('with %s', (_, content, message) => {
    write(content);
    expect(refusal()).toMatch(message);
  });

  it('where there is none, and where it is a folder', () => {
    expect(refusal()).toMatch(/Cannot read the join file .*join\.json: there is no such file/);
    expect(() => readJoinFile(folder)).toThrow(/it is not a file|it is a folder/);
  });
});
