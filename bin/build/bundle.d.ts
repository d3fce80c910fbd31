export function bundle(options: { from: string; to: string; entries: string[] }): Promise<string[]>;
