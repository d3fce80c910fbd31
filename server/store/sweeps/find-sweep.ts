import { dirname, resolve } from 'node:path';
import { UserError } from '../../sweep/user-error.ts';
import { parseRunId, parseSweepId, sweepName } from '../database/ids.ts';
import type { Storage } from '../database/storage.ts';
import { isSamePlace, realPath } from './same-place.ts';

/**
 * What the command line calls SWEEP: an id, `latest`, a unique name, or the path of a definition, which means its
 * newest sweep. They are looked for in this order.
 */
export async function findSweep(storage: Storage, argument: string): Promise<number> {
  const id = parseSweepId(argument);
  if (id !== null && (await hasSweep(storage, id))) return id;
  const candidates = argument === 'latest' ? await latest(storage) : await named(storage, argument);
  if (candidates.length === 1) return candidates[0]!;
  if (candidates.length > 1) {
    throw new UserError(
      `Cannot tell which sweep "${argument}" is: ` +
        `found ${candidates.map(sweepName).join(', ')}; wanted one of these ids`,
    );
  }
  throw new UserError(`Cannot find sweep "${argument}" in ${storage.file}: ${await known(storage)}`);
}

/** What HTTP takes: an id of a sweep that exists, else null. */
export async function sweepOfId(storage: Storage, text: string): Promise<number | null> {
  const id = parseSweepId(text);
  return id !== null && (await hasSweep(storage, id)) ? id : null;
}

/** What HTTP takes: an id of a run that exists, else null. */
export async function runOfId(storage: Storage, text: string): Promise<number | null> {
  const id = parseRunId(text);
  return id !== null && (await storage.prisma.run.count({ where: { id } })) === 1 ? id : null;
}

/** What the command line calls RUN. */
export async function findRun(storage: Storage, argument: string): Promise<number> {
  const id = await runOfId(storage, argument);
  if (id === null)
    throw new UserError(
      `Cannot find run "${argument}" in ${storage.file}: ` +
        'there is none; wanted an id such as r1 (`cosweep runs SWEEP` lists them)',
    );
  return id;
}

async function hasSweep(storage: Storage, id: number): Promise<boolean> {
  return (await storage.prisma.sweep.count({ where: { id } })) === 1;
}

async function latest(storage: Storage): Promise<number[]> {
  return ids(await storage.prisma.sweep.findMany({ select: { id: true }, orderBy: { id: 'desc' }, take: 1 }));
}

async function named(storage: Storage, argument: string): Promise<number[]> {
  // A sweep that was given another name still answers to its definition's, unless one is called by it.
  for (const where of [{ name: argument }, { definedName: argument }]) {
    const found = ids(await storage.prisma.sweep.findMany({ select: { id: true }, where, orderBy: { id: 'asc' } }));
    if (found.length > 0) return found;
  }
  const path = resolve(argument);
  const sweeps = await storage.prisma.sweep.findMany({
    select: { id: true, definitionPath: true, folder: true },
    where: { definitionPath: { not: null } },
    orderBy: { id: 'desc' },
  });
  const place = { definitionPath: path, folder: dirname(path) };
  const newest =
    sweeps.find((sweep) => isSamePlace(sweep, place)) ??
    sweeps.find(({ definitionPath }) => realPath(definitionPath!) === realPath(path));
  return newest === undefined ? [] : [newest.id];
}

const ids = (rows: { id: number }[]): number[] => rows.map(({ id }) => id);

async function known(storage: Storage): Promise<string> {
  const rows = await storage.prisma.sweep.findMany({
    select: { id: true, name: true },
    orderBy: { id: 'desc' },
    take: 5,
  });
  if (rows.length === 0) return 'it holds no sweeps yet; `cosweep run FILE` makes one';
  const newest = rows.map(({ id, name }) => `${sweepName(id)} (${name})`).join(', ');
  return `the newest are ${newest}; wanted an id, a unique name, a definition's path or \`latest\``;
}
