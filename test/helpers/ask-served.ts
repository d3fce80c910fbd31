/** Asks a server whose address may carry a token, as `cosweep serve` prints it. */
export function askServed(address: string, path: string, options: RequestInit = {}): Promise<Response> {
  const { origin, pathname, searchParams } = new URL(address);
  const token = searchParams.get('token');
  return fetch(new URL(path, origin + pathname), {
    ...options,
    headers: { ...options.headers, ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
  });
}
