import { readdirSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { printable } from '../../../sweep/printable.ts';
import type { Card } from '../cards/card.ts';
import { adaptersElsewhere } from './adapters-elsewhere.ts';
import { ofOneInterface } from './adapters.ts';

/** An environment in which fewer cards are seen, and what tells its card from the others of the model. */
interface Way {
  environment: Record<string, string>;
  place: string;
}

const UNTOLD: Card['trouble'] = {
  reason: 'this machine has several of the model, and Dawn takes the first one of a name',
  remedy:
    "Install Mesa's layer that chooses a device (mesa-vulkan-drivers, 23.1 or newer), with which each can be shown " +
    'alone; or train on the CUDA build of the engine tensorflow.',
};

/**
 * The adapters of WebGPU. Dawn takes an adapter by its name. Where several have the same one, each is looked for in an
 * environment that shows it alone; where there is no such environment only the first can be used.
 */
export async function listWebgpuCards(): Promise<Card[]> {
  const names = ofOneInterface(await adaptersElsewhere({})).map(({ name }) => name);
  const ways = new Map<string, Way[] | null>();
  for (const name of new Set(names)) {
    const count = names.filter((each) => each === name).length;
    if (count > 1) ways.set(name, await waysToOne(name, count));
  }
  const taken = new Map<string, number>();
  return names.map((name) => {
    const place = taken.get(name) ?? 0;
    taken.set(name, place + 1);
    return toCard(name, place, ways.get(name));
  });
}

/** @param place among the adapters of the name @param ways undefined where it is the only one */
function toCard(name: string, place: number, ways: Way[] | null | undefined): Card {
  const shown = printable(name);
  if (ways) {
    const way = ways[place]!;
    const label = `${shown} (${way.place})`;
    return { name, id: label, label, environment: way.environment, trouble: null };
  }
  const label = place === 0 ? shown : `${shown} (number ${place + 1} of the name)`;
  return { name, id: label, label, environment: {}, trouble: place === 0 ? null : UNTOLD };
}

/** @returns null unless there are as many ways to see one adapter of the name as there are such adapters */
async function waysToOne(name: string, count: number): Promise<Way[] | null> {
  for (const ways of [waysByAddress(), waysByDriver()]) {
    if (ways.length < count) continue;
    const seen = await Promise.all(ways.map(({ environment }) => adaptersElsewhere(environment)));
    const alone = ways.filter((_, i) => ofOneInterface(seen[i]!).filter((each) => each.name === name).length === 1);
    if (alone.length === count) return alone;
  }
  return null;
}

/** Mesa's layer, which stands before the drivers of all makers, shows only the card that has this address. */
function waysByAddress(): Way[] {
  return addresses().map((place) => ({
    environment: { DRI_PRIME: `pci-${place.replace(/[:.]/g, '_')}!` },
    place,
  }));
}

/** PCI addresses of the cards that have a driver on Linux, such as 0000:02:00.0. */
function addresses(): string[] {
  const drm = '/sys/class/drm';
  try {
    const nodes = readdirSync(drm).filter((name) => /^renderD\d+$/.test(name));
    const places = nodes.map((node) => basename(realpathSync(`${drm}/${node}/device`)));
    return [...new Set(places)].filter((place) => /^[\da-f]{4}:[\da-f]{2}:[\da-f]{2}\.\d$/.test(place)).sort();
  } catch {
    return []; // another system, or a container without it
  }
}

/** Drivers that the user lists, each alone: two of them may call their devices the same. */
function waysByDriver(): Way[] {
  for (const variable of ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES']) {
    const files = process.env[variable]?.split(process.platform === 'win32' ? ';' : ':').filter(Boolean);
    if (files?.length) return files.map((file) => ({ environment: { [variable]: file }, place: file }));
  }
  return [];
}
