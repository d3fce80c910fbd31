import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What the head's blobs are asked for with. Whoever learns it learns nothing of the secret, which signs messages. */
export function blobToken(secret: string): string {
  return createHmac('sha256', secret).update('cosweep blobs').digest('base64url');
}

/** In a time that does not depend on how much of it is right. */
export function bearsToken(authorization: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${token}`));
}
