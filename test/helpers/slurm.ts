import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';

const PATH = `${process.env['PATH']}:/usr/sbin:/sbin`;

/** Whether this machine has Slurm; set-up installs it (bin/setup/system-tools.js). */
export const hasSlurm = ['munged', 'slurmctld', 'slurmd', 'sbatch'].every(
  (name) => spawnSync('sh', ['-c', `command -v ${name}`], { env: { ...process.env, PATH } }).status === 0,
);

export interface Slurm {
  /** Tells Slurm's commands which cluster they are for. */
  environment: { SLURM_CONF: string; PATH: string };
  /** What a command of Slurm prints. */
  call(program: string, ...args: string[]): string;
  /** The state that a job has: RUNNING, COMPLETED. */
  stateOf(job: string): string;
  stop(): Promise<void>;
}

/** A cluster of one machine, without systemd: everything it has is in a folder of its own. */
export async function startSlurm(): Promise<Slurm> {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-slurm-'));
  const inFolder = (name: string) => join(folder, name);
  for (const name of ['state', 'spool']) mkdirSync(inFolder(name));
  const configuration = inFolder('slurm.conf');
  writeFileSync(inFolder('munge.key'), randomBytes(64), { mode: 0o600 });
  writeFileSync(configuration, await configurationFor(inFolder));
  writeFileSync(inFolder('cgroup.conf'), 'CgroupPlugin=cgroup/v1\n');
  const environment = { SLURM_CONF: configuration, PATH };
  const started: ChildProcess[] = [];
  const start = (program: string, ...args: string[]) => {
    const child = spawn(program, args, { env: { ...process.env, ...environment }, stdio: 'ignore' });
    started.push(child);
    return child;
  };
  const files = { key: 'munge.key', socket: 'munge.socket', pid: 'munge.pid', log: 'munge.log', seed: 'munge.seed' };
  const options = Object.entries(files).map(
    ([name, file]) => `--${name === 'socket' ? name : `${name}-file`}=${inFolder(file)}`,
  );
  start('munged', '--foreground', '--force', ...options);
  start('slurmctld', '-D', '-f', configuration);
  start('slurmd', '-D', '-f', configuration);

  const call = (program: string, ...args: string[]) =>
    execFileSync(program, args, { env: { ...process.env, ...environment }, encoding: 'utf8', stdio: 'pipe' });
  const slurm: Slurm = {
    environment,
    call,
    stateOf: (job) => /JobState=(\w+)/.exec(call('scontrol', 'show', 'job', job))?.[1] ?? 'unknown',
    async stop() {
      for (const child of started.reverse()) {
        child.kill('SIGTERM');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await untilIdle(slurm, started, inFolder);
  return slurm;
}

async function configurationFor(inFolder: (name: string) => string): Promise<string> {
  const name = hostname().split('.')[0];
  const user = userInfo().username;
  return `ClusterName=cosweep
SlurmctldHost=${name}(127.0.0.1)
SlurmctldPort=${await freePort()}
SlurmdPort=${await freePort()}
SlurmUser=${user}
SlurmdUser=${user}
AuthType=auth/munge
AuthInfo=socket=${inFolder('munge.socket')}
CredType=cred/munge
StateSaveLocation=${inFolder('state')}
SlurmdSpoolDir=${inFolder('spool')}
SlurmctldPidFile=${inFolder('slurmctld.pid')}
SlurmdPidFile=${inFolder('slurmd.pid')}
SlurmctldLogFile=${inFolder('slurmctld.log')}
SlurmdLogFile=${inFolder('slurmd.log')}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=30
MinJobAge=600
NodeName=${name} NodeAddr=127.0.0.1 CPUs=4 RealMemory=100 State=UNKNOWN
PartitionName=gpu Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;
}

async function untilIdle(slurm: Slurm, started: ChildProcess[], inFolder: (name: string) => string): Promise<void> {
  for (;;) {
    const dead = started.find(({ exitCode }) => exitCode !== null);
    if (dead !== undefined) {
      const logs = ['munge.log', 'slurmctld.log', 'slurmd.log'].map((name) => logOf(inFolder(name)));
      throw new Error(`${dead.spawnfile} ended with ${dead.exitCode}:\n${logs.join('\n')}`);
    }
    try {
      if (slurm.call('sinfo', '--noheader', '--format=%T').trim() === 'idle') return;
    } catch {
      // it is not there yet
    }
    await wait(200);
  }
}

function logOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(-8).join('\n');
  } catch {
    return '';
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
