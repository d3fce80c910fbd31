/** Kernels that the backend lacks, or has in a form that is slow, or whose bits do not repeat. */
export function registerKernels(): void {}
