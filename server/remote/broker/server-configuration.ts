import { createHash } from 'node:crypto';

/** The files of a broker's folder. The server works in this folder, so that no path stands in its configuration. */
export const FILES = {
  configuration: 'server.conf',
  log: 'server.log',
  pid: 'server.pid',
  certificate: 'certificate.pem',
  key: 'key.pem',
} as const;

/** More than any message has. Redis would take 512 MB. */
const LARGEST_VALUE = '64mb';

/**
 * What BullMQ needs beyond harmless commands: its first question is INFO, and it names its connections. Everything else
 * that is dangerous or of the administrator is off: FLUSHALL, CONFIG, DEBUG, SHUTDOWN, MODULE, REPLICAOF, SAVE, KEYS,
 * MONITOR. Nobody may use them, this process neither: it ends the server by a signal.
 */
const ALLOWED = '+@all -@admin -@dangerous +info +client|setname +client|getname +client|id';

export interface ServerSettings {
  address: string;
  port: number;
  password: string;
  encrypted: boolean;
}

/** The configuration of a private server. It has the password's hash only, and nothing stands on the command line. */
export function serverConfiguration({ address, port, password, encrypted }: ServerSettings): string {
  const hash = createHash('sha256').update(password).digest('hex');
  const listen = encrypted
    ? [
        'port 0',
        `tls-port ${port}`,
        `tls-cert-file ${FILES.certificate}`,
        `tls-key-file ${FILES.key}`,
        'tls-auth-clients no',
        'tls-protocols "TLSv1.2 TLSv1.3"',
      ]
    : [`port ${port}`];
  return [
    `bind ${address}`,
    ...listen,
    'protected-mode yes',
    `user default on #${hash} ~* ${ALLOWED}`,
    'daemonize no',
    `pidfile ${FILES.pid}`,
    `logfile ${FILES.log}`,
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    `proto-max-bulk-len ${LARGEST_VALUE}`,
    '',
  ].join('\n');
}
