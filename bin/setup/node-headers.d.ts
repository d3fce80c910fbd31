export function nodeHeaders(): Record<string, string>;
