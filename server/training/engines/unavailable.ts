import { UserError } from '../../sweep/user-error.ts';
import type { EngineName } from '../engine.ts';

/** An engine that cannot be used here: why, and what to do about it. */
export class EngineUnavailable extends UserError {
  readonly reason: string;
  readonly remedy: string | null;

  constructor(name: EngineName, reason: string, remedy: string | null) {
    super(`Cannot open the ${name} engine: ${reason}.${remedy ? ` ${remedy}` : ''}`);
    this.reason = reason;
    this.remedy = remedy;
  }
}
