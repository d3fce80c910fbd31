/** Why a run did not complete; null where it gives no reason. */
export function toReason(error: string | null, divergedBatch: number | null): string | null {
  return error ?? (divergedBatch === null ? null : `the total was not finite in batch ${divergedBatch}`);
}
