/** A card of this machine that an engine can have, or a part of one that MIG has made. */
export interface Card {
  /** The model, as the driver says it. */
  name: string;
  /** No other card of this machine has it. A card that is there tomorrow has the same one. */
  id: string;
  /** What runs call it: the model, with a part of the id where this machine has several cards of the model. */
  label: string;
  /** What a process has in its environment that is to see no other card. */
  environment: Record<string, string>;
  /** Why nothing can be trained on it; null where nothing is known against it. */
  trouble: { reason: string; remedy: string | null } | null;
}

/** What a process that opens an engine is told of its card. */
export type OpenedCard = Pick<Card, 'name' | 'label'>;

/** As people read it that have to choose: `0 is NVIDIA H200, 1 is NVIDIA L4`. Commands number cards so. */
export function listOf(cards: readonly Card[]): string {
  return cards.map(({ label }, number) => `${number} is ${label}`).join(', ');
}
