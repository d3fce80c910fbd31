import type { Arm } from './arm.ts';
import { UserError } from './user-error.ts';

/**
 * The arm of a name or an index; undefined where there is none. Throws a `UserError` on text that is the name of one
 * arm and the index of another: people name ablations, and may name one `3`.
 *
 * @param attempted the beginning of the message, `Cannot confirm arm "3" of s1`
 */
export function findArm<A extends Pick<Arm, 'index' | 'name'>>(
  arms: readonly A[],
  written: string | number,
  attempted: string,
): A | undefined {
  const byIndex = /^\d+$/.test(String(written)) ? arms[Number(written)] : undefined;
  if (typeof written === 'number') return byIndex;
  const byName = arms.find(({ name }) => name === written);
  if (byName !== undefined && byIndex !== undefined && byName !== byIndex)
    throw new UserError(
      `${attempted}: found ${JSON.stringify(written)}, the name of arm ${byName.index} and the index of another, ` +
        `wanted ${byName.index} or ${JSON.stringify(byIndex.name)}`,
    );
  return byName ?? byIndex;
}
