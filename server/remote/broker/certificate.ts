import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { OutsideError } from '../../sweep/user-error.ts';
import { command, findProgram, lastLines } from '../../training/engines/tensorflow/command.ts';
import { FILES } from './server-configuration.ts';

const DAYS = 3650;

/** A certificate that ends within this time is replaced: a sweep may take weeks. */
const RENEW_BEFORE = 60 * 24 * 3600 * 1000;

/** Through a tunnel a worker connects to its own loopback address. */
const ALWAYS = ['localhost', '127.0.0.1', '::1'];

/** Makes certificates; null where the PATH has none. */
export function findOpenssl(): string | null {
  return findProgram('openssl');
}

/**
 * The certificate in a broker's folder. It stays the same from start to start, since join files pin it: a new one is
 * made only where there is none, where it ends soon, or where it lacks one of the names.
 *
 * @returns it as PEM
 */
export async function keepCertificate(folder: string, openssl: string, names: readonly string[]): Promise<string> {
  const kept = readKept(folder);
  if (kept !== null && isGood(kept, names)) return kept.toString();
  return await makeCertificate(folder, openssl, names);
}

/** null where certificate and key are not there, cannot be read or do not belong together. */
function readKept(folder: string): X509Certificate | null {
  try {
    const certificate = new X509Certificate(readFileSync(join(folder, FILES.certificate)));
    const key = createPrivateKey(readFileSync(join(folder, FILES.key)));
    return certificate.checkPrivateKey(key) ? certificate : null;
  } catch {
    return null;
  }
}

function isGood(certificate: X509Certificate, names: readonly string[]): boolean {
  const now = Date.now();
  const isForAll = names.every((name) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)));
  const starts = Date.parse(certificate.validFrom);
  const ends = Date.parse(certificate.validTo);
  return isForAll && starts <= now && now + RENEW_BEFORE < ends;
}

/** The key is renamed into its place first: a pair of which half is new counts as none. */
async function makeCertificate(folder: string, openssl: string, names: readonly string[]): Promise<string> {
  const unfinished = { certificate: 'certificate.new', key: 'key.new', request: 'certificate.conf' };
  const inFolder = (name: string): string => join(folder, name);
  try {
    writeFileSync(inFolder(unfinished.request), requestFor(names), { mode: 0o600 });
    // Openssl would keep the permissions of a file that is there.
    writeFileSync(inFolder(unfinished.key), '', { mode: 0o600 });
    const { code, output } = await command(
      openssl,
      [
        ...[
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-nodes',
          '-sha256',
          '-days',
          String(DAYS),
        ],
        ...['-config', unfinished.request, '-keyout', unfinished.key, '-out', unfinished.certificate],
      ],
      { cwd: folder },
    );
    if (code !== 0) throw new OutsideError(`Cannot make a certificate: openssl says\n${lastLines(output, 4)}`);
    renameSync(inFolder(unfinished.key), inFolder(FILES.key));
    renameSync(inFolder(unfinished.certificate), inFolder(FILES.certificate));
    return readFileSync(inFolder(FILES.certificate), 'utf8');
  } finally {
    for (const name of Object.values(unfinished)) rmSync(inFolder(name), { force: true });
  }
}

/** In a file, since LibreSSL and old versions of OpenSSL know no option for alternative names. */
function requestFor(names: readonly string[]): string {
  const all = [...new Set([...names, hostname(), ...ALWAYS])].filter((name) => /^[\w.:-]+$/.test(name));
  const alternatives = all.map((name) => `${isIP(name) ? 'IP' : 'DNS'}:${name}`);
  return [
    '[req]',
    'distinguished_name = name',
    'x509_extensions = extensions',
    'prompt = no',
    '[name]',
    'CN = Cosweep broker',
    '[extensions]',
    'basicConstraints = critical, CA:TRUE',
    'extendedKeyUsage = serverAuth',
    `subjectAltName = ${alternatives.join(', ')}`,
    '',
  ].join('\n');
}
