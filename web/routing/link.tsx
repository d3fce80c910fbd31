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
  /** False: the filter and the metric stay behind, which may be another sweep's. */
  carries?: boolean;
}

/**
 * A link to a page of the dashboard, which keeps the filter and the metric of a sweep. With a modifier key the browser
 * does what it always does.
 */
export function Link({ to, children, current, label, carries = true, ...rest }: LinkProps) {
  const address = carries ? carryOver(to, currentPlace()) : to;
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(carries ? carryOver(to, currentPlace()) : to);
  };
  return (
    <a
      href={to === '' ? './' : address}
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
