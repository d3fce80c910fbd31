import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findOpenssl, keepCertificate } from '../../../server/remote/broker/certificate.ts';
import { hasRedis } from '../../helpers/redis.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-certificate-'));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

const keep = (...names: string[]) => keepCertificate(folder, findOpenssl()!, names);

describe.skipIf(!hasRedis)('the certificate of a broker', () => {
  it('is for its host, for tunnels, and for ten years, and its key is private', async () => {
    const certificate = new X509Certificate(await keep('gpu-1.example', '10.1.2.3'));
    expect(certificate.checkHost('gpu-1.example')).toBeDefined();
    for (const address of ['10.1.2.3', '127.0.0.1', '::1']) expect(certificate.checkIP(address)).toBeDefined();
    expect(certificate.checkHost('localhost')).toBeDefined();
    expect(certificate.checkIP('10.1.2.4')).toBeUndefined();
    const days = (Date.parse(certificate.validTo) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(3648);
    expect(readdirSync(folder).sort()).toEqual(['certificate.pem', 'key.pem']);
    expect(statSync(join(folder, 'key.pem')).mode & 0o777).toBe(0o600);
  });

  it('stays the same, since join files pin it', async () => {
    const first = await keep('10.1.2.3');
    expect(await keep('10.1.2.3')).toBe(first);
    expect(await keep('127.0.0.1')).toBe(first);
  });

  it('is renewed where it ends, where it lacks a name, and where its key is damaged', async () => {
    const first = await keep('10.1.2.3');
    const other = await keep('10.1.2.4');
    expect(other).not.toBe(first);
    writeFileSync(join(folder, 'key.pem'), '-----BEGIN PRIVATE KEY-----\n');
    const third = await keep('10.1.2.4');
    expect(third).not.toBe(other);
    expect(readFileSync(join(folder, 'certificate.pem'), 'utf8')).toBe(third);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3600 * 86_400_000 });
    expect(await keep('10.1.2.4')).not.toBe(third);
  });
});
