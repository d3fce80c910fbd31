import type { EngineName } from '../../engine.ts';
import { usesCuda } from '../tensorflow/uses-cuda.ts';
import { listWebgpuCards } from '../webgpu/list-cards.ts';
import type { Card } from './card.ts';
import { listCudaCards } from './cuda-cards.ts';

/** The cards that an engine finds here; none for an engine that computes on processors. */
export async function listCards(engine: EngineName): Promise<Card[]> {
  if (engine === 'webgpu') return listWebgpuCards();
  return engine === 'tensorflow' && usesCuda() ? listCudaCards() : [];
}
