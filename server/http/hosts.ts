import { hostname, networkInterfaces } from 'node:os';

const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

/** The name of a host without port, brackets and the final dot, in lower case; '' where there is no name. */
export function hostName(host: string | undefined): string {
  const bracketed = /^\[([0-9a-f:.]+)\](?::\d+)?$/i.exec(host ?? '');
  if (bracketed) return bracketed[1]!.toLowerCase();
  const plain = /^([a-z0-9._-]+?)\.?(?::\d+)?$/i.exec(host ?? '');
  return plain ? plain[1]!.toLowerCase() : '';
}

/** True where only this machine can connect, so that `--no-token` may be given. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(host.toLowerCase()) || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * The names under which this server may be addressed. A page of another site can point its own name at this address
 * (DNS rebinding, CVE-2025-14279) but cannot choose the name that the browser sends. A request for any other name is
 * refused.
 */
export function allowedHosts(host: string, allowed: readonly string[]): Set<string> {
  const names = new Set([...LOOPBACK, ...allowed.map((name) => hostName(name) || name.toLowerCase())]);
  if (host === '0.0.0.0' || host === '::') {
    names.add(hostname().toLowerCase());
    for (const address of Object.values(networkInterfaces()).flat()) names.add(address!.address.toLowerCase());
  } else {
    names.add(host.toLowerCase());
  }
  return names;
}
