import type { EngineName } from '../../engine.ts';
import { examine, insistOn, type Probed } from '../examine.ts';
import { milliseconds } from '../milliseconds.ts';
import { EngineUnavailable } from '../unavailable.ts';
import { readCardVerdicts } from '../verdicts.ts';
import { listOf, type Card } from './card.ts';
import { CardsUnlisted, hasModel } from './cuda-cards.ts';
import { isNvidia } from './is-nvidia.ts';
import { listCards } from './list-cards.ts';
import { parseDevices } from './parse-devices.ts';
import { pickCards } from './pick-cards.ts';

/** A card that works. */
export interface ChosenCard extends Card {
  /** Milliseconds of one training step of the small network; null where it is not known: a GPU that is a program. */
  stepMs: number | null;
}

/**
 * Where nobody says which cards are to train, those are left out that take so many times longer than the fastest: a
 * processor's own GPU beside a card, or a program in the place of one. A run that falls to one of them would be waited
 * for.
 */
const TOO_SLOW = 4;

/**
 * The cards that an engine is to train on, the fastest first. Each is tried once on this machine, in a process that
 * sees no other.
 *
 * @param device what `--device` says; null takes all that work, except those that are much slower than the fastest
 * @param tell gets which cards are left out, and why
 * @returns none where the engine takes its device by itself: it computes on processors, there is nothing to choose, or
 *   nothing works. One that is left of several is returned: by itself the engine might take one that was left out. So
 *   is an only one that the engine could not call by its name
 */
export async function chooseCards(
  engine: EngineName,
  device: string | null,
  tell: (message: string) => void = () => {},
): Promise<ChosenCard[]> {
  const cards = await listCards(engine).catch((error: unknown) => {
    if (device !== null || !(error instanceof CardsUnlisted)) throw error;
    tell(`${engine} takes a card by itself: ${error.reason}. ${error.remedy}`);
    return [];
  });
  if (device === null && cards.length < 2 && !cards.some((card) => isUntold(engine, card))) return [];
  const wanted = device === null ? 'all' : parseDevices(device);
  if (cards.length === 0) insistOn(await examine(engine)); // it says why it finds none
  const picked = pickCards(cards, wanted, engine);
  const tried = await tryAll(engine, picked);
  if (wanted !== 'all') tried.forEach(insistOnCard);
  const working = bySpeed(tried.filter(({ probed }) => probed.probe.works).map(toChosen));
  tellTroubles(engine, tried, tell);
  if (working.length === 0 && device !== null)
    throw new EngineUnavailable(engine, `of its cards none works (${listOf(cards)})`, 'cosweep doctor says why.');
  return device === null ? notOfOthers(engine, fastEnough(engine, working, tell), tell) : working;
}

/**
 * TensorFlow does not say which card an only one is, where CUDA_VISIBLE_DEVICES hides the others, nor that it is a part
 * that MIG has made.
 */
function isUntold(engine: EngineName, card: Card): boolean {
  if (engine !== 'tensorflow' || !hasModel(card)) return false;
  return process.env['CUDA_VISIBLE_DEVICES'] !== undefined || card.id.startsWith('MIG-');
}

interface Tried {
  card: Card;
  probed: Probed;
}

/** One after the other, since each is timed. A card that did not work may do so now. */
async function tryAll(engine: EngineName, cards: readonly Card[]): Promise<Tried[]> {
  const known = readCardVerdicts(engine);
  const tried: Tried[] = [];
  for (const card of cards) {
    const probe = card.trouble === null ? known.get(card.id) : undefined;
    tried.push({ card, probed: probe?.works ? { probe, answered: true } : await examine(engine, card) });
  }
  return tried;
}

/** What was asked for by name must work. */
function insistOnCard({ card, probed: { probe, answered } }: Tried): void {
  insistOn({ probe: { ...probe, reason: `${card.label}: ${probe.reason}` }, answered });
}

/** Once for all cards that have the same. */
function tellTroubles(engine: EngineName, tried: Tried[], tell: (message: string) => void): void {
  const byTrouble = new Map<string, string[]>();
  for (const { card, probed } of tried) {
    const { works, reason, remedy } = probed.probe;
    if (works) continue;
    const trouble = [`${reason}.`, remedy].filter(Boolean).join(' ');
    byTrouble.set(trouble, [...(byTrouble.get(trouble) ?? []), card.label]);
  }
  for (const [trouble, labels] of byTrouble) tell(`${engine} leaves out ${labels.join(', ')}: ${trouble}`);
}

function toChosen({ card, probed }: Tried): ChosenCard {
  return { ...card, stepMs: probed.probe.stepMs };
}

/** Those whose steps are not timed come last. */
function bySpeed(cards: ChosenCard[]): ChosenCard[] {
  return cards.sort((a, b) => (a.stepMs ?? Infinity) - (b.stepMs ?? Infinity) || 0);
}

function fastEnough(engine: EngineName, cards: ChosenCard[], tell: (message: string) => void): ChosenCard[] {
  const fastest = cards[0]?.stepMs ?? null;
  if (fastest === null) return cards;
  const isSlow = ({ stepMs }: ChosenCard): boolean => stepMs === null || stepMs > TOO_SLOW * fastest;
  for (const { label, stepMs } of cards.filter(isSlow)) {
    const why =
      stepMs === null
        ? 'it is a program in the place of a GPU'
        : `a training step takes ${milliseconds(stepMs)} there, and ${milliseconds(fastest)} on ${cards[0]!.label}`;
    tell(`${engine} leaves out ${label}: ${why}; --device all takes it too`);
  }
  return cards.filter((card) => !isSlow(card));
}

/** Where people share a machine, CUDA_VISIBLE_DEVICES says whose card is whose. WebGPU sees all of them. */
function notOfOthers(engine: EngineName, cards: ChosenCard[], tell: (message: string) => void): ChosenCard[] {
  if (engine !== 'webgpu' || process.env['CUDA_VISIBLE_DEVICES'] === undefined) return cards;
  const [one, ...others] = cards.filter(({ name }) => isNvidia(name));
  if (others.length === 0) return cards;
  const left = others.map(({ label }) => label).join(', ');
  tell(`webgpu does not know CUDA_VISIBLE_DEVICES, and keeps to ${one!.label}; --device chooses among it and ${left}`);
  return cards.filter((card) => !others.includes(card));
}
