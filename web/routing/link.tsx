import type { ComponentChildren } from 'preact';
import { carryOver } from './carried.ts';
import { currentPlace, navigate } from './location.ts';

interface LinkProps {
  /** Relative to the base path: `sweeps/s3/curves`. */
  to: string;
  children: ComponentChildren;
  class?: string;
  current?: boolean;
  /** What it is called where its content alone does not say it. */
  label?: string;
}

/**
 * A link to a page of the dashboard, which keeps the filter and the metric of a sweep. With a modifier key the browser
 * does what it always does.
 */
export function Link({ to, children, current, label, ...rest }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(carryOver(to, currentPlace()));
  };
  return (
    <a
      href={to === '' ? './' : carryOver(to, currentPlace())}
      onClick={follow}
      aria-current={current ? 'page' : undefined}
      aria-label={label}
      title={label}
      {...rest}
    >
      {children}
    </a>
  );
}
