import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installation, loadPeer } from '../../../server/remote/broker/peer-packages.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-peers-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a package that only some users install', () => {
  it('is named with its pinned version where it is missing', async () => {
    const name = 'no-such-package';
    await expect(loadPeer('ioredis', () => import(name))).rejects.toThrow(
      /the package ioredis is not installed\. Wanted, .*: npm install --no-save bullmq@6\.7\.0 ioredis@5\.11\.1 \(in /,
    );
  });

  it('throws what it throws itself', async () => {
    const broken = () => Promise.reject(new Error('its own mistake'));
    await expect(loadPeer('bullmq', broken)).rejects.toThrow('its own mistake');
  });

  it('is installed where this Cosweep finds it: globally, in a project, or in the checkout', () => {
    const beside = join(folder, 'lib', 'node_modules', 'cosweep');
    mkdirSync(beside, { recursive: true });
    expect(installation('bullmq', beside)).toBe('npm install -g bullmq@6.7.0 ioredis@5.11.1');
    writeFileSync(join(folder, 'lib', 'package.json'), '{}');
    expect(installation('pg', beside)).toBe(`npm install bullmq@6.7.0 pg@8.23.1 (in ${join(folder, 'lib')})`);
    expect(installation('ioredis', folder)).toBe(`npm install --no-save bullmq@6.7.0 ioredis@5.11.1 (in ${folder})`);
  });
});
