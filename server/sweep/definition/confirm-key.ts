import type { Arm } from '../arm.ts';
import { effectiveSettings, runKey } from '../effective.ts';

/**
 * The key of a sweep that confirms an arm of another sweep; it stands in place of a definition's path. Confirming the
 * same arm again finds this key and continues the same sweep, whatever name the arm has by then.
 *
 * @param sweep id of the sweep that the arm was chosen in
 * @param attempt counts the confirmations of the arm, from 1
 */
export function confirmKey(sweep: string, arm: Arm, attempt = 1): string {
  return `confirm:${sweep}:${armIdentity(arm)}${attempt === 1 ? '' : `:${attempt}`}`;
}

/**
 * @returns the sweep whose arm is confirmed, and a test that tells this arm from the others; null for any other path
 */
export function parseConfirmKey(definitionPath: string | null): { sweep: string; isArm: (arm: Arm) => boolean } | null {
  const [, sweep, identity] = /^confirm:(s\d+):([0-9a-f]+)(?::\d+)?$/.exec(definitionPath ?? '') ?? [];
  return sweep === undefined ? null : { sweep, isArm: (arm) => armIdentity(arm) === identity };
}

/** Equal for equal effective settings; no seed, data or engine is part of it. */
export function armIdentity(arm: Arm): string {
  return runKey(effectiveSettings(arm), 0, '', '').slice(0, 16);
}
