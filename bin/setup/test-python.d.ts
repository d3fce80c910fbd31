export function testPython(): string | null;
