/** What a graphics card did at one moment; null where it does not say. */
export interface CardSample {
  /** The card's number, as nvidia-smi counts. */
  index: number;
  /** Such as `GPU-5f6c…`. */
  uuid: string;
  /** Where it is on the bus, such as 0000:02:00.0; null where it does not say. */
  address: string | null;
  /** The model. */
  name: string;
  /** Utilisation, from 0 to 1. */
  use: number | null;
  /** Bytes in use. */
  memory: number | null;
  /** Watts that it draws. */
  power: number | null;
}

/** What `parseCards` reads. */
export const QUERY = [
  '--query-gpu=index,uuid,pci.bus_id,name,utilization.gpu,memory.used,power.draw',
  '--format=csv,noheader,nounits',
] as const;

/** No card draws more. A larger number is none of a card's. */
const MOST_WATTS = 10_000;

/** No card has more, in MiB. */
const MOST_MEMORY = 2 ** 24;

const MIB = 2 ** 20;

/**
 * The cards that nvidia-smi lists, one a line. A number that a card does not have (`[N/A]`, as the utilisation of one
 * that is split by MIG) or that no card can have is null. Lines that are no card's are left out.
 */
export function parseCards(text: string): CardSample[] {
  return text.split('\n').flatMap((line) => {
    const [index = '', uuid = '', bus = '', name = '', use = '', memory = '', power = '', ...more] = line
      .split(',')
      .map((each) => each.trim());
    if (!/^\d{1,4}$/.test(index) || !/^GPU-[\da-f-]{8,64}$/i.test(uuid) || more.length > 0) return [];
    const percent = parseNumber(use, 100);
    const mib = parseNumber(memory, MOST_MEMORY);
    return {
      index: Number(index),
      uuid,
      address: parseAddress(bus),
      name,
      use: percent === null ? null : percent / 100,
      memory: mib === null ? null : mib * MIB,
      power: parseNumber(power, MOST_WATTS),
    };
  });
}

/** nvidia-smi writes the first number with eight digits, in capitals; Linux with four. */
function parseAddress(text: string): string | null {
  return /^(?:0000)?([\da-f]{4}:[\da-f]{2}:[\da-f]{2}\.\d)$/i.exec(text)?.[1]?.toLowerCase() ?? null;
}

function parseNumber(text: string, most: number): number | null {
  if (!/^\d{1,10}(\.\d{1,10})?$/.test(text)) return null;
  const value = Number(text);
  return value <= most ? value : null;
}
