import { execFile, type ExecFileException } from 'node:child_process';
import { promisify } from 'node:util';
import { printable } from '../../../sweep/printable.ts';
import { OutsideError } from '../../../sweep/user-error.ts';
import type { Card } from './card.ts';

/** In milliseconds: so long the driver may take to list its cards. To wake eight of them takes ten seconds. */
const LISTS_WITHIN = 30_000;

/** In characters: no card's name is longer. */
const LONGEST_NAME = 100;

type Environment = Record<string, string | undefined>;

/** A card as nvidia-smi lists it, with the parts that MIG has cut it into, if any. */
interface Gpu extends Device {
  /** As nvidia-smi counts: one that it cannot reach has a number too, and no line. */
  number: number;
  instances: Device[];
}

interface Device {
  name: string;
  uuid: string;
}

/**
 * The cards that programs and TensorFlow may use: those that CUDA_VISIBLE_DEVICES names, else all that nvidia-smi
 * lists. A card that is cut by MIG stands for itself no more, and its parts do.
 *
 * @throws {CardsUnlisted} where nvidia-smi hangs, and nothing else says which cards there are
 */
export async function listCudaCards(own: Environment = process.env, within = LISTS_WITHIN): Promise<Card[]> {
  const { listed, isLate } = await askDriver(within);
  if (isLate && own['CUDA_VISIBLE_DEVICES'] === undefined) throw new CardsUnlisted(within);
  const gpus = parseGpus(listed);
  const there = gpus.flatMap((gpu) => (gpu.instances.length > 0 ? gpu.instances : [gpu]));
  const visible = own['CUDA_VISIBLE_DEVICES'];
  if (visible === undefined) return there.map((device) => toCard(device, there));
  const order = { inPlace: own['CUDA_DEVICE_ORDER'] === 'PCI_BUS_ID', gpus, there };
  const found = entriesOf(visible).map((entry) => ({ entry, device: deviceOf(entry, order) }));
  const uuids = found.map(({ entry, device }) => device?.uuid ?? entry);
  return found.map(({ entry, device }, i) => {
    const card = toCard(device ?? { name: `GPU ${entry}`, uuid: entry }, there);
    if (uuids.indexOf(uuids[i]!) < i) return { ...card, trouble: STANDS_TWICE };
    return device === null ? { ...card, trouble: gone(there) } : card;
  });
}

/** Whether the driver has said which model it is. Else it is called by what CUDA_VISIBLE_DEVICES says: `GPU 3`. */
export function hasModel({ name }: Pick<Card, 'name'>): boolean {
  return !/^GPU (\d+$|GPU-|MIG-)/.test(name);
}

/** Nobody knows which cards there are. */
export class CardsUnlisted extends OutsideError {
  readonly reason: string;
  readonly remedy = 'Find out what it waits for, or name the cards in CUDA_VISIBLE_DEVICES.';

  constructor(within: number) {
    const reason = `nvidia-smi -L did not answer within ${within / 1000} s`;
    super(`Cannot list the cards: ${reason}; wanted all that CUDA may use`);
    this.reason = reason;
  }
}

/** One that ends with an error, since it cannot reach one of the cards, has printed the others all the same. */
async function askDriver(within: number): Promise<{ listed: string; isLate: boolean }> {
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', ['-L'], { timeout: within, windowsHide: true });
    return { listed: stdout, isLate: false };
  } catch (error) {
    const { stdout, killed } = error as ExecFileException & { stdout?: string };
    return { listed: stdout ?? '', isLate: killed === true };
  }
}

/** What `nvidia-smi -L` lists. Lines that are neither a card's nor a part's are left out. */
export function parseGpus(listed: string): Gpu[] {
  const gpus: Gpu[] = [];
  for (const line of listed.split('\n')) {
    const [, number, name, uuid] = /^GPU (\d+): (.+) \(UUID: (GPU-[\w-]+)\)\s*$/.exec(line) ?? [];
    if (uuid !== undefined) gpus.push({ number: Number(number), name: shown(name!), uuid, instances: [] });
    const [, profile, instance] = /^\s+MIG (\S+)\s+Device\s+\d+: \(UUID: (MIG-[\w/-]+)\)\s*$/.exec(line) ?? [];
    const gpu = gpus.at(-1);
    if (instance !== undefined && gpu)
      gpu.instances.push({ name: shown(`${gpu.name} MIG ${profile}`), uuid: instance });
  }
  return gpus;
}

function shown(name: string): string {
  return printable(name.trim()).slice(0, LONGEST_NAME);
}

/** As CUDA reads it: what stands behind the first word that can be no card's does not count. */
function entriesOf(visible: string): string[] {
  const words = visible.split(',').map((word) => word.trim());
  const end = words.findIndex((word) => !/^(\d+$|GPU-|MIG-)/.test(word));
  return end === -1 ? words : words.slice(0, end);
}

/** @returns null for a card that is not there. Where nvidia-smi lists nothing, all that are named are taken to be. */
function deviceOf(
  entry: string,
  { inPlace, gpus, there }: { inPlace: boolean; gpus: Gpu[]; there: Device[] },
): Device | null {
  if (gpus.length === 0) return { name: `GPU ${entry}`, uuid: entry };
  if (!/^\d+$/.test(entry)) return [...there, ...gpus].find(({ uuid }) => uuid.startsWith(entry)) ?? null;
  const gpu = gpus.find(({ number }) => number === Number(entry));
  if (!gpu) return null;
  // CUDA counts cards of several models in an order of its own.
  if (!inPlace && gpus.some(({ name }) => name !== gpu.name)) return { name: `GPU ${entry}`, uuid: entry };
  return gpu.instances[0] ?? gpu;
}

function toCard({ name, uuid }: Device, there: readonly Device[]): Card {
  const hasTwin = there.some((other) => other.name === name && other.uuid !== uuid);
  return {
    name,
    id: uuid,
    label: hasTwin ? `${name} (${shortId(uuid, there)})` : name,
    environment: { CUDA_VISIBLE_DEVICES: uuid },
    trouble: null,
  };
}

/** CUDA takes the beginning of a UUID for the whole, where only one begins so. */
function shortId(uuid: string, there: readonly Device[]): string {
  const short = /^(GPU|MIG)-[\da-f]{8}(?=-)/i.exec(uuid)?.[0] ?? uuid;
  return there.some((other) => other.uuid !== uuid && other.uuid.startsWith(short)) ? uuid : short;
}

const STANDS_TWICE = { reason: 'CUDA_VISIBLE_DEVICES names it twice', remedy: 'Name each card once there.' };

function gone(there: readonly Device[]): Card['trouble'] {
  const list = there.map(({ name, uuid }) => `${name} (${uuid})`).join(', ');
  return {
    reason: `CUDA_VISIBLE_DEVICES names it, and nvidia-smi lists no such card, but ${list}`,
    remedy: 'Unset CUDA_VISIBLE_DEVICES, or name cards there that are there.',
  };
}
