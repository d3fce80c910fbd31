/** As a `ref`: the field has the focus once, when it appears. A function made anew would take it at every change. */
export const focusOnce = (field: HTMLElement | null): void => field?.focus();
