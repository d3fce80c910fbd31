import { useState } from 'preact/hooks';
import type { PlanRequest } from '../../server/http/schemas/plan.ts';
import type { StartRequest, StartResponse } from '../../server/http/schemas/start.ts';
import type { PlanJsonWithArms } from '../../server/sweep/plan/plan-json.ts';
import { navigate } from '../routing/location.ts';
import { post } from './api.ts';

/** What is known of a definition that somebody writes. */
export type Check =
  | { state: 'none' }
  | { state: 'busy' }
  | { state: 'bad'; error: Error }
  | { state: 'good'; plan: PlanJsonWithArms; refused: Error | null };

export interface DefinitionCheck {
  check: Check;
  /** The definition has changed: nothing is known of it any more. */
  forget(): void;
  plan(request: PlanRequest): Promise<void>;
  /** Starts the definition whose plan is shown, and goes to its page. `started` is called before. */
  start(plan: PlanJsonWithArms, request: StartRequest, started: () => void): Promise<void>;
}

/** Asks the server for the plan of a definition, and to start it. */
export function useDefinitionCheck(): DefinitionCheck {
  const [check, setCheck] = useState<Check>({ state: 'none' });

  /**
   * Shows what comes of an answer, unless the text was edited meanwhile: only the text whose plan is shown can be
   * started.
   */
  const wait = async (answer: Promise<Check>): Promise<void> => {
    const busy: Check = { state: 'busy' };
    setCheck(busy);
    const next = await answer;
    setCheck((now) => (now === busy ? next : now));
  };

  return {
    check,
    forget: () => setCheck({ state: 'none' }),
    plan: (request) =>
      wait(
        post<PlanJsonWithArms>('plan', request).then(
          (plan): Check => ({ state: 'good', plan, refused: null }),
          (error: Error): Check => ({ state: 'bad', error }),
        ),
      ),
    start: (plan, request, started) =>
      wait(
        post<StartResponse>('sweeps', request).then(
          ({ id }): Check => {
            started();
            navigate(request.probe ? `sweeps/${id}/probe` : `sweeps/${id}`);
            return { state: 'none' };
          },
          (refused: Error): Check => ({ state: 'good', plan, refused }),
        ),
      ),
  };
}
